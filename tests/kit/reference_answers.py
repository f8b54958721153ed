"""What `conversations` answers `delivery`, from the state of a Reference."""

from collections import defaultdict

import orjson

from contracts.generated.limits import MAX_CHANGED_MESSAGES, MAX_RESUMED_MESSAGES
from contracts.generated.models import LogHeads, Participants
from services.delivery.upstream.conversations_client import ConversationNotFound, ResyncRequired
from tests.kit.client_state import ClientState, conversation_of
from tests.kit.life import Json, Places
from tests.kit.reference import Reference


def heads(reference: Reference) -> LogHeads:
    shards = [
        {"shard": shard, "head": len(batches), "floor": floor}
        for shard, (batches, floor) in enumerate(reference.shards_and_floors())
    ]
    return LogHeads.from_wire(orjson.dumps({"epoch": reference.life.epoch, "shards": shards}))


def participants(reference: Reference, conversation: str, user: str) -> Participants:
    """Raises ConversationNotFound."""
    now = reference.now
    people = now.people.get(conversation)
    if people is None or user not in people:
        raise ConversationNotFound
    facts = {
        "conversationId": conversation,
        "buyerId": people.buyer,
        "sellerId": people.seller,
        "lastSeq": len(now.messages[conversation]),
        "buyerLastReadSeq": now.read[conversation, people.buyer],
        "sellerLastReadSeq": now.read[conversation, people.seller],
    }
    return Participants.from_wire(orjson.dumps(facts))


def changes(reference: Reference, user: str, epoch: str, after: Places, up_to: Places) -> list[Json]:
    """ResumedConversations, from the tables as they are now. Raises ResyncRequired."""
    if epoch != reference.life.epoch:
        raise ResyncRequired
    now = reference.now
    missed: dict[str, list[int]] = defaultdict(list)
    older: dict[str, dict[int, None]] = defaultdict(dict)
    changed = set()
    for event in reference.life.events(after, reference.life.ends, user):
        data = event["data"]
        conversation = conversation_of(data)
        seqs = missed[conversation]
        match event["type"]:
            case "message.sent.v1":
                seqs.append(data["message"]["seq"])
            case "message.changed.v1" if data["message"]["seq"] not in seqs:
                older[conversation].pop(data["message"]["seq"], None)
                older[conversation][data["message"]["seq"]] = None
        if "conversation" in data or "view" in data:
            changed.add(conversation)
    then = reference.life.view(user, up_to)
    return [
        _missed(now, user, one, then, missed[one]) | _older(now, one, list(older[one])) | {"changed": one in changed}
        for one in sorted(missed)
    ]


def _older(now: ClientState, conversation: str, seqs: list[int]) -> Json:
    """Changed messages from before, as they are now; `seqs` in the order of their last changes."""
    if not seqs:
        return {}
    listed = sorted(seqs[-MAX_CHANGED_MESSAGES:])
    limited = {"changedLimited": True} if len(seqs) > MAX_CHANGED_MESSAGES else {}
    return {"changedMessages": [now.messages[conversation][seq] for seq in listed], **limited}


def _missed(now: ClientState, user: str, conversation: str, then: ClientState, seqs: list[int]) -> Json:
    last_seq = max(then.messages[conversation], default=0)
    messages = [now.messages[conversation][seq] for seq in seqs if seq <= last_seq]
    return {
        "conversationId": conversation,
        "lastSeq": last_seq,
        **now.marks(user, conversation, up_to=last_seq),
        "messages": messages[-MAX_RESUMED_MESSAGES:],
        "limited": len(messages) > MAX_RESUMED_MESSAGES,
    }

"""The scheduler: people who talk, and everything that can go wrong between any two steps."""

import random

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.kit import examples
from tests.kit.life import Json
from tests.model.device import Device
from tests.model.world import REPLICAS, SHARDS, USERS, Link, World

PAIRS = (("ann", "bob"), ("cid", "bob"), ("bob", "ann"))
MAX_CONVERSATIONS = 5
TEXT_SIZES = (5, 5, 5, 400)  # some messages are long enough to fill an outbox
FOREIGN_NUMBER = 11
OF_THEIR_OWN = {"send_message", "edit_message", "mark_read"}
COMMANDS = [example for example in examples.command_frames() if example["type"] not in OF_THEIR_OWN]
"""Examples of those that have no rule of their own."""

devices = st.integers(0, len(USERS) - 1)
replicas = st.integers(0, REPLICAS - 1)
shards = st.integers(0, SHARDS - 1)
some = st.integers(0, FOREIGN_NUMBER)
"""Which of those there are, counted round."""
few = st.sampled_from([1, 2, 5, None])
"""How many; None is all."""


class Delivery(World):
    """Any schedule of these steps must keep the contract; at the end everything heals."""

    @initialize()
    def begin(self) -> None:
        for buyer, seller in PAIRS[:2]:
            self.reference.start(buyer, seller)
        self.publish()
        for number, device in enumerate(self.devices):
            device.connect(self.replicas[number % REPLICAS])
            device.reads()
            device.say("join_conversation", conversationId=self._conversation(0, device))
        self.all_go_on()

    # ------------------------------------------------------------ people

    @rule(device=devices, conversation=some, size=st.sampled_from(TEXT_SIZES), texts=st.sampled_from([1, 1, 3]))
    def send(self, device: int, conversation: int, size: int, texts: int) -> None:
        sender = self.devices[device]
        for _ in range(texts):
            self.sends += 1
            text = f"{self.sends} " + "x" * size
            sender.send(self._conversation(conversation, sender), f"key-{self.sends}", text)

    @rule(device=devices, conversation=some, size=st.sampled_from(TEXT_SIZES))
    def send_and_commit(self, device: int, conversation: int, size: int) -> None:
        """Up to where the broker takes over."""
        self.send(device, conversation, size, 1)
        self.devices[device].server_reads()
        for number in range(REPLICAS):
            self.execute(number)

    @rule(device=devices, key=some, other_text=st.sampled_from([False, False, True]))
    def send_again(self, device: int, key: int, other_text: bool) -> None:
        """Also while the first may still be under way, and by a client that confuses its keys."""
        sender = self.devices[device]
        if not sender.outbox:
            return
        chosen = sorted(sender.outbox)[key % len(sender.outbox)]
        if not other_text:
            sender.send_again(chosen)
        elif self.reference.is_stored(sender.outbox[chosen].conversation, sender.user, chosen) is not None:
            sender.confuse(chosen)

    @rule(device=devices, conversation=some, back=st.integers(0, 60), ahead=st.sampled_from([0, 0, 1, 900]))
    def reply(self, device: int, conversation: int, back: int, ahead: int) -> None:
        """To a message of any age, whoever wrote it; or to one that is not stored yet, perhaps never."""
        sender = self.devices[device]
        name = self._conversation(conversation, sender)
        last_seq = max(sender.view.messages[name], default=0)
        seq = last_seq + ahead if ahead else max(1, last_seq - back)
        self.sends += 1
        sender.send(name, f"key-{self.sends}", f"{self.sends} answer", reply_to=seq)

    @rule(device=devices, conversation=some, back=st.integers(0, 60), stale=st.sampled_from([False, False, True]))
    def edit(self, device: int, conversation: int, back: int, stale: bool) -> None:
        """A message of any age, whoever wrote it, also one that changed since the client saw it."""
        editor = self.devices[device]
        name = self._conversation(conversation, editor)
        messages = editor.view.messages[name]
        if not messages:
            return
        self.sends += 1
        message = messages[sorted(messages)[-1 - back % len(messages)]]
        version = max(0, message.get("version", 0) - stale)
        text = f"{self.sends} edited"
        editor.say("edit_message", conversationId=name, seq=message["seq"], expectedVersion=version, message=text)

    @rule(device=devices, conversation=some, back=st.integers(0, 60))
    def edit_and_commit(self, device: int, conversation: int, back: int) -> None:
        """Up to where the broker takes over."""
        self.edit(device, conversation, back, stale=False)
        self.devices[device].server_reads()
        for number in range(REPLICAS):
            self.execute(number)

    @rule(device=devices, conversation=some, back=st.integers(0, 60), example=st.sampled_from(COMMANDS))
    def command(self, device: int, conversation: int, back: int, example: Json) -> None:
        """Any other; one about a message, of any age, whoever wrote it, also one that is deleted already."""
        person = self.devices[device]
        name = self._conversation(conversation, person)
        messages = sorted(person.view.messages[name])
        if "seq" not in example:
            person.say(example["type"], **{**example, "conversationId": name})
        elif messages:
            person.say(
                example["type"], **{**example, "conversationId": name, "seq": messages[-1 - back % len(messages)]}
            )

    @rule(device=devices, conversation=some, back=st.integers(0, 60))
    def delete_and_commit(self, device: int, conversation: int, back: int) -> None:
        """Up to where the broker takes over."""
        self.command(device, conversation, back, {"type": "delete_message", "seq": 1})
        self.devices[device].server_reads()
        for number in range(REPLICAS):
            self.execute(number)

    @rule(device=devices, conversation=some, seq=st.sampled_from([1, 2, 3, 5, 900, None]))
    def mark_read(self, device: int, conversation: int, seq: int | None) -> None:
        up_to = {} if seq is None else {"seq": seq}
        reader = self.devices[device]
        reader.say("mark_read", conversationId=self._conversation(conversation, reader), **up_to)

    @rule(device=devices)
    def read_and_commit(self, device: int) -> None:
        """All conversations, up to where the broker takes over."""
        reader = self.devices[device]
        for conversation in sorted(self.reference.listed(reader.user)):
            reader.say("mark_read", conversationId=conversation)
        reader.server_reads()
        for number in range(REPLICAS):
            self.execute(number)

    @rule(device=devices, conversation=some, kind=st.sampled_from(["join_conversation", "leave_conversation"]))
    def look_at(self, device: int, conversation: int, kind: str) -> None:
        viewer = self.devices[device]
        viewer.say(kind, conversationId=self._conversation(conversation, viewer))

    @rule(device=devices, conversation=some, is_typing=st.sampled_from([True, True, False]))
    def typing(self, device: int, conversation: int, is_typing: bool) -> None:
        writer = self.devices[device]
        name = self._conversation(conversation, writer)
        self.contract.typing.add((name, writer.user))
        writer.say("typing", conversationId=name, isTyping=is_typing)
        writer.server_reads()

    @rule(replica=replicas, event=some, fate=st.sampled_from(["delivered", "doubled", "lost"]))
    def push_typing(self, replica: int, event: int, fate: str) -> None:
        on_the_way = self.links[replica].typing
        if on_the_way:
            chosen = on_the_way[event % len(on_the_way)]
            if fate != "doubled":
                on_the_way.remove(chosen)
            if fate != "lost":
                self.replicas[replica].relay.deliver(chosen)
            self.loop.turn()

    @rule(device=devices)
    def ping(self, device: int) -> None:
        self.devices[device].say("ping")

    @rule(pair=st.sampled_from(PAIRS))
    def start_conversation(self, pair: tuple[str, str]) -> None:
        if len(self.reference.now.people) < MAX_CONVERSATIONS:
            self.reference.start(*pair)
            self.publish()

    @rule(conversation=some)
    def rename_item(self, conversation: int) -> None:
        self.reference.rename(self._conversation(conversation))
        self.publish()

    @rule(conversation=some)
    def post_system_message(self, conversation: int) -> None:
        self.reference.post(self._conversation(conversation))
        self.publish()

    # ------------------------------------------------------------ sockets

    @rule(device=devices, replica=replicas)
    def connect(self, device: int, replica: int) -> None:
        self.devices[device].connect(self.replicas[replica])

    @rule(device=devices)
    def cut(self, device: int) -> None:
        self.devices[device].cut()

    @rule(device=devices, frames=few)
    def server_reads(self, device: int, frames: int | None) -> None:
        self.devices[device].server_reads(frames)
        self.loop.turn()

    @rule(device=devices, frames=few)
    def client_reads(self, device: int, frames: int | None) -> None:
        self.devices[device].reads(frames)

    @rule()
    def all_go_on(self) -> None:
        """Nothing is held up for a moment, so that a run gets somewhere."""
        self.exchange_frames()
        for number, replica in enumerate(self.replicas):
            self.execute(number)
            replica.lookups.answer_all()
        for number in range(REPLICAS):
            self.deliver_all(number)
        self.exchange_frames()

    # ------------------------------------------------------------ commands

    @rule(
        replica=replicas,
        fate=st.sampled_from(["answered", "answered with the log", "answer lost", "not executed", "given up"]),
    )
    def commands(self, replica: int, fate: str) -> None:
        lane = self.replicas[replica].lane
        if fate == "given up" and lane.in_flight:
            lane.give_up()
        elif fate == "not executed":
            lane.batch()
        elif fate == "answer lost":
            lane.doubtful = bool(self.reference.execute(lane.batch())) or lane.doubtful
        elif fate in {"answered", "answered with the log"}:
            self.execute(replica, brings_log=fate == "answered with the log")
        self.publish()
        self.loop.turn()

    @rule(replica=replicas, lookup=some, available=st.sampled_from([True, True, True, False]))
    def answer_lookup(self, replica: int, lookup: int, available: bool) -> None:
        lookups = self.replicas[replica].lookups
        if lookups.open:
            lookups.answer(lookup % len(lookups.open), available=available)
            self.loop.turn()

    # ------------------------------------------------------------ the broker and the log

    @rule(replica=replicas, batch=some, fate=st.sampled_from(["delivered", "delivered", "doubled", "lost", "garbled"]))
    def push(self, replica: int, batch: int, fate: str) -> None:
        """Any batch that is on its way: so they overtake each other."""
        batches = self.links[replica].batches
        if not batches:
            return
        epoch, shard, pos = batches.pop(batch % len(batches))
        if fate == "doubled":
            batches.append((epoch, shard, pos))
        if fate == "garbled":
            self.replicas[replica].stream.push(epoch=epoch, shard=shard, pos=pos, body=b'[{"type":"message.sent.v1"}]')
        elif fate != "lost":
            self.push_to(replica, epoch, shard, pos)
        self.loop.turn()

    @rule(replica=replicas, seed=st.integers(0, 5))
    def push_all(self, replica: int, seed: int) -> None:
        """In any order."""
        self.deliver_all(replica, random.Random(seed))  # noqa: S311 - a schedule, no secret

    @rule(replica=replicas)
    def lose_all(self, replica: int) -> None:
        """The broker's connection is gone, and its queue with it."""
        self.links[replica] = Link()

    @rule(replica=replicas, shard=shards, behind=st.sampled_from([0, 0, 1, 3]))
    def beacon(self, replica: int, shard: int, behind: int) -> None:
        life = self.reference.life
        head = max(0, len(life.shards[shard]) - behind)
        self.replicas[replica].stream.note_head(epoch=life.epoch, shard=shard, head=head)

    @rule(replica=replicas)
    def ask_heads(self, replica: int) -> None:
        self.replicas[replica].ask_heads()
        self.loop.turn()

    @rule(replica=replicas, shard=shards, batches=st.sampled_from([1, 2, 200]))
    def read_log(self, replica: int, shard: int, batches: int) -> None:
        self.replicas[replica].read_log(shard, batches)
        self.loop.turn()

    # ------------------------------------------------------------ worse

    @rule(replica=replicas)
    def restart(self, replica: int) -> None:
        old = self.replicas[replica]
        for device in self.devices:
            if device.socket is not None and device.socket.replica is old:
                device.cut()
        old.end()
        self.links[replica] = Link()
        self.replicas[replica] = self.new_replica()

    @rule(shard=shards)
    def drop_old_partitions(self, shard: int) -> None:
        self.reference.truncate(shard)

    @rule(lose=st.integers(0, 3))
    @precondition(lambda self: len(self.reference.lives) == 1 and self.sends > 4)
    def restore_database(self, lose: int) -> None:
        """From a backup. Calls under way end without an answer."""
        self.reference.restore(lose)
        self.contract.database_restored()
        for shard in self.published:
            self.published[shard] = len(self.reference.life.shards[shard])

    @rule(seconds=st.sampled_from([0.5, 3.0, 61.0]))
    def wait(self, seconds: float) -> None:
        self.loop.advance(seconds)

    def _conversation(self, number: int, device: Device | None = None) -> str:
        """The device's own for most numbers, anybody's for the rest."""
        everybodys = self.reference.now.people
        names = sorted(
            name
            for name, people in everybodys.items()
            if device is None or device.user in people or number >= FOREIGN_NUMBER
        )
        return names[number % len(names)]

"""Guards of the stream, of sockets, and of commands on their way."""

from proof.mutants.damage import always, compare, drop, instead, never, swallow, text, without
from proof.mutants.mutant import At, Guards

_UNIT = "tests/unit/delivery"
_INTEGRATION = "tests/integration/delivery"

GUARDS: Guards = {
    "tests/unit/chassis/log/test_cursor.py": {
        "a repeated position is dropped": At("ShardCursor.feed", compare("!=", ">")),
        "a batch that overtakes another waits": At("ShardCursor.feed", compare("!=", "<")),
        "a beacon makes a lost tail visible": At("ShardCursor.note", drop("_known")),
    },
    f"{_UNIT}/log/test_stream.py": {
        "a beacon below the position makes delivery ask the log": At("LogStream.note_head", never("position")),
        "another batch at an applied position makes delivery ask": At("LogStream._hear", never("contradicts")),
        "an overtaken answer does not end the stream": At("LogStream.check_heads", instead("asked_at", "self.heads()")),
    },
    f"{_UNIT}/log/test_events.py": {
        "one person's view is sent to nobody else": At("ConversationPersonal.parse", never("recipients"), "two_people"),
    },
    f"{_UNIT}/log/test_missed_changes.py": {
        "a resume sends the last form of a message only": At(
            "Changes.change_message", never("_messages"), "earlier_form"
        ),
    },
    f"{_UNIT}/log/test_recent_events.py": {
        "memory knows how far back it reaches": At("Recent._forget", drop("_floors")),
        "resume begins exactly at the token": At("Recent.between", compare("<", "<=")),
    },
    f"{_UNIT}/answers/test_resume.py": {
        "a token of another log is refused": At("positions_after", without("epoch")),
        "omitted messages are reported (`limited`)": At("answers.resume._limit", text("limited", "unlimited")),
    },
    f"{_UNIT}/sockets/test_outbox.py": {
        "a client's queue is bounded": At("Outbox.offer", never("_max_bytes")),
    },
    f"{_UNIT}/sockets/test_hub.py": {
        "sockets of one user are bounded": At("Hub.register", instead("_max_per_user", "len(theirs)")),
    },
    f"{_UNIT}/sockets/test_sockets_per_user.py": {
        "sockets of one user are bounded over all replicas": At(
            "SocketsElsewhere._close_the_oldest", drop("DISPLACED")
        ),
    },
    f"{_UNIT}/sockets/test_frame_rules.py": {
        "frames of one user are limited": At("SocketProtocol.receive_text", never("take_frame")),
        "messages of one user are limited": At("SocketProtocol.admit_command", never("admit_message")),
        "commands in flight are bounded": At("Tickets.open", never("_most")),
    },
    f"{_UNIT}/wire/test_user_limits.py": {
        "messages admitted elsewhere are charged": At("LimitsByUser.message_logged", drop("charge")),
        "messages admitted here are charged once": At("LimitsByUser.message_logged", instead("get", "0")),
    },
    f"{_INTEGRATION}/test_log_faults.py": {
        "a log that went back ends the stream": At("_check_head", never("asked_at"), "log_that_went_back"),
        "an invalid batch is read from the log": At(
            "LogStream._hear", instead("note", "cursor.feed(pos, [])"), "corrupt_batch"
        ),
        "a batch of another epoch is not applied": At(
            "LogStream._cursor", without("_epoch"), "do_not_belong_to_the_log"
        ),
        "a gap is filled from the log": At("LogFollower.fill", instead("gaps", "()"), "lost_batch"),
        "beacons reach the stream": At("EventConsumer._receive_head", drop("note_head"), "lost_tail"),
        "the log is polled without a broker": At("LogFollower.poll", without("live"), "while_the_broker_is_down"),
        "a log without the gap ends the stream": At("LogFollower._fill", swallow("LogTruncated"), "no_longer_covers"),
    },
    f"{_INTEGRATION}/test_frames.py": {
        "a send is repeated under the client's key": At(
            "SendMessage._fields", without("client_message_id"), "a_repeat_is_recognised"
        ),
    },
    f"{_INTEGRATION}/test_handshake.py": {
        "a foreign page opens no socket": At("SocketEndpoint._admit", drop("check_origin"), "foreign_page"),
        "a socket ends with its token": At("Pulse._look_at", never("expires_at"), "closed_when_its_token_expires"),
        "another person's token prolongs nothing": At("Lookups._authenticate", never("user_id"), "invalid_fresh_token"),
    },
    f"{_INTEGRATION}/test_drain.py": {
        "a draining replica takes no sockets": At(
            "SocketEndpoint._admit", never("_draining"), "draining_replica_accepts_no_sockets"
        ),
    },
    f"{_INTEGRATION}/test_heartbeat.py": {
        "a silent peer is closed": At("Pulse._look_at", never("last_seen"), "does_not_answer_is_closed"),
    },
    f"{_INTEGRATION}/test_slow_and_hostile.py": {
        "a client that missed a frame is closed": At("Connection.offer", drop("close")),
    },
    f"{_INTEGRATION}/test_with_conversations.py": {
        "a deleted person is not seen typing": At("Lookups._relay", without("can_write"), "user_is_deleted"),
    },
    f"{_INTEGRATION}/test_typing.py": {
        "typing is shown only in its conversation": At(
            "TypingRelay.deliver", always("looks_at"), "leaving_a_conversation"
        ),
        "a stranger's typing reaches nobody": At("Lookups._relay", without("includes"), "conversation_of_others"),
    },
    f"{_INTEGRATION}/test_command_faults.py": {
        "a missing answer leaves the outcome unknown": At("_Lane._execute", drop("DOUBTFUL"), "hanging_service"),
        "a refused repeat leaves the outcome unknown": At("_Lane._answer_one", never("doubtful"), "refused_retry"),
        "a user's commands keep their order": At("CommandLanes.submit", instead("hash", "id(command) // 64"), "order"),
    },
    "tests/model/test_machines.py": {
        "another epoch ends the stream": At("LogStream._check_epoch", never("_epoch")),
        "resume ends where the live stream begins": At("Recent.between", compare("<=", "is not")),
        "a sender has read up to their message": At("MessageSent.add_to", drop("mark_read")),
    },
    "tests/integration/sync/test_law_of_sync.py": {
        "nobody has read a system message by its being sent": At(
            "_OfMessage.author_id", never("SYSTEM_SENDER_ID"), "a_resume_leads_to_the_same_state"
        ),
    },
}

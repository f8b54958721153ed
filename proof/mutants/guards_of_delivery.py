"""Guards of the stream, of sockets, and of commands on their way."""

from proof.mutants.damage import always, compare, drop, instead, never, swallow, text, without
from proof.mutants.mutant import Mutant, noticed_by

_UNIT = "tests/unit/delivery"
_INTEGRATION = "tests/integration/delivery"

GUARDS = (
    *noticed_by(
        "tests/unit/chassis/log/test_cursor.py",
        Mutant("a repeated position is dropped", "ShardCursor.feed", compare("!=", ">")),
        Mutant("a batch that overtakes another waits", "ShardCursor.feed", compare("!=", "<")),
        Mutant("a beacon makes a lost tail visible", "ShardCursor.note", drop("_known")),
    ),
    *noticed_by(
        f"{_UNIT}/log/test_stream.py",
        Mutant("a beacon below the position makes delivery ask the log", "LogStream.note_head", never("position")),
        Mutant("another batch at an applied position makes delivery ask", "LogStream._hear", never("contradicts")),
        Mutant(
            "an overtaken answer does not end the stream", "LogStream.check_heads", instead("asked_at", "self.heads()")
        ),
    ),
    *noticed_by(
        f"{_UNIT}/log/test_recent_events.py",
        Mutant("memory knows how far back it reaches", "Recent._forget", drop("_floors")),
        Mutant("resume begins exactly at the token", "Recent.between", compare("<", "<=")),
    ),
    *noticed_by(
        f"{_UNIT}/answers/test_resume.py",
        Mutant("a token of another log is refused", "positions_after", without("epoch")),
        Mutant("omitted messages are reported (`limited`)", "answers.resume._limit", text("limited", "unlimited")),
    ),
    *noticed_by(
        f"{_UNIT}/sockets/test_outbox.py",
        Mutant("a client's queue is bounded", "Outbox.offer", never("_max_bytes")),
    ),
    *noticed_by(
        f"{_UNIT}/sockets/test_hub.py",
        Mutant("sockets of one user are bounded", "Hub.register", instead("_max_per_user", "len(theirs)")),
    ),
    *noticed_by(
        f"{_UNIT}/sockets/test_sockets_per_user.py",
        Mutant(
            "sockets of one user are bounded over all replicas", "SocketsElsewhere._close_the_oldest", drop("DISPLACED")
        ),
    ),
    *noticed_by(
        f"{_UNIT}/sockets/test_frame_rules.py",
        Mutant("frames of one user are limited", "SocketProtocol.receive_text", never("take_frame")),
        Mutant("messages of one user are limited", "SocketProtocol.admit_command", never("admit_message")),
        Mutant("commands in flight are bounded", "Tickets.open", never("_most")),
    ),
    *noticed_by(
        f"{_UNIT}/wire/test_user_limits.py",
        Mutant("messages admitted elsewhere are charged", "LimitsByUser.message_logged", drop("charge")),
        Mutant("messages admitted here are charged once", "LimitsByUser.message_logged", instead("get", "0")),
    ),
    *noticed_by(
        f"{_INTEGRATION}/test_log_faults.py",
        Mutant("a log that went back ends the stream", "_check_head", never("asked_at"), "log_that_went_back"),
        Mutant(
            "an invalid batch is read from the log",
            "LogStream._hear",
            instead("note", "cursor.feed(pos, [])"),
            "corrupt_batch",
        ),
        Mutant(
            "a batch of another epoch is not applied",
            "LogStream._cursor",
            without("_epoch"),
            "do_not_belong_to_the_log",
        ),
        Mutant("a gap is filled from the log", "LogFollower.fill", instead("gaps", "()"), "lost_batch"),
        Mutant("beacons reach the stream", "EventConsumer._receive_head", drop("note_head"), "lost_tail"),
        Mutant("the log is polled without a broker", "LogFollower.poll", without("live"), "while_the_broker_is_down"),
        Mutant(
            "a log without the gap ends the stream", "LogFollower._fill", swallow("LogTruncated"), "no_longer_covers"
        ),
    ),
    *noticed_by(
        f"{_INTEGRATION}/test_frames.py",
        Mutant(
            "a send is repeated under the client's key",
            "SendMessage._fields",
            without("client_message_id"),
            "a_repeat_is_recognised",
        ),
    ),
    *noticed_by(
        f"{_INTEGRATION}/test_handshake.py",
        Mutant("a foreign page opens no socket", "SocketEndpoint._admit", drop("check_origin"), "foreign_page"),
        Mutant("a socket ends with its token", "Pulse._look_at", never("expires_at"), "closed_when_its_token_expires"),
        Mutant(
            "another person's token prolongs nothing", "Lookups._authenticate", never("user_id"), "invalid_fresh_token"
        ),
    ),
    *noticed_by(
        f"{_INTEGRATION}/test_drain.py",
        Mutant(
            "a draining replica takes no sockets",
            "SocketEndpoint._admit",
            never("_draining"),
            "draining_replica_accepts_no_sockets",
        ),
    ),
    *noticed_by(
        f"{_INTEGRATION}/test_heartbeat.py",
        Mutant("a silent peer is closed", "Pulse._look_at", never("last_seen"), "does_not_answer_is_closed"),
    ),
    *noticed_by(
        f"{_INTEGRATION}/test_slow_and_hostile.py",
        Mutant("a client that missed a frame is closed", "Connection.offer", drop("close")),
    ),
    *noticed_by(
        f"{_INTEGRATION}/test_with_conversations.py",
        Mutant("a deleted person is not seen typing", "Lookups._relay", without("can_write"), "user_is_deleted"),
    ),
    *noticed_by(
        f"{_INTEGRATION}/test_typing.py",
        Mutant(
            "typing is shown only in its conversation",
            "TypingRelay.deliver",
            always("looks_at"),
            "leaving_a_conversation",
        ),
        Mutant("a stranger's typing reaches nobody", "Lookups._relay", without("includes"), "conversation_of_others"),
    ),
    *noticed_by(
        f"{_INTEGRATION}/test_command_faults.py",
        Mutant("a missing answer leaves the outcome unknown", "_Lane._execute", drop("DOUBTFUL"), "hanging_service"),
        Mutant(
            "a refused repeat leaves the outcome unknown",
            "_Lane._answer_one",
            never("doubtful"),
            "refused_retry",
        ),
        Mutant(
            "a user's commands keep their order", "CommandLanes.submit", instead("hash", "id(command) // 64"), "order"
        ),
    ),
    *noticed_by(
        "tests/model/test_machines.py",
        Mutant("another epoch ends the stream", "LogStream._check_epoch", never("_epoch")),
        Mutant("resume ends where the live stream begins", "Recent.between", compare("<=", "is not")),
        Mutant("a sender has read up to their message", "MessageSent.add_to", drop("sender_id")),
    ),
)

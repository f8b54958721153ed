"""Guards of the stream, of sockets, and of commands on their way."""

from proof.mutants.mutant import Mutant

_MODEL = "tests/model/test_machines.py"
_CURSOR = "tests/unit/chassis/log/test_cursor.py"
_INTEGRATION = "tests/integration/delivery"

STREAM = (
    Mutant(
        "a repeated position is dropped",
        "chassis/log/cursor.py",
        "if pos != self.position + 1:",
        "if pos > self.position + 1:",
        (_CURSOR,),
    ),
    Mutant(
        "a batch that overtakes another waits",
        "chassis/log/cursor.py",
        "if pos != self.position + 1:",
        "if pos <= self.position:",
        (_CURSOR,),
    ),
    Mutant(
        "a beacon makes a lost tail visible",
        "chassis/log/cursor.py",
        "self._known = max(self._known, head)",
        "pass",
        (_CURSOR,),
    ),
    Mutant(
        "a batch of another life of the log is not applied",
        "services/delivery/log/stream.py",
        "if epoch != self._epoch or cursor is None:",
        "if cursor is None:",
        (_MODEL,),
    ),
    Mutant(
        "another life of the log ends the stream",
        "services/delivery/log/stream.py",
        "if epoch != self._epoch:\n            raise LostPlace",
        "if False:\n            raise LostPlace",
        (_MODEL,),
    ),
    Mutant(
        "a beacon below the position makes delivery ask the log",
        "services/delivery/log/stream.py",
        "if head < cursor.position:",
        "if False:",
        ("tests/unit/delivery/log/test_stream.py",),
    ),
    Mutant(
        "another batch where one was applied makes delivery ask the log",
        "services/delivery/log/stream.py",
        "if self._applied[shard].contradicts(pos, at()):",
        "if False:",
        ("tests/unit/delivery/log/test_stream.py",),
    ),
    Mutant(
        "a log that went back ends the stream",
        "services/delivery/log/stream.py",
        "if head < asked_at:",
        "if False:",
        (f"{_INTEGRATION}/test_log_faults.py::test_a_log_that_went_back_starts_everybody_anew",),
    ),
    Mutant(
        "an answer that was overtaken by pushes does not end the stream",
        "services/delivery/log/stream.py",
        "_check_head(shard.head, asked_at.get(shard.shard, 0))",
        "_check_head(shard.head, self.heads().get(shard.shard, 0))",
        ("tests/unit/delivery/log/test_stream.py",),
    ),
    Mutant(
        "an invalid batch is read again from the log",
        "services/delivery/log/stream.py",
        "cursor.note(pos)  # leaves a hole, so that the log is asked for this position",
        "cursor.feed(pos, [])",
        (f"{_INTEGRATION}/test_log_faults.py::test_a_spoiled_batch_is_read_from_the_log",),
    ),
    Mutant(
        "a hole is filled from the log",
        "services/delivery/log/follower.py",
        "for shard in list(self._stream.holes):",
        "for shard in list[int]():",
        (f"{_INTEGRATION}/test_log_faults.py::test_a_lost_batch_is_read_from_the_log",),
    ),
    Mutant(
        "the beacon is listened to",
        "services/delivery/log/consumer.py",
        "self._stream.note_head(epoch=head.epoch, shard=head.shard, head=head.pos)",
        "pass",
        (f"{_INTEGRATION}/test_log_faults.py::test_a_lost_tail_is_found_by_the_beacon",),
    ),
    Mutant(
        "the log is polled while the broker is away",
        "services/delivery/log/follower.py",
        "if not self._stream.started or not self.live or self._poll_now.is_set():",
        "if not self._stream.started or self._poll_now.is_set():",
        (f"{_INTEGRATION}/test_log_faults.py::test_messages_arrive_while_the_broker_is_down_and_after",),
    ),
    Mutant(
        "a log that no longer has the hole ends the stream",
        "services/delivery/log/follower.py",
        'self._lose_place("the log does not reach back to our position")',
        "pass",
        (f"{_INTEGRATION}/test_log_faults.py::test_a_hole_that_the_log_no_longer_has_starts_everybody_anew",),
    ),
)

RESUME = (
    Mutant(
        "a token of another log is refused",
        "services/delivery/answers/resume.py",
        "if known.epoch != up_to.epoch or not",
        "if not",
        ("tests/unit/delivery/answers/test_resume.py",),
    ),
    Mutant(
        "memory knows how far back it reaches",
        "services/delivery/log/recent.py",
        "self._floors[entry.shard] = entry.place",
        "pass",
        ("tests/unit/delivery/log/test_recent.py",),
    ),
    Mutant(
        "resume begins exactly at the token",
        "services/delivery/log/recent.py",
        "if after[entry.shard] < entry.place <= up_to[entry.shard]",
        "if after[entry.shard] <= entry.place <= up_to[entry.shard]",
        ("tests/unit/delivery/log/test_recent.py",),
    ),
    Mutant(
        "resume ends where the live stream begins",
        "services/delivery/log/recent.py",
        "if after[entry.shard] < entry.place <= up_to[entry.shard]",
        "if after[entry.shard] < entry.place",
        (_MODEL,),
    ),
    Mutant(
        "who writes has read what is above",
        "services/delivery/log/recent.py",
        "self._advance(event.sender_id, event.seq, user_id)",
        "pass",
        (_MODEL,),
    ),
    Mutant(
        "left-out messages are told (`limited`)",
        "services/delivery/answers/resume.py",
        '"messages": messages[len(messages) - most :], "limited": True}',
        '"messages": messages[len(messages) - most :]}',
        ("tests/unit/delivery/answers/test_resume.py",),
    ),
)

SOCKETS = (
    Mutant(
        "a page of a foreign origin opens no socket",
        "services/delivery/sockets/endpoint.py",
        "check_origin(request, self._settings.allowed_origins)",
        "pass",
        (f"{_INTEGRATION}/test_handshake.py::test_a_foreign_page_is_refused",),
    ),
    Mutant(
        "a socket ends with its token",
        "services/delivery/sockets/heartbeat.py",
        "if unix_now >= connection.expires_at:",
        "if False:",
        (f"{_INTEGRATION}/test_handshake.py::test_a_socket_ends_with_its_token",),
    ),
    Mutant(
        "another person's token does not prolong a socket",
        "services/delivery/answers/lookups.py",
        "if principal.user_id != connection.user_id:",
        "if False:",
        (f"{_INTEGRATION}/test_handshake.py::test_a_bad_fresh_token_changes_nothing",),
    ),
    Mutant(
        "a draining replica takes no sockets",
        "services/delivery/sockets/endpoint.py",
        "if self._draining():",
        "if False:",
        (f"{_INTEGRATION}/test_drain.py::test_while_draining_nobody_new_gets_in",),
    ),
    Mutant(
        "a peer that does not answer is closed",
        "services/delivery/sockets/heartbeat.py",
        "elif now - connection.last_seen > self._heartbeat * DEAD_AFTER:",
        "elif False:",
        (f"{_INTEGRATION}/test_heartbeat.py::test_a_peer_that_does_not_answer_is_closed_and_forgotten",),
    ),
    Mutant(
        "what waits for a client is bounded",
        "services/delivery/sockets/outbox.py",
        "if waiting + self._transport.get_write_buffer_size() > self._max_bytes:",
        "if False:",
        ("tests/unit/delivery/sockets/test_outbox.py",),
    ),
    Mutant(
        "a client that missed a frame is closed",
        "services/delivery/sockets/connection.py",
        "if not self.outbox.offer(frame):\n            self.close(CloseCode.SLOW_CONSUMER)",
        "self.outbox.offer(frame)",
        ("tests/integration/delivery/test_slow_and_hostile.py",),
    ),
    Mutant(
        "sockets of one user are bounded",
        "services/delivery/sockets/hub.py",
        "displaced = theirs[: -self._max_per_user]",
        "displaced: list[MemberT] = []",
        ("tests/unit/delivery/sockets/test_hub.py",),
    ),
    Mutant(
        "sockets of one user are bounded over all replicas",
        "services/delivery/sockets/sockets_elsewhere.py",
        "if place + newer >= self._max:",
        "if False:",
        ("tests/unit/delivery/sockets/test_sockets_elsewhere.py",),
    ),
    Mutant(
        "frames of one user are limited",
        "services/delivery/wire/protocol.py",
        "if wait := self._users.take_frame(self._user_id, now):",
        "if wait := 0.0:",
        ("tests/unit/delivery/wire/test_protocol.py",),
    ),
    Mutant(
        "messages of one user are limited",
        "services/delivery/wire/protocol.py",
        "if isinstance(frame, SendMessage) and (wait := self._users.admit_message(self._user_id, now)):",
        "if isinstance(frame, SendMessage) and (wait := 0.0):",
        ("tests/unit/delivery/wire/test_protocol.py",),
    ),
    Mutant(
        "messages admitted elsewhere are charged",
        "services/delivery/wire/limits.py",
        "self._messages.charge(user_id, now)",
        "pass",
        ("tests/unit/delivery/wire/test_limits.py",),
    ),
    Mutant(
        "messages admitted here are charged once",
        "services/delivery/wire/limits.py",
        "if awaited == 0:",
        "if True:",
        ("tests/unit/delivery/wire/test_limits.py",),
    ),
    Mutant(
        "commands in flight are bounded",
        "services/delivery/wire/protocol.py",
        "if self.commands >= self._limits.in_flight_commands:",
        "if False:",
        ("tests/unit/delivery/wire/test_protocol.py",),
    ),
    Mutant(
        "typing is shown only to who looks at the conversation",
        "services/delivery/answers/typing_relay.py",
        "if viewer.looks_at(conversation_id):",
        "if True:",
        (_MODEL,),
    ),
    Mutant(
        "a deleted person is not seen typing",
        "services/delivery/answers/lookups.py",
        "if people.can_write and people.includes(connection.user_id):\n            self._typing_relay",
        "if people.includes(connection.user_id):\n            self._typing_relay",
        (
            f"{_INTEGRATION}/test_with_conversations.py"
            "::test_a_socket_that_is_open_while_its_user_is_deleted_only_reads",
        ),
    ),
    Mutant(
        "a stranger's typing reaches nobody",
        "services/delivery/answers/lookups.py",
        "if people.can_write and people.includes(connection.user_id):\n            self._typing_relay",
        "if people.can_write:\n            self._typing_relay",
        (f"{_INTEGRATION}/test_typing.py::test_typing_in_a_foreign_conversation_is_nothing",),
    ),
)

COMMANDS = (
    Mutant(
        "a send is tried again under the client's own key",
        "services/delivery/sockets/connection.py",
        "client_message_id=frame.client_message_id or uuid4().hex,",
        "client_message_id=uuid4().hex,",
        (_MODEL,),
    ),
    Mutant(
        "an answer that stays away leaves the outcome open",
        "services/delivery/upstream/commands_client.py",
        "doubtful = doubtful or outcome is Attempt.DOUBTFUL",
        "doubtful = False",
        (f"{_INTEGRATION}/test_command_faults.py::test_a_service_that_stands_still_leaves_the_outcome_open",),
    ),
    Mutant(
        "a refused repeat leaves the outcome open",
        "services/delivery/upstream/commands_client.py",
        'if doubtful and result.get("code") in REJECTED_UNTRIED:',
        "if False:",
        (f"{_INTEGRATION}/test_command_faults.py::test_a_repeat_that_is_refused_leaves_the_outcome_open",),
    ),
    Mutant(
        "a user's commands keep their order",
        "services/delivery/upstream/commands_client.py",
        "lane = self._lanes[hash(command.user_id) % len(self._lanes)]",
        "lane = self._lanes[id(command) // 64 % len(self._lanes)]",
        (f"{_INTEGRATION}/test_command_faults.py::test_a_users_order_holds_with_any_pipeline",),
    ),
)

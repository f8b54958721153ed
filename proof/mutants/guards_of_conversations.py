"""Guards of the database's functions, of REST, of the log and its publishing; and of notifications."""

from proof.mutants.mutant import Mutant

_FUNCTIONS = "services/conversations/migrations/versions/0007_epoch_follows_history.sql"
_INTEGRATION = "tests/integration/conversations"
_APPLY = f"{_INTEGRATION}/test_apply_commands.py"
_STRANGER = f"{_INTEGRATION}/test_access.py::test_a_stranger_cannot_tell_a_conversation_from_none"

RULES = (
    Mutant(
        "only the two people of a conversation write",
        _FUNCTIONS,
        "AND c.shard = p_shard AND i.user_id IN (c.buyer_id, c.seller_id)",
        "AND c.shard = p_shard",
        (f"{_APPLY}::test_batches_do_what_single_commands_would_do",),
    ),
    Mutant(
        "only the two people of a conversation see it",
        "services/conversations/store/conversations.py",
        "FROM conversations WHERE id = $2 AND $1 IN (buyer_id, seller_id)",
        "FROM conversations WHERE id = $2 AND $1 <> ''",
        (_STRANGER,),
    ),
    Mutant(
        "only the two people of a conversation read its messages",
        "services/conversations/store/messages.py",
        "WHERE c.id = $1 AND $2 IN (c.buyer_id, c.seller_id)",
        "WHERE c.id = $1 AND $2 <> ''",
        (_STRANGER,),
    ),
    Mutant(
        "only the two people of a conversation join it",
        "services/conversations/store/conversations.py",
        "WHERE id = $1 AND $2 IN (buyer_id, seller_id)",
        "WHERE id = $1 AND $2 <> ''",
        (f"{_INTEGRATION}/test_internal_api.py::test_participants",),
    ),
    Mutant(
        "a resume tells only of one's own conversations",
        "services/conversations/store/sync.py",
        "SELECT * FROM conversations WHERE seller_id = $1",
        "SELECT * FROM conversations WHERE seller_id >= ''",
        (f"{_INTEGRATION}/test_internal_api.py::test_sync_brings_exactly_what_lies_between",),
    ),
    Mutant(
        "a resume tells of changed items and people",
        "services/conversations/store/sync.py",
        "c.facts_event_pos > c.after AS changed",
        "false AS changed",
        ("tests/integration/sync/test_law_of_sync.py::test_what_a_resume_brings_comes_to_what_rest_answers",),
    ),
    Mutant(
        "a repeated clientMessageId is recognised",
        _FUNCTIONS,
        "r.is_send AND r.refusal IS NULL AND r.stored_id IS NULL AND row_number()",
        "r.is_send AND r.refusal IS NULL AND row_number()",
        (f"{_INTEGRATION}/test_messages.py::test_a_repeat_answers_200_with_the_stored_message",),
    ),
    Mutant(
        "a repeat within one batch is recognised",
        _FUNCTIONS,
        "r.stored_id IS NULL AND row_number() OVER same = 1 AS is_new",
        "r.stored_id IS NULL AS is_new",
        (f"{_APPLY}::test_batches_do_what_single_commands_would_do",),
    ),
    Mutant(
        "a clientMessageId with another text is a conflict",
        _FUNCTIONS,
        "WHEN x.is_send AND NOT x.is_new",
        "WHEN false AND NOT x.is_new",
        (f"{_INTEGRATION}/test_messages.py::test_the_same_id_with_another_text_is_a_conflict",),
    ),
    Mutant(
        "seq has no holes",
        _FUNCTIONS,
        "d.base_seq + count(*) FILTER (WHERE d.is_new) OVER",
        "d.base_seq + count(*) OVER",
        (f"{_APPLY}::test_batches_do_what_single_commands_would_do",),
    ),
    Mutant(
        "a read watermark never goes back",
        _FUNCTIONS,
        "greatest(w.base_read, max(w.read_up_to) OVER earlier) AS read_before",
        "coalesce(max(w.read_up_to) OVER earlier, 0) AS read_before",
        (f"{_INTEGRATION}/test_messages.py::test_the_read_watermark_rises_and_is_clamped",),
    ),
    Mutant(
        "a read watermark never passes the last message",
        _FUNCTIONS,
        "THEN least(n.wanted_seq, n.running_seq)",
        "THEN coalesce(n.wanted_seq, n.running_seq)",
        (f"{_INTEGRATION}/test_messages.py::test_the_read_watermark_rises_and_is_clamped",),
    ),
    Mutant(
        "writers of one shard take turns",
        _FUNCTIONS,
        "WHERE s.shard = p_shard FOR UPDATE;\n    SELECT e.epoch",
        "WHERE s.shard = p_shard;\n    SELECT e.epoch",
        (f"{_APPLY}::test_writers_of_one_shard_take_turns",),
    ),
    Mutant(
        "nobody contacts oneself about one's own item",
        _FUNCTIONS,
        "WHEN v_seller_id = p_buyer_id THEN 'own_item'",
        "WHEN false THEN 'own_item'",
        (f"{_INTEGRATION}/test_start.py::test_ones_own_item_is_forbidden",),
    ),
    Mutant(
        "a removed item starts no conversation",
        _FUNCTIONS,
        "i.status = 'removed' INTO v_seller_id, v_removed",
        "false INTO v_seller_id, v_removed",
        (f"{_INTEGRATION}/test_start.py::test_a_removed_item_cannot_be_asked_about_anew_but_its_conversations_stay",),
    ),
    Mutant(
        "a conversation belongs to the item's present seller",
        _FUNCTIONS,
        "AND c.buyer_id = p_buyer_id AND c.seller_id = v_seller_id;\n    IF",
        "AND c.buyer_id = p_buyer_id;\n    IF",
        (f"{_INTEGRATION}/test_start.py::test_an_item_that_changed_hands_opens_a_conversation_with_its_new_seller",),
    ),
    Mutant(
        "a deleted person writes nothing",
        _FUNCTIONS,
        "THEN 'account_deleted'\n                    WHEN r.is_send",
        "THEN NULL\n                    WHEN r.is_send",
        (f"{_INTEGRATION}/test_deleted_people.py::test_a_deleted_person_only_reads",),
    ),
    Mutant(
        "the newest time of the marketplace wins",
        "services/conversations/store/projections.py",
        "<= ($5, excluded.deleted,",
        "<= ('infinity', excluded.deleted,",
        (f"{_INTEGRATION}/test_marketplace.py::test_by_http_a_change_that_is_not_applied_is_refused",),
    ),
)

DEADLINES = (
    Mutant(
        "what was refused is not executed any more",
        "services/conversations/writes/pending.py",
        "if self.future.done():\n            return False",
        "if False:\n            return False",
        ("tests/model/test_machines.py", "tests/unit/conversations/writes/test_pending.py"),
    ),
    Mutant(
        "what was begun is not called refused",
        "services/conversations/writes/pending.py",
        "if not self.begun:",
        "if True:",
        ("tests/unit/conversations/writes/test_pending.py",),
    ),
    Mutant(
        "the queue before a writer is bounded",
        "services/conversations/writes/pending.py",
        "if self.commands + entry.commands > self.max_commands or",
        "if",
        ("tests/unit/conversations/writes/test_pending.py",),
    ),
    Mutant(
        "a lost answer of the database is called unknown",
        "services/conversations/writes/batcher.py",
        "entry.refuse(OUTCOME_UNKNOWN if answer_lost else UNAVAILABLE)",
        "entry.refuse(UNAVAILABLE)",
        (f"{_INTEGRATION}/test_database_faults.py::test_when_the_answer_stays_away_the_outcome_is_said_to_be_unknown",),
    ),
    Mutant(
        "a bad row fails alone",
        "services/conversations/writes/batcher.py",
        "if len(commands) == 1:",
        "if True:",
        (f"{_INTEGRATION}/test_database_faults.py::test_one_row_the_database_refuses_fails_alone",),
    ),
)

PUBLISHING = (
    Mutant(
        "a log that does not hold what a consumer applied begins a new epoch",
        _FUNCTIONS,
        "WHERE c.pos > s.head_pos OR log_payload_time(l.payload) <> c.at",
        "WHERE c.pos > s.head_pos",
        (f"{_INTEGRATION}/test_epochs.py::test_a_volume_set_back_is_noticed_by_what_a_consumer_has_applied",),
    ),
    Mutant(
        "readiness proves a write",
        "services/conversations/writes/batcher.py",
        "await self._proof.check()",
        "pass",
        (f"{_INTEGRATION}/test_database_faults.py::test_readiness_proves_a_write",),
    ),
    Mutant(
        "only what the broker confirmed counts as published",
        "services/conversations/publishing/publisher.py",
        "        else:\n            self._confirmed(publication)\n        finally:\n            self._window.release()",
        "        finally:\n            self._confirmed(publication)\n            self._window.release()",
        ("tests/unit/conversations/publishing/test_publisher.py",),
    ),
    Mutant(
        "one process leads at a time",
        "services/conversations/publishing/leader.py",
        "leading=await connection.fetchval(TRY_LOCK, LEADER_LOCK)",
        "leading=True",
        (f"{_INTEGRATION}/test_publishing.py::test_two_processes_publish_one_log",),
    ),
    Mutant(
        "what nobody published is published by the leader",
        "services/conversations/publishing/leader.py",
        "await self._republish(connection, backlog.shard)",
        "pass",
        (
            f"{_INTEGRATION}/test_publishing.py"
            "::test_what_a_process_committed_and_did_not_publish_is_published_by_the_leader",
        ),
    ),
    Mutant(
        "the leader sends beacons",
        "services/conversations/publishing/leader.py",
        "self._publisher.beacon(shard=backlog.shard, pos=backlog.head, epoch=backlog.epoch)",
        "pass",
        (f"{_INTEGRATION}/test_publishing.py::test_a_beacon_tells_every_second_how_far_the_log_goes",),
    ),
    Mutant(
        "a consumer's place never goes back",
        "services/conversations/store/log_reads.py",
        "THEN greatest(consumer_cursors.pos, excluded.pos)",
        "THEN excluded.pos",
        (f"{_INTEGRATION}/test_internal_api.py::test_a_cursor_goes_forward_only_within_its_epoch",),
    ),
)

ACCESS = (
    Mutant(
        "the internal API needs the service token",
        "chassis/auth/bearer.py",
        "if not any(hmac.compare_digest(given, expected) for expected in accepted):",
        "if False:",
        ("tests/unit/chassis/http/test_app.py",),
    ),
    Mutant(
        "an expired token is refused",
        "chassis/auth/claims.py",
        "if expiry <= now - leeway_seconds:",
        "if False:",
        ("tests/unit/chassis/auth/test_tokens.py",),
    ),
    Mutant(
        "a token for somebody else's service is refused",
        "chassis/auth/claims.py",
        'if audience not in _audiences(claims["aud"]):',
        "if False:",
        ("tests/unit/chassis/auth/test_tokens.py",),
    ),
    Mutant(
        "a token that was verified once still ends",
        "chassis/auth/tokens.py",
        " and datetime.now(UTC) - self._leeway < known.principal.expires_at",
        "",
        ("tests/unit/chassis/auth/test_tokens.py",),
    ),
    Mutant(
        "a token that was verified once falls with its key",
        "chassis/auth/tokens.py",
        "return known.key in keys and ",
        "return ",
        ("tests/unit/chassis/auth/test_tokens.py",),
    ),
    Mutant(
        "writes by REST are limited",
        "services/conversations/api/requests.py",
        "if wait_seconds > 0:",
        "if False:",
        (f"{_INTEGRATION}/test_access.py::test_logging_in_is_absent_unless_switched_on_and_writes_are_limited",),
    ),
    Mutant(
        "writes by REST are limited over all replicas",
        "services/conversations/writes/write_limits.py",
        "wait = await take_write(self._pool, user_id, rate_per_second=self._rate, burst=self._burst)",
        "wait = 0.0",
        (f"{_INTEGRATION}/test_write_limits.py::test_two_replicas_grant_what_one_would",),
    ),
)

NOTIFICATIONS = (
    Mutant(
        "another batch where one was decided makes notifications ask the log",
        "services/notifications/decider.py",
        "return Verdict.DOUBTFUL if other else Verdict.REPEAT",
        "return Verdict.REPEAT",
        ("tests/unit/notifications/test_decider.py",),
    ),
    Mutant(
        "notifications decide about a batch once",
        "services/notifications/decider.py",
        "if cursor.is_repeat(message.pos):",
        "if False:",
        ("tests/unit/notifications/test_decider.py",),
    ),
    Mutant(
        "notifications leave another life of the log alone",
        "services/notifications/decider.py",
        "return self._cursors.get(shard) if epoch == self._epoch else None",
        "return self._cursors.get(shard)",
        ("tests/unit/notifications/test_decider.py",),
    ),
)

"""Guards of the database's statements and functions, of REST, of the log and its publishing; and of notifications."""

from proof.mutants.damage import always, drop, instead, never, text, without
from proof.mutants.mutant import Mutant, noticed_by

_UNIT = "tests/unit/conversations"
_INTEGRATION = "tests/integration/conversations"

GUARDS = (
    *noticed_by(
        f"{_INTEGRATION}/test_access.py",
        Mutant(
            "only participants see a conversation",
            "store.conversations.ONE",
            text("$1 IN (buyer_id, seller_id)", "true"),
            "a_stranger_cannot",
        ),
        Mutant(
            "only participants read its messages",
            "store.messages._PAGE",
            text("$2 IN (c.buyer_id, c.seller_id)", "$2 <> ''"),
            "a_stranger_cannot",
        ),
        Mutant("writes by REST are limited", "writing_user", never("wait_seconds"), "writes_are_limited"),
    ),
    *noticed_by(
        f"{_INTEGRATION}/test_internal_api.py",
        Mutant(
            "only participants join a conversation",
            "PARTICIPANTS",
            text("AND $2 IN (buyer_id, seller_id)", "AND $2 <> ''"),
            "test_participants",
        ),
        Mutant(
            "a resume shows only one's own conversations",
            "CHANGES",
            text("seller_id = $1", "seller_id >= ''"),
            "exactly_the_changes_between",
        ),
        Mutant(
            "a consumer's position never goes back",
            "PUT_CURSOR",
            text("greatest(consumer_cursors.pos, excluded.pos)", "excluded.pos"),
            "goes_forward_only",
        ),
    ),
    *noticed_by(
        "tests/integration/sync/test_law_of_sync.py",
        Mutant(
            "a resume reports changed items and people",
            "CHANGES",
            text("c.facts_event_pos > c.after AS", "false AS"),
            "resume_leads_to_the_same_state",
        ),
    ),
    *noticed_by(
        f"{_INTEGRATION}/test_apply_commands.py",
        Mutant(
            "only participants write",
            "apply_commands()",
            text("AND i.user_id IN (c.buyer_id, c.seller_id)", ""),
            "single_commands",
        ),
        Mutant(
            "a repeat within one batch is recognised",
            "apply_commands()",
            text("AND row_number() OVER same = 1 AS is_new", "AS is_new"),
            "single_commands",
        ),
        Mutant(
            "seq has no gaps",
            "apply_commands()",
            text("count(*) FILTER (WHERE d.is_new) OVER (PARTITION", "count(*) OVER (PARTITION"),
            "single_commands",
        ),
        Mutant(
            "writers of one shard take turns",
            "lock_log_shard()",
            text("WHERE s.shard = p_shard FOR UPDATE", "WHERE s.shard = p_shard"),
            "take_turns",
        ),
    ),
    *noticed_by(
        f"{_INTEGRATION}/test_messages.py",
        Mutant(
            "a repeated clientMessageId is recognised",
            "apply_commands()",
            text("r.stored_id IS NULL AND", ""),
            "a_repeat_answers_200",
        ),
        Mutant(
            "a clientMessageId with another text is a conflict",
            "apply_commands()",
            text("WHEN x.is_send AND NOT", "WHEN false AND NOT"),
            "is_a_conflict",
        ),
        Mutant(
            "a read watermark never goes back",
            "apply_commands()",
            text("greatest(w.base_read,", "coalesce(0 * w.base_read,"),
            "read_mark_rises",
        ),
        Mutant(
            "a read watermark never passes the last message",
            "apply_commands()",
            text("least(n.wanted_seq", "coalesce(n.wanted_seq"),
            "read_mark_rises",
        ),
    ),
    *noticed_by(
        f"{_INTEGRATION}/test_start.py",
        Mutant(
            "nobody contacts themselves about their own item",
            "start_conversation()",
            text("WHEN v_seller_id = p_buyer_id", "WHEN false"),
            "own_item",
        ),
        Mutant(
            "a removed item starts no conversation",
            "start_conversation()",
            text("i.status = 'removed'", "false"),
            "removed_item",
        ),
        Mutant(
            "a conversation belongs to the item's present seller",
            "start_conversation()",
            text("AND c.seller_id = v_seller_id; IF", "; IF"),
            "changed_hands",
        ),
    ),
    *noticed_by(
        f"{_INTEGRATION}/test_deleted_people.py",
        Mutant(
            "a deleted person writes nothing",
            "apply_commands()",
            text("THEN 'account_deleted'", "THEN NULL"),
            "deleted_person_only_reads",
        ),
    ),
    *noticed_by(
        f"{_INTEGRATION}/test_marketplace.py",
        Mutant(
            "the marketplace's newest time wins",
            "PUT_USER",
            text("<= ($5, excluded.deleted,", "<= ('infinity', excluded.deleted,"),
            "not_applied_is_refused",
        ),
    ),
    *noticed_by(
        f"{_INTEGRATION}/test_epochs.py",
        Mutant(
            "a log that lost applied batches begins a new epoch",
            "log_contradicts()",
            text("OR log_payload_time(l.payload) <> c.at", ""),
            "reset_volume",
        ),
    ),
    *noticed_by(
        f"{_INTEGRATION}/test_write_limits.py",
        Mutant(
            "writes by REST are limited over all replicas",
            "WriteLimits.take",
            instead("take_write", "0.0"),
            "two_replicas",
        ),
    ),
    *noticed_by(
        f"{_INTEGRATION}/test_database_faults.py",
        Mutant(
            "a lost answer of the database is called unknown",
            "Batcher._execute",
            never("answer_lost"),
            "outcome_is_unknown",
        ),
        Mutant("a bad row fails alone", "Batcher._apply", always("len"), "fails_alone"),
        Mutant("readiness proves a write", "Batcher.check", drop("_proof"), "readiness_proves_a_write"),
    ),
    *noticed_by(
        f"{_UNIT}/writes/test_pending.py",
        Mutant("a refused entry is not executed", "Entry.begin", never("done")),
        Mutant("a begun entry is not called refused", "Entry.expire", always("begun")),
        Mutant("the queue before a writer is bounded", "Pending.put", without("max_commands")),
    ),
    *noticed_by(
        f"{_UNIT}/publishing/test_publisher.py",
        Mutant(
            "only what the broker confirmed counts as published",
            "Publisher._publish",
            instead("inc", "self._confirmed(publication)"),
        ),
    ),
    *noticed_by(
        f"{_INTEGRATION}/test_publishing.py",
        Mutant("one process leads at a time", "Leader._beat", instead("fetchval", "True"), "two_processes"),
        Mutant(
            "the leader publishes what nobody published",
            "Leader._publish_late_ones",
            drop("_republish"),
            "by_the_leader",
        ),
        Mutant("the leader sends beacons", "Leader._publish_late_ones", drop("beacon"), "a_beacon_reports"),
    ),
    *noticed_by(
        "tests/unit/chassis/http/test_app.py",
        Mutant("the internal API needs the service token", "service_token_guard", never("compare_digest")),
    ),
    *noticed_by(
        "tests/unit/chassis/auth/test_tokens.py",
        Mutant("an expired token is refused", "claims._check_times", never("expiry")),
        Mutant("a token for another service is refused", "claims.check_claims", never("audience")),
        Mutant("a verified token still expires", "TokenVerifier._still_holds", without("expires_at")),
        Mutant("a verified token ends with its key", "TokenVerifier._still_holds", without("keys")),
    ),
    *noticed_by(
        "tests/unit/notifications/test_decider.py",
        Mutant("another batch at a decided position makes notifications ask", "Decider.take", never("other")),
        Mutant("notifications decide about a batch once", "Decider.take", never("is_repeat")),
        Mutant("notifications ignore another epoch", "Decider._cursor", always("_epoch")),
    ),
)

"""Guards of the database's statements and functions, of REST, of the log and its publishing; and of notifications."""

from proof.mutants.damage import always, drop, instead, never, text, without
from proof.mutants.mutant import At, Guards

_UNIT = "tests/unit/conversations"
_INTEGRATION = "tests/integration/conversations"

GUARDS: Guards = {
    f"{_INTEGRATION}/test_access.py": {
        "only participants see a conversation": At(
            "store.conversations.ONE", text("$1 IN (buyer_id, seller_id)", "true"), "a_stranger_cannot"
        ),
        "only participants read its messages": At(
            "store.messages._PAGE", text("$2 IN (c.buyer_id, c.seller_id)", "$2 <> ''"), "a_stranger_cannot"
        ),
        "writes by REST are limited": At("writing_user", never("wait_seconds"), "writes_are_limited"),
    },
    f"{_INTEGRATION}/test_internal_api.py": {
        "only participants join a conversation": At(
            "PARTICIPANTS", text("AND $2 IN (buyer_id, seller_id)", "AND $2 <> ''"), "test_participants"
        ),
        "a resume shows only one's own conversations": At(
            "CHANGES", text("seller_id = $1", "seller_id >= ''"), "exactly_the_changes_between"
        ),
        "a consumer's position never goes back": At(
            "PUT_CURSOR", text("greatest(consumer_cursors.pos, excluded.pos)", "excluded.pos"), "goes_forward_only"
        ),
    },
    "tests/integration/sync/test_law_of_sync.py": {
        "a resume reports changed items and people": At(
            "CHANGES",
            text(
                "greatest(c.facts_event_pos, c.my_view_pos) > c.after AS", "coalesce(c.my_view_pos > c.after, false) AS"
            ),
            "resume_leads_to_the_same_state",
        ),
    },
    "tests/integration/sync/test_personal_facts.py": {
        "a resume reports what the person set for themselves": At(
            "CHANGES",
            text("greatest(c.updated_event_pos, c.my_view_pos) > s.after", "c.updated_event_pos > s.after"),
            "every_device",
        ),
        "a resume from memory reports it, too": At("ConversationPersonal.add_to", drop("changed"), "every_device"),
        "a resume reports nothing of what the other person set": At(
            "CHANGES",
            text("seller_view_pos AS my_view_pos", "greatest(buyer_view_pos, seller_view_pos) AS my_view_pos"),
            "no_byte",
        ),
    },
    f"{_INTEGRATION}/test_apply_commands.py": {
        "only participants write": At(
            "apply_commands()", text("AND i.user_id IN (c.buyer_id, c.seller_id)", ""), "single_commands"
        ),
        "a repeat within one batch is recognised": At(
            "apply_commands()", text("AND row_number() OVER same = 1 AS is_new", "AS is_new"), "single_commands"
        ),
        "seq has no gaps": At(
            "apply_commands()",
            text("count(*) FILTER (WHERE d.is_new) OVER (PARTITION", "count(*) OVER (PARTITION"),
            "single_commands",
        ),
        "writers of one shard take turns": At(
            "lock_log_shard()", text("WHERE s.shard = p_shard FOR UPDATE", "WHERE s.shard = p_shard"), "take_turns"
        ),
    },
    f"{_INTEGRATION}/test_messages.py": {
        "a repeated clientMessageId is recognised": At(
            "apply_commands()", text("r.stored_id IS NULL AND", ""), "a_repeat_answers_200"
        ),
        "a clientMessageId with another text is a conflict": At(
            "apply_commands()", text("WHEN x.is_send AND NOT", "WHEN false AND NOT"), "is_a_conflict"
        ),
        "a read watermark never goes back": At(
            "apply_commands()", text("greatest(w.base_read,", "coalesce(0 * w.base_read,"), "read_mark_rises"
        ),
        "a read watermark never passes the last message": At(
            "apply_commands()", text("least(n.wanted_seq", "coalesce(n.wanted_seq"), "read_mark_rises"
        ),
    },
    f"{_INTEGRATION}/test_replies.py": {
        "a reply names a message that is stored": At(
            "apply_commands()", text("p_reply_tos[r.ord] > r.base_seq", "false"), "that_is_not_there"
        ),
        "a clientMessageId of an answer to another message is a conflict": At(
            "apply_commands()",
            text("IS NOT DISTINCT FROM p_reply_tos[i.ord]", "IS NOT NULL IS NOT NULL"),
            "is_a_conflict",
        ),
    },
    f"{_INTEGRATION}/test_message_shards.py": {
        "every message is stored with its shard": At(
            "apply_commands()",
            text(
                "THEN jsonb_build_object('replyTo', p_reply_tos[d.ord]) END,\n               p_shard",
                "THEN jsonb_build_object('replyTo', p_reply_tos[d.ord]) END,\n               0",
            ),
            "names_the_shard",
        ),
        "another id with the key of a stored one is no repeat": At(
            "apply_commands()",
            text("WHEN m.client_message_id <> i.client_message_id THEN", "WHEN false THEN"),
            "same_key_is_a_conflict",
        ),
    },
    f"{_INTEGRATION}/test_upgrade_shards.py": {
        "rows of the previous release get their conversation's shard": At(
            "take_shard_of_conversation()", text("(SELECT c.shard FROM", "(SELECT 0 FROM"), "people_write"
        ),
    },
    f"{_INTEGRATION}/test_system_messages.py": {
        "a system message is stored once per key": At(
            "post_system_message()",
            text("client_message_key(m.client_message_id) = client_message_key(p_key)", "false"),
            "stored_once",
        ),
        "a key with other content is a conflict": At(
            "post_system_message()", text("THEN 'key_conflict'", "THEN NULL"), "bound_to_its_content"
        ),
        "the seller is told of a conversation that begins with a system message": At(
            "post_system_message()", text("IF v_seq = 1 THEN", "IF false THEN"), "may_be_one"
        ),
        "nobody is the sender of system messages": At("_subject", never("SYSTEM_SENDER_ID"), "nobody_logs_in"),
    },
    f"{_INTEGRATION}/test_edits.py": {
        "only its sender edits a message": At(
            "begin_change()", text("THEN 'not_your_message'", "THEN NULL"), "may_not_be_edited"
        ),
        "of two edits at once one wins": At(
            "edit_message()", text("NOT BETWEEN v_text_version AND", "NOT BETWEEN 0 AND"), "exactly_one_wins"
        ),
        "a message can be edited for a while only": At(
            "edit_message()", text("v.at > v_message.created_at + p_window", "false"), "edited_for_a_while"
        ),
        "a repeat after an edit is compared with what was sent": At(
            "apply_commands()", text("WHEN m.extras IS NULL THEN", "WHEN true THEN"), "what_was_sent"
        ),
        "only participants read earlier texts": At(
            "VERSIONS", text("$2 IN (c.buyer_id, c.seller_id)", "$2 <> ''"), "read_the_earlier_texts"
        ),
    },
    f"{_INTEGRATION}/test_reactions.py": {
        "an edit does not conflict with a reaction": At(
            "react()",
            text("'reactions', v_reactions)", "'reactions', v_reactions, '_', '{\"textVersion\": 1}'::jsonb)"),
            "do_not_conflict",
        ),
        "a person has one reaction to a message": At(
            "react()", text("WHEN v_before IS NULL THEN", "WHEN v_mine IS NOT NULL THEN"), "takes_the_place"
        ),
        "a message can be reacted to so often only": At(
            "react()", text("v_message.version >= max_message_changes() / 2", "false"), "cannot_be_changed_without_end"
        ),
        "a repeated reaction is logged once": At(
            "react()", text("IF v_before IS NOT DISTINCT FROM v_mine", "IF false"), "may_be_repeated"
        ),
    },
    f"{_INTEGRATION}/test_mute.py": {
        "what a person sets for themselves is logged for them alone": At(
            "log_view_change()",
            text(
                "jsonb_build_array(p_user_id)",
                "(SELECT jsonb_build_array(buyer_id, seller_id) FROM conversations WHERE id = p_conversation_id)",
            ),
            "for_one_person",
        ),
        "only participants mute a conversation": At(
            "mute_conversation()", text("AND (c.buyer_id = p_user_id OR", "AND (true OR"), "in_their_list"
        ),
    },
    f"{_INTEGRATION}/test_deletes.py": {
        "a message can be deleted for a while only": At(
            "delete_message()", text("v.at > v_message.created_at + p_window", "false"), "deleted_for_a_while"
        ),
        "a deleted message is not edited": At(
            "edit_message()", text("v_message.extras ? 'deleted' THEN", "false THEN"), "is_not_edited"
        ),
        "earlier texts are deleted with the message": At(
            "delete_message()", text("AND v.seq = p_seq AND v.shard = p_shard;", "AND v.seq < 0;"), "earlier_texts"
        ),
        "the log loses every text of a deleted message": At(
            "redact_log()", text("RETURNING l.previous_pos INTO v_pos", "RETURNING NULL INTO v_pos"), "no_byte"
        ),
        "the log keeps the texts of other messages": At(
            "redact_log()", text("= p_message_id::text THEN", "<> '' THEN"), "other_messages"
        ),
    },
    f"{_INTEGRATION}/test_start.py": {
        "nobody contacts themselves about their own item": At(
            "start_conversation()", text("WHEN v_seller_id = p_buyer_id", "WHEN false"), "own_item"
        ),
        "a removed item starts no conversation": At(
            "start_conversation()", text("i.status = 'removed'", "false"), "removed_item"
        ),
        "a conversation belongs to the item's present seller": At(
            "start_conversation()",
            text("AND c.seller_id = v_seller_id AND c.tenant = v_tenant; IF", "; IF"),
            "changed_hands",
        ),
    },
    f"{_INTEGRATION}/test_deleted_people.py": {
        "a deleted person writes nothing": At(
            "apply_commands()", text("THEN 'account_deleted'", "THEN NULL"), "deleted_person_only_reads"
        ),
    },
    f"{_INTEGRATION}/test_marketplace.py": {
        "the marketplace's newest time wins": At(
            "PUT_USER", text("<= ($5, excluded.deleted,", "<= ('infinity', excluded.deleted,"), "not_applied_is_refused"
        ),
    },
    f"{_INTEGRATION}/test_epochs.py": {
        "a log that lost applied batches begins a new epoch": At(
            "log_contradicts()", text("OR log_payload_time(l.payload) <> c.at", ""), "reset_volume"
        ),
    },
    f"{_INTEGRATION}/test_write_limits.py": {
        "writes by REST are limited over all replicas": At(
            "WriteLimits.take", instead("take_write", "0.0"), "two_replicas"
        ),
    },
    f"{_INTEGRATION}/test_database_faults.py": {
        "a lost answer of the database is called unknown": At(
            "Batcher._execute", never("answer_lost"), "outcome_is_unknown"
        ),
        "a bad row fails alone": At("Transactions._apply", always("len"), "fails_alone"),
        "readiness proves a write": At("Batcher.check", drop("_proof"), "readiness_proves_a_write"),
    },
    f"{_UNIT}/writes/test_pending.py": {
        "a refused entry is not executed": At("Entry.begin", never("done")),
        "a begun entry is not called refused": At("Entry.expire", always("begun")),
        "the queue before a writer is bounded": At("Pending.put", without("max_commands")),
    },
    f"{_UNIT}/publishing/test_publisher.py": {
        "only what the broker confirmed counts as published": At(
            "Publisher._publish", instead("inc", "self._confirmed(publication)")
        ),
    },
    f"{_INTEGRATION}/test_publishing.py": {
        "one process leads at a time": At("Leader._beat", instead("fetchval", "True"), "two_processes"),
        "the leader publishes what nobody published": At(
            "Leader._publish_late_ones", drop("_republish"), "by_the_leader"
        ),
        "the leader sends beacons": At("Leader._publish_late_ones", drop("beacon"), "a_beacon_reports"),
    },
    "tests/unit/chassis/http/test_app.py": {
        "the internal API needs the service token": At("service_token_guard", never("compare_digest")),
    },
    "tests/unit/chassis/auth/test_tokens.py": {
        "an expired token is refused": At("claims._check_times", never("expiry")),
        "a token for another service is refused": At("claims.check_claims", never("audience")),
        "a verified token still expires": At("TokenVerifier._still_holds", without("expires_at")),
        "a verified token ends with its key": At("TokenVerifier._still_holds", without("keys")),
    },
    "tests/unit/notifications/test_policy.py": {
        "a deletion retracts the notification": At("_about_change", instead("RETRACT", "Action.NOTHING"), "retract"),
        "a deleted message notifies nobody": At("_about_message", never("deleted"), "deleted_before"),
        "a muted conversation notifies nobody": At("_about_message", never("muted_by"), "muted_conversation"),
    },
    "tests/unit/notifications/test_decider.py": {
        "another batch at a decided position makes notifications ask": At("Decider.take", never("other")),
        "notifications decide about a batch once": At("Decider.take", never("is_repeat")),
        "notifications ignore another epoch": At("Decider._cursor", always("_epoch")),
    },
}

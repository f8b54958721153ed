-- Stores a message of the marketplace, which both people have yet to read. Answers with its `code` if it may not: conversation_not_found,
-- or key_conflict if another one has this key; else with the message as it is now, and with `duplicate` if it was stored before. Repeating
-- a call whose outcome got lost, with the same p_message_id, finds its own message.
CREATE OR REPLACE FUNCTION post_system_message(
    p_shard integer, p_conversation_id uuid, p_message_id uuid, p_key text, p_content text, p_extras jsonb
) RETURNS TABLE (code text, duplicate boolean, message text, pos bigint, epoch text, payload text)
    LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    v_pos          bigint;
    v_epoch        text;
    v_at           timestamptz;
    v_conversation conversations;
    v_stored       messages;
    v_seq          bigint;
    v_idx          integer := 0;
    v_message      jsonb;
    v_payload      text := '';
BEGIN
    SELECT l.pos, l.epoch INTO v_pos, v_epoch FROM lock_log_shard(p_shard) l;

    SELECT c.* INTO v_conversation FROM conversations c WHERE c.id = p_conversation_id AND c.shard = p_shard;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'conversation_not_found', NULL::boolean, NULL::text, NULL::bigint, NULL::text, NULL::text;
        RETURN;
    END IF;
    SELECT m.* INTO v_stored FROM messages m
    WHERE m.conversation_id = p_conversation_id AND m.sender_role = 'system' AND m.shard = p_shard
      AND client_message_key(m.client_message_id) = client_message_key(p_key);
    IF FOUND THEN
        RETURN QUERY
        SELECT CASE WHEN v_stored.extras #>> '{_,posted}' <> p_extras #>> '{_,posted}' THEN 'key_conflict' END,
               v_stored.id <> p_message_id, message_json(p_conversation_id, v_stored.seq)::text,
               NULL::bigint, NULL::text, NULL::text;
        RETURN;
    END IF;

    v_at := greatest(clock_timestamp(), v_conversation.last_activity_at);
    v_seq := v_conversation.last_seq + 1;
    IF v_seq = 1 THEN  -- until now the conversation was the buyer's alone
        v_payload := log_event_json(
            v_epoch, p_shard, v_pos, 0, 'conversation.started.v1', v_at,
            '{"conversation":' || conversation_facts_json(p_conversation_id)
            || ',"recipients":[' || to_json(v_conversation.seller_id::text) || ']}') || ',';
        v_idx := 1;
    END IF;
    INSERT INTO messages
        (conversation_id, seq, id, sender_role, client_message_id, content, created_at, event_pos, extras, shard)
    VALUES (p_conversation_id, v_seq, p_message_id, 'system', p_key, p_content, v_at, v_pos * 1024 + v_idx, p_extras, p_shard);
    UPDATE conversations c
    SET last_seq = v_seq,
        updated_event_pos = v_pos * 1024 + v_idx,
        facts_event_pos = CASE WHEN v_seq = 1 THEN v_pos * 1024 ELSE c.facts_event_pos END,
        last_message_id = p_message_id,
        last_message_preview = left(p_content, 160),
        last_message_version = NULL,
        last_message_role = 'system',
        last_message_at = v_at,
        last_activity_at = v_at,
        activity_bucket = activity_bucket_of(v_at)
    WHERE c.id = p_conversation_id;
    v_message := message_json(p_conversation_id, v_seq);
    v_payload := '[' || v_payload || log_event_json(
        v_epoch, p_shard, v_pos, v_idx, 'message.sent.v1', v_at,
        (jsonb_build_object(
            'conversationId', p_conversation_id,
            'itemId', v_conversation.item_id,
            'message', v_message,
            'recipients', jsonb_build_array(v_conversation.buyer_id, v_conversation.seller_id))
        || CASE WHEN v_conversation.buyer_muted OR v_conversation.seller_muted
                THEN jsonb_build_object('mutedBy', muted_by(v_conversation.buyer_id, v_conversation.buyer_muted,
                                                            v_conversation.seller_id, v_conversation.seller_muted))
                ELSE '{}' END)::text) || ']';
    UPDATE log_shards s SET head_pos = v_pos WHERE s.shard = p_shard;
    INSERT INTO event_log (shard, pos, created_at, payload) VALUES (p_shard, v_pos, v_at, v_payload);
    RETURN QUERY SELECT NULL::text, false, v_message::text, v_pos, v_epoch, v_payload;
END
$$;

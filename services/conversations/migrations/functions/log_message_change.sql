-- The end of every change of a stored message, once its row is as it shall be but for its version and its place in the log:
-- sets those, brings the list's preview up to date, and writes `message.changed.v1` with the whole message for both people. The
-- row of the log names the one before that holds this message, so that all can be found.
CREATE OR REPLACE FUNCTION log_message_change(
    p_shard integer, p_pos bigint, p_epoch text, p_at timestamptz, p_conversation_id uuid, p_seq bigint, p_change text
) RETURNS text
    LANGUAGE plpgsql
AS $$
DECLARE
    v_version      integer;
    v_previous     bigint;
    v_conversation conversations;
    v_payload      text;
BEGIN
    SELECT coalesce(m.changed_event_pos, m.event_pos) / 1024 INTO STRICT v_previous
    FROM messages m WHERE m.conversation_id = p_conversation_id AND m.seq = p_seq AND m.shard = p_shard;
    UPDATE messages m SET version = coalesce(m.version, 0) + 1, changed_event_pos = p_pos * 1024
    WHERE m.conversation_id = p_conversation_id AND m.seq = p_seq AND m.shard = p_shard
    RETURNING m.version INTO STRICT v_version;
    UPDATE conversations c
    SET updated_event_pos = p_pos * 1024,
        last_message_version = CASE WHEN c.last_seq = p_seq THEN v_version ELSE c.last_message_version END,
        last_message_preview = CASE WHEN c.last_seq = p_seq THEN (
            SELECT left(m.content, 160) FROM messages m
            WHERE m.conversation_id = c.id AND m.seq = p_seq AND m.shard = p_shard
        ) ELSE c.last_message_preview END,
        last_deleted_seq = CASE WHEN c.last_seq = p_seq AND p_change = 'deleted' THEN p_seq ELSE c.last_deleted_seq END
    WHERE c.id = p_conversation_id
    RETURNING c.* INTO STRICT v_conversation;
    v_payload := '[' || log_event_json(
        p_epoch, p_shard, p_pos, 0, 'message.changed.v1', p_at,
        jsonb_build_object(
            'conversationId', p_conversation_id,
            'itemId', v_conversation.item_id,
            'message', message_json(p_conversation_id, p_seq),
            'change', p_change,
            'recipients', jsonb_build_array(v_conversation.buyer_id, v_conversation.seller_id))::text) || ']';
    UPDATE log_shards s SET head_pos = p_pos WHERE s.shard = p_shard;
    INSERT INTO event_log (shard, pos, created_at, payload, previous_pos)
    VALUES (p_shard, p_pos, p_at, v_payload, v_previous);
    RETURN v_payload;
END
$$;

-- The end of every change of what a person set for themselves in a conversation, once its row is as it shall be but for the place in the
-- log: sets that, and writes `conversation.personal.v1` with the person's whole view for this person alone. The positions
-- that the other person's resume compares stay, so that nothing tells them.
CREATE OR REPLACE FUNCTION log_view_change(
    p_shard integer, p_pos bigint, p_epoch text, p_at timestamptz, p_conversation_id uuid, p_user_id text
) RETURNS text
    LANGUAGE plpgsql
AS $$
DECLARE
    v_payload text;
BEGIN
    UPDATE conversations c
    SET buyer_view_pos = CASE WHEN c.buyer_id = p_user_id THEN p_pos * 1024 ELSE c.buyer_view_pos END,
        seller_view_pos = CASE WHEN c.seller_id = p_user_id THEN p_pos * 1024 ELSE c.seller_view_pos END
    WHERE c.id = p_conversation_id;
    v_payload := '[' || log_event_json(
        p_epoch, p_shard, p_pos, 0, 'conversation.personal.v1', p_at,
        jsonb_build_object(
            'conversationId', p_conversation_id,
            'view', view_json(p_conversation_id, p_user_id),
            'recipients', jsonb_build_array(p_user_id))::text) || ']';
    UPDATE log_shards s SET head_pos = p_pos WHERE s.shard = p_shard;
    INSERT INTO event_log (shard, pos, created_at, payload) VALUES (p_shard, p_pos, p_at, v_payload);
    RETURN v_payload;
END
$$;

-- A person's own view of a conversation (ConversationView).
CREATE OR REPLACE FUNCTION view_json(p_conversation_id uuid, p_user_id text) RETURNS jsonb
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT jsonb_build_object(
        'muted', coalesce(CASE WHEN c.buyer_id = p_user_id THEN c.buyer_muted ELSE c.seller_muted END, false))
    FROM conversations c
    WHERE c.id = p_conversation_id;
END;

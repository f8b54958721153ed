-- Tells that the item or the people of some conversations of one shard changed. The facts are read under the lock, so
-- that the last event about a conversation always has the latest ones. At most 1,024 conversations a call.
-- Of one in which nothing was written, only the buyer is told.
CREATE OR REPLACE FUNCTION announce_conversations(p_shard integer, p_conversation_ids uuid[])
RETURNS TABLE (pos bigint, epoch text, payload text)
    LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    v_pos     bigint;
    v_epoch   text;
    v_now     timestamptz;
    v_payload text;
BEGIN
    SELECT l.pos, l.epoch INTO v_pos, v_epoch FROM lock_log_shard(p_shard) l;
    v_now := clock_timestamp();

    WITH announced AS (
        SELECT c.id, c.buyer_id, c.seller_id, c.last_seq, row_number() OVER (ORDER BY c.id) - 1 AS idx
        FROM conversations c
        WHERE c.id = ANY (p_conversation_ids) AND c.shard = p_shard
    ),
    touched AS (
        UPDATE conversations c
        SET updated_event_pos = v_pos * 1024 + a.idx, facts_event_pos = v_pos * 1024 + a.idx
        FROM announced a
        WHERE c.id = a.id
    )
    SELECT '[' || string_agg(
        log_event_json(
            v_epoch, p_shard, v_pos, a.idx, 'conversation.updated.v1', v_now,
            '{"conversation":' || conversation_facts_json(a.id)
            || ',"recipients":[' || to_json(a.buyer_id::text)
            || CASE WHEN a.last_seq > 0 THEN ',' || to_json(a.seller_id::text) ELSE '' END || ']}'),
        ',' ORDER BY a.idx) || ']'
    INTO v_payload
    FROM announced a;

    IF v_payload IS NOT NULL THEN
        UPDATE log_shards s SET head_pos = v_pos WHERE s.shard = p_shard;
        INSERT INTO event_log (shard, pos, created_at, payload) VALUES (p_shard, v_pos, v_now, v_payload);
        RETURN QUERY SELECT v_pos, v_epoch, v_payload;
    END IF;
END
$$;

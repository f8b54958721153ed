-- Mutes a conversation for one of its people, or unmutes it. Answers with its `code` if a rule forbids it; else with the person's view
-- as it is now, and with `duplicate` if it was so already. The rules: a conversation in the person's list, so not in a seller's before
-- its first message; and a person whom the marketplace has not deleted.
CREATE OR REPLACE FUNCTION mute_conversation(
    p_shard integer, p_user_id text, p_conversation_id uuid, p_muted boolean
) RETURNS TABLE (code text, duplicate boolean, view text, pos bigint, epoch text, payload text)
    LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    v_pos   bigint;
    v_epoch text;
    v_view  jsonb;
BEGIN
    SELECT l.pos, l.epoch INTO v_pos, v_epoch FROM lock_log_shard(p_shard) l;
    SELECT view_json(c.id, p_user_id) INTO v_view
    FROM conversations c
    WHERE c.id = p_conversation_id AND c.shard = p_shard
      AND (c.buyer_id = p_user_id OR (c.seller_id = p_user_id AND c.last_seq > 0));
    code := CASE
        WHEN v_view IS NULL THEN 'conversation_not_found'
        WHEN EXISTS (SELECT FROM users u WHERE u.id = p_user_id AND u.deleted) THEN 'account_deleted'
    END;
    IF code IS NULL THEN
        duplicate := (v_view ->> 'muted')::boolean = p_muted;
        IF NOT duplicate THEN
            UPDATE conversations c
            SET buyer_muted = CASE WHEN c.buyer_id = p_user_id THEN nullif(p_muted, false) ELSE c.buyer_muted END,
                seller_muted = CASE WHEN c.seller_id = p_user_id THEN nullif(p_muted, false) ELSE c.seller_muted END
            WHERE c.id = p_conversation_id;
            pos := v_pos;
            epoch := v_epoch;
            payload := log_view_change(p_shard, v_pos, v_epoch, clock_timestamp(), p_conversation_id, p_user_id);
        END IF;
        view := view_json(p_conversation_id, p_user_id);
    END IF;
    RETURN NEXT;
END
$$;

-- Those of a conversation's people who muted it, for the events that might notify them.
CREATE OR REPLACE FUNCTION muted_by(buyer_id text, buyer_muted boolean, seller_id text, seller_muted boolean) RETURNS json
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN to_json(array_remove(ARRAY[CASE WHEN buyer_muted THEN buyer_id END, CASE WHEN seller_muted THEN seller_id END], NULL));

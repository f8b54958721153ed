-- Puts a person's reaction on a message, or removes it if p_emoji is null. Answers as edit_message() does; `duplicate` says that it
-- was so already. The rules: a person of the conversation whom the marketplace has not deleted, and a message of either person
-- that is not deleted and did not change too often. The text's version stays, so that no edit conflicts with a reaction.
CREATE OR REPLACE FUNCTION react(
    p_shard integer, p_user_id text, p_conversation_id uuid, p_seq bigint, p_emoji text
) RETURNS TABLE (code text, duplicate boolean, message text, pos bigint, epoch text, payload text)
    LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    v           record;
    v_message   messages;
    v_extras    jsonb;
    v_reactions jsonb;
    v_mine      jsonb;
    v_before    jsonb;
BEGIN
    SELECT b.* INTO v FROM begin_change(p_shard, p_user_id, p_conversation_id, p_seq, true) b;
    v_message := v.message;
    v_extras := coalesce(v_message.extras, '{}');
    code := coalesce(v.code, CASE WHEN v_extras ? 'deleted' THEN 'message_deleted' END);
    IF code IS NOT NULL THEN
        RETURN NEXT;
        RETURN;
    END IF;

    v_reactions := coalesce(v_extras -> 'reactions', '[]');
    v_mine := CASE WHEN p_emoji IS NOT NULL THEN jsonb_build_object('userId', p_user_id, 'emoji', p_emoji) END;
    SELECT r.reaction INTO v_before
    FROM jsonb_array_elements(v_reactions) AS r (reaction) WHERE r.reaction ->> 'userId' = p_user_id;
    IF v_before IS NOT DISTINCT FROM v_mine THEN
        duplicate := true;
        message := message_json(p_conversation_id, p_seq);
        RETURN NEXT;
        RETURN;
    END IF;
    IF v_message.version >= max_message_changes() / 2 THEN  -- the rest is for edits, which nobody can prevent by reacting
        code := 'too_many_changes';
        RETURN NEXT;
        RETURN;
    END IF;
    SELECT jsonb_agg(CASE WHEN r.reaction = v_before THEN v_mine ELSE r.reaction END ORDER BY r.place)
    INTO v_reactions
    FROM jsonb_array_elements(CASE WHEN v_before IS NULL THEN v_reactions || v_mine ELSE v_reactions END)
        WITH ORDINALITY AS r (reaction, place)
    WHERE v_mine IS NOT NULL OR r.reaction <> v_before;
    UPDATE messages m
    SET extras = CASE WHEN v_reactions IS NULL THEN v_extras - 'reactions'
                      ELSE v_extras || jsonb_build_object('reactions', v_reactions) END
    WHERE m.conversation_id = p_conversation_id AND m.seq = p_seq AND m.shard = p_shard;
    duplicate := false;
    pos := v.pos;
    epoch := v.epoch;
    payload := log_message_change(p_shard, v.pos, v.epoch, v.at, p_conversation_id, p_seq, 'reacted');
    message := message_json(p_conversation_id, p_seq);
    RETURN NEXT;
END
$$;

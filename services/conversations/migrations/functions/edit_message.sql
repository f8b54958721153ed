-- Changes the text of a message. Answers with its `code` if a rule forbids it; else with the message as it is now, and with
-- `duplicate` if it had this text already. The rules: a person of the conversation whom the marketplace has not deleted, their own
-- message, which is not deleted, whose text has not changed since p_expected_version, which was sent no longer than p_window
-- ago, and which did not change too often. Repeating an edit whose outcome got lost finds its own text.
CREATE OR REPLACE FUNCTION edit_message(
    p_shard integer, p_user_id text, p_conversation_id uuid, p_seq bigint,
    p_expected_version integer, p_content text, p_window interval
) RETURNS TABLE (code text, duplicate boolean, message text, pos bigint, epoch text, payload text)
    LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    v              record;
    v_message      messages;
    v_hidden       jsonb;
    v_text_version integer;
BEGIN
    SELECT b.* INTO v FROM begin_change(p_shard, p_user_id, p_conversation_id, p_seq, false) b;
    v_message := v.message;
    v_hidden := coalesce(v_message.extras -> '_', '{}');
    v_text_version := coalesce((v_hidden ->> 'textVersion')::integer, 0);
    IF v.code IS NULL AND v_message.content = p_content AND NOT coalesce(v_message.extras ? 'deleted', false) THEN
        duplicate := true;
        message := message_json(p_conversation_id, p_seq);
        RETURN NEXT;
        RETURN;
    END IF;
    code := coalesce(v.code, CASE
        WHEN v_message.extras ? 'deleted' THEN 'message_deleted'
        WHEN p_expected_version NOT BETWEEN v_text_version AND coalesce(v_message.version, 0) THEN 'version_conflict'
        WHEN v.at > v_message.created_at + p_window THEN 'edit_window_passed'
        WHEN v_message.version >= max_message_changes() THEN 'too_many_changes'
    END);
    IF code IS NOT NULL THEN
        RETURN NEXT;
        RETURN;
    END IF;
    INSERT INTO message_versions (conversation_id, seq, version, content, written_at, shard)
    VALUES (p_conversation_id, p_seq, v_text_version, v_message.content,
            coalesce((v_message.extras ->> 'editedAt')::timestamptz, v_message.created_at), p_shard);
    UPDATE messages m
    SET content = p_content,
        extras = coalesce(m.extras, '{}') || jsonb_build_object(
            'editedAt', rfc3339(v.at),
            '_', v_hidden || jsonb_build_object(
                'textVersion', coalesce(m.version, 0) + 1,
                'original', coalesce(v_hidden ->> 'original', text_digest(m.content))))
    WHERE m.conversation_id = p_conversation_id AND m.seq = p_seq AND m.shard = p_shard;
    duplicate := false;
    pos := v.pos;
    epoch := v.epoch;
    payload := log_message_change(p_shard, v.pos, v.epoch, v.at, p_conversation_id, p_seq, 'edited');
    message := message_json(p_conversation_id, p_seq);
    RETURN NEXT;
END
$$;

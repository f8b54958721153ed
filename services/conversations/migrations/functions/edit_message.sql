-- Changes the text of a message. Answers with its `code` if a rule forbids it; else with the message as it is now, and with
-- `duplicate` if it had this text already. The rules: a person of the conversation whom the marketplace has not deleted, their own
-- message, which is not deleted, whose text has not changed since p_expected_version, and which was sent no longer than p_window
-- ago. Repeating an edit whose outcome got lost finds its own text.
CREATE OR REPLACE FUNCTION edit_message(
    p_shard integer, p_user_id text, p_conversation_id uuid, p_seq bigint,
    p_expected_version integer, p_content text, p_window interval
) RETURNS TABLE (code text, duplicate boolean, message text, pos bigint, epoch text, payload text)
    LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    v_pos          bigint;
    v_epoch        text;
    v_now          timestamptz;
    v_message      messages;
    v_hidden       jsonb;
    v_text_version integer;
    v_refusal      text;
    v_payload      text;
BEGIN
    SELECT l.pos, l.epoch INTO v_pos, v_epoch FROM lock_log_shard(p_shard) l;
    v_now := clock_timestamp();

    SELECT r.code INTO v_refusal FROM change_refusal(p_shard, p_user_id, p_conversation_id, p_seq) r;
    IF v_refusal IS NULL THEN
        SELECT m.* INTO v_message FROM messages m WHERE m.conversation_id = p_conversation_id AND m.seq = p_seq;
        v_hidden := coalesce(v_message.extras -> '_', '{}');
        v_text_version := coalesce((v_hidden ->> 'textVersion')::integer, 0);
        IF v_message.content = p_content AND NOT coalesce(v_message.extras ? 'deleted', false) THEN
            RETURN QUERY SELECT NULL::text, true, message_json(p_conversation_id, p_seq)::text,
                                NULL::bigint, NULL::text, NULL::text;
            RETURN;
        END IF;
        v_refusal := CASE
            WHEN v_message.extras ? 'deleted' THEN 'message_deleted'
            WHEN p_expected_version NOT BETWEEN v_text_version AND coalesce(v_message.version, 0) THEN 'version_conflict'
            WHEN v_now > v_message.created_at + p_window THEN 'edit_window_passed'
        END;
    END IF;
    IF v_refusal IS NOT NULL THEN
        RETURN QUERY SELECT v_refusal, NULL::boolean, NULL::text, NULL::bigint, NULL::text, NULL::text;
        RETURN;
    END IF;
    INSERT INTO message_versions (conversation_id, seq, version, content, written_at)
    VALUES (p_conversation_id, p_seq, v_text_version, v_message.content,
            coalesce((v_message.extras ->> 'editedAt')::timestamptz, v_message.created_at));
    UPDATE messages m
    SET content = p_content,
        extras = coalesce(m.extras, '{}') || jsonb_build_object(
            'editedAt', rfc3339(v_now),
            '_', v_hidden || jsonb_build_object(
                'textVersion', coalesce(m.version, 0) + 1,
                'original', coalesce(v_hidden ->> 'original', text_digest(m.content))))
    WHERE m.conversation_id = p_conversation_id AND m.seq = p_seq;
    v_payload := log_message_change(p_shard, v_pos, v_epoch, v_now, p_conversation_id, p_seq, 'edited');
    RETURN QUERY SELECT NULL::text, false, message_json(p_conversation_id, p_seq)::text, v_pos, v_epoch, v_payload;
END
$$;

-- Deletes a message for both people: its text, its earlier texts and everything else that only some messages have, here and in
-- the log. Answers as edit_message. The rules: a person of the conversation whom the marketplace has not deleted, their own
-- message, which was sent no longer than p_window ago. A message that is deleted already is a duplicate. What stays,
-- hidden, is what recognizes a repeated send: the beginning of the digest of the text that was sent, too short for a guess at
-- the text to be confirmed, and the seq that it answered.
CREATE OR REPLACE FUNCTION delete_message(
    p_shard integer, p_user_id text, p_conversation_id uuid, p_seq bigint, p_window interval
) RETURNS TABLE (code text, duplicate boolean, message text, pos bigint, epoch text, payload text)
    LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    v         record;
    v_message messages;
BEGIN
    SELECT b.* INTO v FROM begin_change(p_shard, p_user_id, p_conversation_id, p_seq, false) b;
    v_message := v.message;
    IF v.code IS NULL AND v_message.extras ? 'deleted' THEN
        duplicate := true;
        message := message_json(p_conversation_id, p_seq);
        RETURN NEXT;
        RETURN;
    END IF;
    code := coalesce(v.code, CASE WHEN v.at > v_message.created_at + p_window THEN 'delete_window_passed' END);
    IF code IS NOT NULL THEN
        RETURN NEXT;
        RETURN;
    END IF;
    PERFORM redact_log(p_shard, coalesce(v_message.changed_event_pos, v_message.event_pos) / 1024, v_message.id);
    DELETE FROM message_versions v WHERE v.conversation_id = p_conversation_id AND v.seq = p_seq AND v.shard = p_shard;
    UPDATE messages m
    SET content = '(deleted)',
        extras = jsonb_build_object(
            'deleted', true,
            '_', jsonb_strip_nulls(jsonb_build_object(
                'textVersion', coalesce(m.version, 0) + 1,
                'original', left(coalesce(m.extras #>> '{_,original}', text_digest(m.content)), 4),
                'replyTo', m.extras -> 'replyTo')))
    WHERE m.conversation_id = p_conversation_id AND m.seq = p_seq AND m.shard = p_shard;
    duplicate := false;
    pos := v.pos;
    epoch := v.epoch;
    payload := log_message_change(p_shard, v.pos, v.epoch, v.at, p_conversation_id, p_seq, 'deleted');
    message := message_json(p_conversation_id, p_seq);
    RETURN NEXT;
END
$$;

-- Takes the text of a message out of the log: out of the batch at p_pos, of its last event, and out of those before that hold
-- it, as far back as the log reaches. Their other events, and the order and spacing of their JSON, stay.
CREATE OR REPLACE FUNCTION redact_log(p_shard integer, p_pos bigint, p_message_id uuid) RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    v_pos bigint := p_pos;
BEGIN
    WHILE v_pos IS NOT NULL LOOP
        UPDATE event_log l
        SET payload = (
            SELECT '[' || string_agg(
                CASE WHEN e.event #>> '{data,message,id}' = p_message_id::text THEN redacted_event_json(e.event)
                     ELSE e.event::text END,
                ',' ORDER BY e.ord) || ']'
            FROM json_array_elements(l.payload::json) WITH ORDINALITY AS e (event, ord))
        WHERE l.shard = p_shard AND l.pos = v_pos
        RETURNING l.previous_pos INTO v_pos;
    END LOOP;
END
$$;

-- An event about a message without what was written in it.
CREATE OR REPLACE FUNCTION redacted_event_json(event json) RETURNS text
    LANGUAGE sql STABLE
AS $$
    SELECT '{' || string_agg(
        to_json(f.name) || ':' || CASE f.name
            WHEN 'data' THEN (f.value::jsonb || jsonb_build_object('message', (
                SELECT jsonb_object_agg(m.name, m.value) || '{"content": "(deleted)", "deleted": true}'
                FROM jsonb_each(f.value::jsonb -> 'message') AS m (name, value)
                WHERE m.name IN ('id', 'seq', 'senderId', 'clientMessageId', 'createdAt', 'version'))))::text
            ELSE f.value::text END,
        ',' ORDER BY f.ord) || '}'
    FROM json_each(event) WITH ORDINALITY AS f (name, value, ord)
$$;

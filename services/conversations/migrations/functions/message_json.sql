-- A message as both people see it (Message). `extras` holds what only some messages have, by the names of the contract; its
-- member `_` holds what nobody sees: `textVersion`, the version that its text came with, and `original`, the digest of the text
-- that it was sent with, of which a deletion leaves the beginning; of a system message `posted`, the digest of what the marketplace
-- gave.
CREATE OR REPLACE FUNCTION message_json(p_conversation_id uuid, p_seq bigint) RETURNS jsonb
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT jsonb_build_object(
            'id', m.id,
            'seq', m.seq,
            'content', m.content,
            'senderId', sender_of(m.sender_role, c.buyer_id, c.seller_id),
            'clientMessageId', m.client_message_id,
            'createdAt', rfc3339(m.created_at))
        || CASE WHEN m.version IS NULL THEN '{}' ELSE jsonb_build_object('version', m.version) END
        || coalesce(m.extras - '_', '{}')
    FROM messages m
    JOIN conversations c ON c.id = m.conversation_id AND c.shard = m.shard
    WHERE m.conversation_id = p_conversation_id AND m.seq = p_seq;
END;

CREATE OR REPLACE FUNCTION text_digest(content text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN encode(sha256(convert_to(content, 'UTF8')), 'hex');

-- What every change of a stored message begins with: it locks the shard's log, and finds the message, or the `code` of the rule
-- that forbids the change. The rules of all: a person of the conversation whom the marketplace has not deleted, and a message of
-- theirs, or with p_of_anyone of either person.
DROP FUNCTION IF EXISTS change_refusal(integer, text, uuid, bigint);
CREATE OR REPLACE FUNCTION begin_change(
    p_shard integer, p_user_id text, p_conversation_id uuid, p_seq bigint, p_of_anyone boolean,
    OUT code text, OUT pos bigint, OUT epoch text, OUT at timestamptz, OUT message messages
)
    LANGUAGE plpgsql
AS $$
DECLARE
    v_conversation conversations;
BEGIN
    SELECT l.pos, l.epoch INTO pos, epoch FROM lock_log_shard(p_shard) l;
    at := clock_timestamp();
    SELECT c.* INTO v_conversation FROM conversations c
    WHERE c.id = p_conversation_id AND c.shard = p_shard AND p_user_id IN (c.buyer_id, c.seller_id);
    SELECT m.* INTO message FROM messages m
    WHERE m.conversation_id = v_conversation.id AND m.seq = p_seq AND m.shard = p_shard;
    code := CASE
        WHEN v_conversation.id IS NULL THEN 'conversation_not_found'
        WHEN EXISTS (SELECT FROM users u WHERE u.id = p_user_id AND u.deleted) THEN 'account_deleted'
        WHEN message.seq IS NULL THEN 'message_not_found'
        WHEN NOT p_of_anyone AND message.sender_role <> CASE WHEN v_conversation.buyer_id = p_user_id
                                                             THEN 'buyer'::participant_role
                                                             ELSE 'seller'::participant_role END
        THEN 'not_your_message'
    END;
END
$$;

-- How often a message can be edited and reacted to. Its deletion rewrites every event about it while the shard's log is locked,
-- and must not hold up everybody else's messages.
CREATE OR REPLACE FUNCTION max_message_changes() RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 1000;

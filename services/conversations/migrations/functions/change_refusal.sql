-- Why a person may not change a message of theirs, or null.
CREATE OR REPLACE FUNCTION change_refusal(
    p_shard integer, p_user_id text, p_conversation_id uuid, p_seq bigint, OUT code text
)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT CASE
        WHEN c.id IS NULL THEN 'conversation_not_found'
        WHEN EXISTS (SELECT FROM users u WHERE u.id = p_user_id AND u.deleted) THEN 'account_deleted'
        WHEN m.seq IS NULL THEN 'message_not_found'
        WHEN m.sender_role <> CASE WHEN c.buyer_id = p_user_id THEN 'buyer'::participant_role
                                   ELSE 'seller'::participant_role END
        THEN 'not_your_message'
    END
    FROM (VALUES (1)) AS one (row)
    LEFT JOIN conversations c
        ON c.id = p_conversation_id AND c.shard = p_shard AND p_user_id IN (c.buyer_id, c.seller_id)
    LEFT JOIN messages m ON m.conversation_id = c.id AND m.seq = p_seq;
END;

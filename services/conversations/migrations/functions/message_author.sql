-- The `senderId` of a message: one of the two people, or the reserved id of the marketplace itself (SystemSenderId).
CREATE OR REPLACE FUNCTION sender_of(role participant_role, buyer_id text, seller_id text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE role WHEN 'buyer' THEN buyer_id WHEN 'seller' THEN seller_id WHEN 'system' THEN 'marketplace:system' END;

SET LOCAL lock_timeout = '5s';  -- a writer waits behind whoever waits for a lock: rather fail, and be run again

-- Null until the person sets something. None of these is indexed, so that setting it rewrites no index entry.
ALTER TABLE conversations
    ADD COLUMN IF NOT EXISTS buyer_view_pos  bigint,   -- the event position of the last change of the buyer's own view
    ADD COLUMN IF NOT EXISTS seller_view_pos bigint,
    ADD COLUMN IF NOT EXISTS buyer_muted     boolean,  -- null is false
    ADD COLUMN IF NOT EXISTS seller_muted    boolean;

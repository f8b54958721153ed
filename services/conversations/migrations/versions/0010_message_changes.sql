SET LOCAL lock_timeout = '5s';  -- a writer waits behind whoever waits for a lock: rather fail, and be run again

-- What only some messages have. All three are null in a plain text, and cost it nothing but the bits that say so.
ALTER TABLE messages
    ADD COLUMN IF NOT EXISTS extras            jsonb,
    ADD COLUMN IF NOT EXISTS version           integer,  -- null is 0
    ADD COLUMN IF NOT EXISTS changed_event_pos bigint;   -- of the last change
ALTER TABLE conversations ADD COLUMN IF NOT EXISTS last_message_version integer;

SET LOCAL lock_timeout = '5s';  -- a writer waits behind whoever waits for a lock: rather fail, and be run again

-- What only some messages have. All three are null in a plain text, and cost it nothing but the bits that say so.
ALTER TABLE messages
    ADD COLUMN extras            jsonb,
    ADD COLUMN version           integer,  -- null is 0
    ADD COLUMN changed_event_pos bigint;   -- of the last change
ALTER TABLE conversations ADD COLUMN last_message_version integer;

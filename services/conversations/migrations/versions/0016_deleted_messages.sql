SET LOCAL lock_timeout = '5s';  -- a writer waits behind whoever waits for a lock: rather fail, and be run again

-- The last message, if it was deleted when it was the last: the next message needs no reset.
ALTER TABLE conversations ADD COLUMN IF NOT EXISTS last_deleted_seq bigint;
-- Of the batch that changed a message: the position of the one before that holds the same message.
ALTER TABLE event_log ADD COLUMN IF NOT EXISTS previous_pos bigint;

-- A hash that stands for a clientMessageId in the unique key, where the whole id would take much space. If two ids have the same, the
-- second is a conflict. An index uses this function, so it must never change.
CREATE OR REPLACE FUNCTION client_message_key(client_message_id text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN hashtextextended(client_message_id COLLATE "C", 0);

-- For rows whose function does not name the shard: the functions of the previous release, which are replaced after the migrations.
CREATE OR REPLACE FUNCTION take_shard_of_conversation() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    NEW.shard := (SELECT c.shard FROM conversations c WHERE c.id = NEW.conversation_id);
    RETURN NEW;
END
$$;

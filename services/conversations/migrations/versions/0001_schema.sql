-- The tables of `conversations`. Times are UTC; ids of users and items are the marketplace's own strings.

CREATE TYPE participant_role AS ENUM ('buyer', 'seller');
CREATE TYPE item_status AS ENUM ('available', 'reserved', 'sold', 'removed');
CREATE DOMAIN external_id AS text COLLATE "C" CHECK (VALUE ~ '^[A-Za-z0-9_.:@-]{1,64}$');

-- Projections: the marketplace owns these; the newest `updated_at` (its time) wins. -infinity marks a placeholder.

CREATE TABLE users (
    id         external_id PRIMARY KEY,
    name       text        NOT NULL,
    avatar_url text,
    deleted    boolean     NOT NULL DEFAULT false,
    updated_at timestamptz NOT NULL
);

CREATE TABLE items (
    id             external_id PRIMARY KEY,
    seller_id      external_id,
    title          text,
    price_amount   numeric,  -- without a scale: "12.50" stays "12.50"
    price_currency text,
    image_url      text,
    status         item_status NOT NULL,
    updated_at     timestamptz NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CHECK ((price_amount IS NULL) = (price_currency IS NULL)),
    -- An item may be deleted before it was ever heard of: such a row only keeps an older upsert out.
    CHECK (status = 'removed' OR (seller_id IS NOT NULL AND title IS NOT NULL))
);
CREATE INDEX items_on_offer ON items (created_at DESC, id DESC) WHERE status = 'available';

-- The log: one row per committed batch of events, under a dense position per shard.

CREATE TABLE log_epoch (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch    text    NOT NULL CHECK (epoch ~ '^[A-Za-z0-9_]{1,32}$')
);

-- Rewritten by every batch: much free space in the page, so that every update is a HOT one.
CREATE TABLE log_shards (
    shard     integer PRIMARY KEY CHECK (shard BETWEEN 0 AND 1023),
    head_pos  bigint  NOT NULL DEFAULT 0,
    floor_pos bigint  NOT NULL DEFAULT 0 CHECK (floor_pos <= head_pos)
) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

CREATE TABLE event_log (
    shard      integer     NOT NULL,
    pos        bigint      NOT NULL,
    created_at timestamptz NOT NULL,
    payload    text        NOT NULL,
    PRIMARY KEY (shard, pos, created_at)
) PARTITION BY RANGE (created_at);

-- Batches are long values. lz4 costs a tenth of the default compression's time; where the server was built without it,
-- none is better than the default.
DO $$
BEGIN
    ALTER TABLE event_log ALTER COLUMN payload SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN
    ALTER TABLE event_log ALTER COLUMN payload SET STORAGE EXTERNAL;
END
$$;

-- The net for the case that nobody made partitions ahead; the upkeep moves its rows out again.
CREATE TABLE event_log_default PARTITION OF event_log DEFAULT;

-- Which positions the broker has confirmed. Neighbouring ranges melt together, so the value stays short.
CREATE TABLE log_publications (
    shard     integer PRIMARY KEY REFERENCES log_shards (shard),
    confirmed int8multirange NOT NULL DEFAULT '{[0,1)}'
) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

CREATE TABLE consumer_cursors (
    consumer   text        NOT NULL,
    shard      integer     NOT NULL,
    pos        bigint      NOT NULL,
    epoch      text        NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, shard)
) WITH (fillfactor = 50);

-- An event_pos is pos * 1024 + idx: the place of one event in its shard's log.
-- The foreign keys are checked only when a conversation starts; messages change none of these columns.
CREATE TABLE conversations (
    id                   uuid        PRIMARY KEY,
    shard                integer     NOT NULL REFERENCES log_shards (shard),
    item_id              external_id NOT NULL REFERENCES items (id),
    buyer_id             external_id NOT NULL REFERENCES users (id),
    seller_id            external_id NOT NULL REFERENCES users (id),
    last_seq             bigint      NOT NULL DEFAULT 0,
    buyer_last_read_seq  bigint      NOT NULL DEFAULT 0 CHECK (buyer_last_read_seq <= last_seq),
    seller_last_read_seq bigint      NOT NULL DEFAULT 0 CHECK (seller_last_read_seq <= last_seq),
    updated_event_pos    bigint      NOT NULL,
    facts_event_pos      bigint      NOT NULL,
    last_message_id      uuid,
    last_message_preview text,
    last_message_role    participant_role,
    last_message_at      timestamptz,
    last_activity_at     timestamptz NOT NULL,
    activity_bucket      integer     NOT NULL,
    created_at           timestamptz NOT NULL,
    UNIQUE (item_id, buyer_id),
    CHECK (buyer_id <> seller_id),
    CHECK ((last_seq = 0) = (last_message_id IS NULL))
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
-- The lists are ordered by last_activity_at. Were it indexed itself, every message would rewrite every index entry of its
-- conversation; the bucket (activity_bucket_of) stays the same for minutes, so that nearly all updates are HOT ones, and
-- only the newest bucket of a person's list is sorted when it is read.
CREATE INDEX conversations_of_buyer ON conversations (buyer_id, activity_bucket DESC);
CREATE INDEX conversations_of_seller ON conversations (seller_id, activity_bucket DESC);

CREATE FUNCTION activity_bucket_of(moment timestamptz) RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN floor(extract(epoch FROM moment) / 600)::integer;  -- ten minutes

-- No foreign key to conversations: it would cost a look-up and a row lock per message, and apply_commands, the only
-- writer, has the conversation's row under the shard's lock anyway.
CREATE TABLE messages (
    conversation_id   uuid             NOT NULL,
    seq               bigint           NOT NULL CHECK (seq >= 1),
    id                uuid             NOT NULL,
    sender_role       participant_role NOT NULL,
    client_message_id text COLLATE "C" NOT NULL,  -- checked at the edge: a pattern here costs a tenth of a batch
    content           text             NOT NULL,
    created_at        timestamptz      NOT NULL,
    event_pos         bigint           NOT NULL,
    PRIMARY KEY (conversation_id, seq),
    UNIQUE (conversation_id, sender_role, client_message_id)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.1);

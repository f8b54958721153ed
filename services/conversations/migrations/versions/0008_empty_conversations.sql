SET LOCAL lock_timeout = '5s';  -- a writer waits behind whoever waits for a lock: rather fail, and be run again

-- A conversation in which nothing was written is the buyer's alone. Its start and its changes are told to the buyer only;
-- with the first message the seller is told of its start, then both of the message. So `conversation.started.v1` comes to
-- each of them once, before everything else about the conversation.

-- The writers of the log, as before but for this.

CREATE OR REPLACE FUNCTION apply_commands(
    p_shard              integer,
    p_kinds              text[],
    p_user_ids           text[],
    p_conversation_ids   uuid[],
    p_client_message_ids text[],
    p_message_ids        uuid[],
    p_contents           text[],
    p_seqs               bigint[]
) RETURNS TABLE (
    ord           bigint,
    status        text,
    code          text,
    message_id    uuid,
    seq           bigint,
    created_at    timestamptz,
    duplicate     boolean,
    last_read_seq bigint,
    last_seq      bigint,
    advanced      boolean,
    pos           bigint,
    epoch         text,
    payload       text
)
    LANGUAGE plpgsql
    -- One generic plan of index look-ups: planning anew costs more than executing, and a plan made while the tables were
    -- small would scan them whole.
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_pos   bigint;
    v_epoch text;
    v_now   timestamptz;
BEGIN
    SELECT l.pos, l.epoch INTO v_pos, v_epoch FROM lock_log_shard(p_shard) l;
    v_now := clock_timestamp();

    RETURN QUERY
    WITH
    -- Each command with its conversation, if its user is one of the two people, and the stored message it may repeat.
    -- What the arrays hold is taken from them by ord where it is needed: narrow rows make the windows below cheap.
    resolved AS MATERIALIZED (
        SELECT i.ord, i.kind = 'send_message' AS is_send, i.conversation_id, i.client_message_id, i.seq AS wanted_seq,
               c.item_id, c.buyer_id, c.seller_id, c.last_seq AS base_seq,
               c.buyer_id = i.user_id AS by_buyer,
               CASE WHEN c.buyer_id = i.user_id THEN c.buyer_last_read_seq ELSE c.seller_last_read_seq END AS base_read,
               greatest(v_now, c.last_activity_at) AS at,  -- a clock set back must not turn the order of messages
               m.id AS stored_id, m.seq AS stored_seq, m.created_at AS stored_at, m.content = i.content AS same_as_stored
        FROM unnest(p_kinds, p_user_ids, p_conversation_ids, p_client_message_ids, p_contents, p_seqs)
             WITH ORDINALITY AS i (kind, user_id, conversation_id, client_message_id, content, seq, ord)
        LEFT JOIN conversations c
            ON c.id = i.conversation_id AND c.shard = p_shard AND i.user_id IN (c.buyer_id, c.seller_id)
        -- Asked for in the order of the unique index, so that no plan reads the whole conversation by its primary key.
        LEFT JOIN LATERAL (
            SELECT o.id, o.seq, o.created_at, o.content, o.client_message_id
            FROM messages o
            WHERE o.conversation_id = c.id
              AND o.sender_role = (CASE WHEN c.buyer_id = i.user_id THEN 'buyer' ELSE 'seller' END)::participant_role
              AND o.client_message_id >= i.client_message_id
            ORDER BY o.client_message_id
            LIMIT 1
        ) m ON m.client_message_id = i.client_message_id
    ),
    -- Which of these people are deleted, nearly always none: one scan of a tiny index for the whole batch.
    deleted AS (
        SELECT array_agg(u.id) AS ids
        FROM users u
        WHERE u.deleted AND u.id = ANY (ARRAY(SELECT unnest(ARRAY[r.buyer_id, r.seller_id]) FROM resolved r))
    ),
    allowed AS (
        SELECT r.*,
               CASE WHEN r.buyer_id IS NULL THEN 'conversation_not_found'
                    WHEN x.ids IS NULL THEN NULL
                    WHEN (CASE WHEN r.by_buyer THEN r.buyer_id ELSE r.seller_id END) = ANY (x.ids)
                    THEN 'account_deleted'
                    WHEN r.is_send AND (CASE WHEN r.by_buyer THEN r.seller_id ELSE r.buyer_id END) = ANY (x.ids)
                    THEN 'counterpart_deleted'
               END AS refusal
        FROM resolved r CROSS JOIN deleted x
    ),
    -- first_ord: the command that this one repeats, or itself.
    compared AS (
        SELECT r.*, first_value(r.ord) OVER same AS first_ord,
               r.is_send AND r.refusal IS NULL AND r.stored_id IS NULL AND row_number() OVER same = 1 AS is_new
        FROM allowed r
        WINDOW same AS (PARTITION BY r.conversation_id, r.by_buyer, r.client_message_id ORDER BY r.ord)
    ),
    -- running_seq: the conversation's last seq once this command and those before it are executed.
    counted AS (
        SELECT d.*, d.base_seq + count(*) FILTER (WHERE d.is_new) OVER (PARTITION BY d.conversation_id ORDER BY d.ord)
               AS running_seq
        FROM compared d
    ),
    marked AS (
        SELECT n.*,
               coalesce(n.stored_seq, first_value(n.running_seq) OVER same) AS message_seq,
               CASE WHEN n.is_new THEN n.running_seq
                    WHEN n.refusal IS NULL AND NOT n.is_send THEN least(n.wanted_seq, n.running_seq)
               END AS read_up_to
        FROM counted n
        WINDOW same AS (PARTITION BY n.conversation_id, n.by_buyer, n.client_message_id ORDER BY n.ord)
    ),
    watched AS (
        SELECT w.*, greatest(w.base_read, max(w.read_up_to) OVER earlier) AS read_before
        FROM marked w
        WINDOW earlier AS (PARTITION BY w.conversation_id, w.by_buyer ORDER BY w.ord
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    ),
    decided AS MATERIALIZED (
        SELECT x.*,
               NOT x.is_send AND x.read_up_to > x.read_before AS is_advance,
               CASE WHEN x.stored_id IS NULL AND x.refusal IS NOT NULL THEN x.refusal
                    WHEN x.is_send AND NOT x.is_new
                         AND NOT coalesce(x.same_as_stored, p_contents[x.first_ord] = p_contents[x.ord])
                    THEN 'client_message_id_conflict'
               END AS code,
               x.is_new AND x.running_seq = 1 AS is_first,
               -- A first message is two events: that the conversation has begun, then the message.
               count(*) FILTER (WHERE x.is_new OR (NOT x.is_send AND x.read_up_to > x.read_before)) OVER before
                   + count(*) FILTER (WHERE x.is_new AND x.running_seq = 1) OVER before - 1 AS idx
        FROM watched x
        WINDOW before AS (ORDER BY x.ord)
    ),
    stored AS (
        INSERT INTO messages
            (conversation_id, seq, id, sender_role, client_message_id, content, created_at, event_pos)
        SELECT d.conversation_id, d.running_seq, p_message_ids[d.ord],
               (CASE WHEN d.by_buyer THEN 'buyer' ELSE 'seller' END)::participant_role,
               d.client_message_id, p_contents[d.ord], d.at, v_pos * 1024 + d.idx
        FROM decided d
        WHERE d.is_new
    ),
    changes AS (
        SELECT d.conversation_id, max(d.at) AS at, max(d.idx) AS idx,
               max(d.running_seq) FILTER (WHERE d.is_new) AS last_seq,
               max(d.ord) FILTER (WHERE d.is_new) AS last_ord,
               max(d.read_up_to) FILTER (WHERE d.by_buyer) AS buyer_read,
               max(d.read_up_to) FILTER (WHERE NOT d.by_buyer) AS seller_read,
               max(d.idx) FILTER (WHERE d.is_first) - 1 AS begun_idx
        FROM decided d
        WHERE d.is_new OR d.is_advance
        GROUP BY d.conversation_id
    ),
    touched AS (
        UPDATE conversations c
        SET last_seq = coalesce(h.last_seq, c.last_seq),
            buyer_last_read_seq = greatest(c.buyer_last_read_seq, h.buyer_read),
            seller_last_read_seq = greatest(c.seller_last_read_seq, h.seller_read),
            updated_event_pos = v_pos * 1024 + h.idx,
            facts_event_pos = coalesce(v_pos * 1024 + h.begun_idx, c.facts_event_pos),
            last_message_id = coalesce(p_message_ids[h.last_ord], c.last_message_id),
            last_message_preview = coalesce(left(p_contents[h.last_ord], 160), c.last_message_preview),
            last_message_role = CASE
                WHEN h.last_ord IS NULL THEN c.last_message_role
                WHEN p_user_ids[h.last_ord] = c.buyer_id THEN 'buyer'::participant_role
                ELSE 'seller'::participant_role
            END,
            last_message_at = CASE WHEN h.last_ord IS NULL THEN c.last_message_at ELSE h.at END,
            last_activity_at = CASE WHEN h.last_ord IS NULL THEN c.last_activity_at ELSE h.at END,
            activity_bucket = CASE WHEN h.last_ord IS NULL THEN c.activity_bucket ELSE activity_bucket_of(h.at) END
        FROM changes h
        WHERE c.id = h.conversation_id
    ),
    events AS (
        SELECT '[' || string_agg(
            CASE WHEN d.is_first THEN log_event_json(
                v_epoch, p_shard, v_pos, d.idx - 1, 'conversation.started.v1', d.at,
                '{"conversation":' || conversation_facts_json(d.conversation_id)
                || ',"recipients":[' || to_json(d.seller_id::text) || ']}') || ',' ELSE '' END
            || CASE WHEN d.is_new THEN log_event_json(
                v_epoch, p_shard, v_pos, d.idx, 'message.sent.v1', d.at,
                '{"conversationId":"' || d.conversation_id || '","itemId":' || to_json(d.item_id::text)
                || ',"message":{"id":"' || p_message_ids[d.ord] || '","seq":' || d.running_seq
                || ',"content":' || to_json(p_contents[d.ord])
                || ',"senderId":' || to_json(p_user_ids[d.ord])
                || ',"clientMessageId":' || to_json(d.client_message_id)
                || ',"createdAt":"' || rfc3339(d.at)
                || '"},"recipients":[' || to_json(d.buyer_id::text) || ',' || to_json(d.seller_id::text) || ']}')
            ELSE log_event_json(
                v_epoch, p_shard, v_pos, d.idx, 'conversation.read.v1', d.at,
                '{"conversationId":"' || d.conversation_id
                || '","readerId":' || to_json(p_user_ids[d.ord])
                || ',"lastReadSeq":' || d.read_up_to
                || ',"recipients":[' || to_json(d.buyer_id::text) || ',' || to_json(d.seller_id::text) || ']}')
            END, ',' ORDER BY d.idx) || ']' AS payload
        FROM decided d
        WHERE d.is_new OR d.is_advance
        HAVING count(*) > 0
    ),
    advanced_head AS (
        UPDATE log_shards s SET head_pos = v_pos
        WHERE s.shard = p_shard AND EXISTS (SELECT FROM events)
    ),
    logged AS (
        INSERT INTO event_log (shard, pos, created_at, payload)
        SELECT p_shard, v_pos, v_now, e.payload FROM events e
        RETURNING pos, payload
    )
    SELECT d.ord,
           CASE WHEN d.code IS NOT NULL THEN 'rejected' WHEN d.is_send THEN 'stored' ELSE 'read' END,
           d.code,
           coalesce(d.stored_id, p_message_ids[d.first_ord]),
           d.message_seq,
           CASE WHEN d.is_send THEN coalesce(d.stored_at, d.at) END,
           d.is_send AND NOT d.is_new,
           greatest(d.read_before, d.read_up_to),
           d.running_seq,
           d.is_advance,
           l.pos,
           CASE WHEN l.pos IS NOT NULL THEN v_epoch END,
           l.payload
    FROM decided d
    LEFT JOIN logged l ON d.ord = 1
    ORDER BY d.ord;
END
$$;

CREATE OR REPLACE FUNCTION start_conversation(
    p_shard integer, p_conversation_id uuid, p_item_id text, p_buyer_id text, p_max_a_day integer DEFAULT NULL
) RETURNS TABLE (
    status text, conversation_id uuid, pos bigint, epoch text, payload text, retry_after_seconds integer
)
    LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    v_pos       bigint;
    v_epoch     text;
    v_now       timestamptz;
    v_seller_id text;
    v_removed   boolean;
    v_gone      text[];
    v_existing  uuid;
    v_free_at   timestamptz;
    v_refusal   text;
    v_payload   text;
BEGIN
    SELECT l.pos, l.epoch INTO v_pos, v_epoch FROM lock_log_shard(p_shard) l;
    v_now := clock_timestamp();

    IF EXISTS (SELECT FROM conversations c WHERE c.id = p_conversation_id) THEN
        RETURN QUERY SELECT 'started', p_conversation_id, NULL::bigint, NULL, NULL, NULL::integer;
        RETURN;
    END IF;
    -- The locks on the item and on the people make a change of them wait for us, so that it finds and announces this
    -- conversation, too; or make us wait and see the change.
    SELECT i.seller_id, i.status = 'removed' INTO v_seller_id, v_removed
    FROM items i WHERE i.id = p_item_id FOR SHARE;
    SELECT c.id INTO v_existing
    FROM conversations c WHERE c.item_id = p_item_id AND c.buyer_id = p_buyer_id AND c.seller_id = v_seller_id;
    IF v_existing IS NULL AND NOT coalesce(v_removed, true) AND v_seller_id <> p_buyer_id THEN
        -- The marketplace may not have told us of these people yet; what it says later overwrites this.
        INSERT INTO users (id, name, updated_at)
        SELECT u.id, left('User ' || u.id, 200), '-infinity'
        FROM (VALUES (p_buyer_id), (v_seller_id)) AS u (id) ORDER BY u.id
        ON CONFLICT (id) DO NOTHING;
    END IF;
    v_gone := ARRAY(
        SELECT u.id::text FROM (
            SELECT u.id, u.deleted FROM users u WHERE u.id IN (p_buyer_id, v_seller_id) ORDER BY u.id FOR SHARE
        ) AS u
        WHERE u.deleted
    );
    v_refusal := CASE
        WHEN p_buyer_id = ANY (v_gone) THEN 'account_deleted'
        WHEN v_existing IS NOT NULL THEN NULL
        WHEN coalesce(v_removed, true) THEN 'item_not_found'
        WHEN v_seller_id = p_buyer_id THEN 'own_item'
        WHEN v_seller_id = ANY (v_gone) THEN 'counterpart_deleted'
    END;
    IF v_refusal IS NOT NULL THEN
        RETURN QUERY SELECT v_refusal, NULL::uuid, NULL::bigint, NULL, NULL, NULL::integer;
        RETURN;
    END IF;
    IF v_existing IS NULL THEN
        IF p_max_a_day IS NOT NULL THEN
            -- Starts of one buyer in different shards are counted one after the other.
            PERFORM pg_advisory_xact_lock(hashtextextended(p_buyer_id, 0));
            SELECT c.created_at + interval '24 hours' INTO v_free_at
            FROM conversations c
            WHERE c.buyer_id = p_buyer_id
              AND c.activity_bucket >= activity_bucket_of(v_now - interval '24 hours')  -- along the index of the list
              AND c.created_at > v_now - interval '24 hours'
            ORDER BY c.created_at DESC OFFSET p_max_a_day - 1 LIMIT 1;
            IF FOUND AND NOT EXISTS (
                SELECT FROM conversations c
                WHERE c.item_id = p_item_id AND c.buyer_id = p_buyer_id AND c.seller_id = v_seller_id
            ) THEN
                RETURN QUERY SELECT 'too_many_conversations', NULL::uuid, NULL::bigint, NULL, NULL,
                                    ceil(extract(epoch FROM v_free_at - v_now))::integer;
                RETURN;
            END IF;
        END IF;
        -- Another shard's lock may let the same start run at the same time: the unique key decides.
        INSERT INTO conversations
            (id, shard, item_id, buyer_id, seller_id, updated_event_pos, facts_event_pos,
             last_activity_at, activity_bucket, created_at)
        VALUES (p_conversation_id, p_shard, p_item_id, p_buyer_id, v_seller_id, v_pos * 1024, v_pos * 1024,
                v_now, activity_bucket_of(v_now), v_now)
        ON CONFLICT (item_id, buyer_id, seller_id) DO NOTHING;
        IF FOUND THEN
            v_payload := '[' || log_event_json(
                v_epoch, p_shard, v_pos, 0, 'conversation.started.v1', v_now,
                '{"conversation":' || conversation_facts_json(p_conversation_id)
                || ',"recipients":[' || to_json(p_buyer_id) || ']}') || ']';
            UPDATE log_shards s SET head_pos = v_pos WHERE s.shard = p_shard;
            INSERT INTO event_log (shard, pos, created_at, payload) VALUES (p_shard, v_pos, v_now, v_payload);
            RETURN QUERY SELECT 'started', p_conversation_id, v_pos, v_epoch, v_payload, NULL::integer;
            RETURN;
        END IF;
        SELECT c.id INTO STRICT v_existing
        FROM conversations c WHERE c.item_id = p_item_id AND c.buyer_id = p_buyer_id AND c.seller_id = v_seller_id;
    END IF;
    RETURN QUERY SELECT 'existing', v_existing, NULL::bigint, NULL, NULL, NULL::integer;
END
$$;

CREATE OR REPLACE FUNCTION announce_conversations(p_shard integer, p_conversation_ids uuid[])
RETURNS TABLE (pos bigint, epoch text, payload text)
    LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    v_pos     bigint;
    v_epoch   text;
    v_now     timestamptz;
    v_payload text;
BEGIN
    SELECT l.pos, l.epoch INTO v_pos, v_epoch FROM lock_log_shard(p_shard) l;
    v_now := clock_timestamp();

    WITH announced AS (
        SELECT c.id, c.buyer_id, c.seller_id, c.last_seq, row_number() OVER (ORDER BY c.id) - 1 AS idx
        FROM conversations c
        WHERE c.id = ANY (p_conversation_ids) AND c.shard = p_shard
    ),
    touched AS (
        UPDATE conversations c
        SET updated_event_pos = v_pos * 1024 + a.idx, facts_event_pos = v_pos * 1024 + a.idx
        FROM announced a
        WHERE c.id = a.id
    )
    SELECT '[' || string_agg(
        log_event_json(
            v_epoch, p_shard, v_pos, a.idx, 'conversation.updated.v1', v_now,
            '{"conversation":' || conversation_facts_json(a.id)
            || ',"recipients":[' || to_json(a.buyer_id::text)
            || CASE WHEN a.last_seq > 0 THEN ',' || to_json(a.seller_id::text) ELSE '' END || ']}'),
        ',' ORDER BY a.idx) || ']'
    INTO v_payload
    FROM announced a;

    IF v_payload IS NOT NULL THEN
        UPDATE log_shards s SET head_pos = v_pos WHERE s.shard = p_shard;
        INSERT INTO event_log (shard, pos, created_at, payload) VALUES (p_shard, v_pos, v_now, v_payload);
        RETURN QUERY SELECT v_pos, v_epoch, v_payload;
    END IF;
END
$$;

-- Executes a batch of send_message and mark_read commands of one shard, as if one after the other in the order given,
-- in one transaction and at most one log position. A command that breaks a rule is answered with its code and changes
-- nothing; the others go on. The rules:
--   send_message  The next seq of its conversation, unless (conversation, sender, client_message_id) is stored or came
--                 earlier in the batch: then the first one's seq and `duplicate`, or a conflict if the text or the
--                 message that it answers differs. That one must be stored before the batch (seqs have no gaps, so the
--                 last seq tells). The sender has thereby read up to the seq of the new message.
--   mark_read     Raises the reader's watermark to `seq`, or without it to the last message before this command;
--                 never lowers it, never goes past that last message.
--   A person whom the marketplace deleted writes nothing more (account_deleted), and nobody writes to them
--   (counterpart_deleted). A message that was stored before is still answered with its seq.
-- A conversation in which nothing was written is the buyer's alone: with its first message the seller is told of its
-- start, then both of the message.
-- `pos`, `epoch` and `payload` (the JSON array of events) come with the first row only, and only if there are events.
-- Calls of the previous release end without p_reply_tos; its own function, if it is still there, would be ambiguous.
DROP FUNCTION IF EXISTS apply_commands(integer, text[], text[], uuid[], text[], uuid[], text[], bigint[]);
CREATE OR REPLACE FUNCTION apply_commands(
    p_shard              integer,
    p_kinds              text[],
    p_user_ids           text[],
    p_conversation_ids   uuid[],
    p_client_message_ids text[],
    p_message_ids        uuid[],
    p_contents           text[],
    p_seqs               bigint[],
    p_reply_tos          bigint[] DEFAULT NULL  -- null if there is no reply in the batch
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
               c.item_id, c.buyer_id, c.seller_id, c.buyer_muted, c.seller_muted, c.last_seq AS base_seq,
               c.buyer_id = i.user_id AS by_buyer,
               CASE WHEN c.buyer_id = i.user_id THEN c.buyer_last_read_seq ELSE c.seller_last_read_seq END AS base_read,
               greatest(v_now, c.last_activity_at) AS at,  -- a clock set back must not turn the order of messages
               m.id AS stored_id, m.seq AS stored_seq, m.created_at AS stored_at,
               -- After an edit or a deletion, what it was sent with counts.
               CASE WHEN m.id IS NULL THEN NULL
                    WHEN m.client_message_id <> i.client_message_id THEN false  -- another id with the same key
                    WHEN m.extras IS NULL THEN m.content = i.content AND p_reply_tos[i.ord] IS NULL
                    ELSE coalesce(starts_with(text_digest(i.content), m.extras #>> '{_,original}'), m.content = i.content)
                         AND coalesce(m.extras ->> 'replyTo', m.extras #>> '{_,replyTo}')::bigint
                             IS NOT DISTINCT FROM p_reply_tos[i.ord]
               END AS same_as_stored
        FROM unnest(p_kinds, p_user_ids, p_conversation_ids, p_client_message_ids, p_contents, p_seqs)
             WITH ORDINALITY AS i (kind, user_id, conversation_id, client_message_id, content, seq, ord)
        LEFT JOIN conversations c
            ON c.id = i.conversation_id AND c.shard = p_shard AND i.user_id IN (c.buyer_id, c.seller_id)
        -- Asked for in the order of the unique index, so that no plan reads the whole conversation by its primary key.
        LEFT JOIN LATERAL (
            SELECT o.id, o.seq, o.created_at, o.content, o.extras, o.client_message_id,
                   client_message_key(o.client_message_id) AS key
            FROM messages o
            WHERE o.conversation_id = c.id
              AND o.sender_role = (CASE WHEN c.buyer_id = i.user_id THEN 'buyer' ELSE 'seller' END)::participant_role
              AND o.shard = p_shard
              AND client_message_key(o.client_message_id) >= client_message_key(i.client_message_id)
            ORDER BY client_message_key(o.client_message_id)
            LIMIT 1
        ) m ON m.key = client_message_key(i.client_message_id)
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
                    WHEN p_reply_tos[r.ord] > r.base_seq THEN 'reply_to_not_found'
                    WHEN x.ids IS NULL THEN NULL
                    WHEN (CASE WHEN r.by_buyer THEN r.buyer_id ELSE r.seller_id END) = ANY (x.ids)
                    THEN 'account_deleted'
                    WHEN r.is_send AND (CASE WHEN r.by_buyer THEN r.seller_id ELSE r.buyer_id END) = ANY (x.ids)
                    THEN 'counterpart_deleted'
               END AS refusal
        FROM resolved r CROSS JOIN deleted x
    ),
    -- first_ord: the command that this one repeats, or itself. What is refused is repeated by nothing.
    compared AS (
        SELECT r.*, first_value(r.ord) OVER same AS first_ord,
               r.is_send AND r.refusal IS NULL AND r.stored_id IS NULL AND row_number() OVER same = 1 AS is_new
        FROM allowed r
        WINDOW same AS (PARTITION BY r.conversation_id, r.by_buyer, r.client_message_id, r.refusal ORDER BY r.ord)
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
        WINDOW same AS (PARTITION BY n.conversation_id, n.by_buyer, n.client_message_id, n.refusal ORDER BY n.ord)
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
                         AND NOT coalesce(x.same_as_stored,
                                          p_contents[x.first_ord] = p_contents[x.ord]
                                          AND p_reply_tos[x.first_ord] IS NOT DISTINCT FROM p_reply_tos[x.ord])
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
            (conversation_id, seq, id, sender_role, client_message_id, content, created_at, event_pos, extras, shard)
        SELECT d.conversation_id, d.running_seq, p_message_ids[d.ord],
               (CASE WHEN d.by_buyer THEN 'buyer' ELSE 'seller' END)::participant_role,
               d.client_message_id, p_contents[d.ord], d.at, v_pos * 1024 + d.idx,
               CASE WHEN p_reply_tos[d.ord] IS NOT NULL THEN jsonb_build_object('replyTo', p_reply_tos[d.ord]) END,
               p_shard
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
            last_message_version = CASE WHEN h.last_ord IS NULL THEN c.last_message_version END,
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
                || '"' || coalesce(',"replyTo":' || p_reply_tos[d.ord], '')
                || '},"recipients":[' || to_json(d.buyer_id::text) || ',' || to_json(d.seller_id::text) || ']'
                || CASE WHEN d.buyer_muted OR d.seller_muted
                        THEN ',"mutedBy":' || muted_by(d.buyer_id, d.buyer_muted, d.seller_id, d.seller_muted)
                        ELSE '' END
                || '}')
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

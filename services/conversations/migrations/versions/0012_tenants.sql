-- Starts a conversation as before, within the item's tenant. A copy of its own: it must be in place before the old key is dropped. The previous release calls it with the same arguments.
SET LOCAL lock_timeout = '5s';

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
    v_tenant    smallint;
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
    SELECT i.tenant, i.seller_id, i.status = 'removed' INTO v_tenant, v_seller_id, v_removed
    FROM items i WHERE i.id = p_item_id FOR SHARE;
    SELECT c.id INTO v_existing
    FROM conversations c
    WHERE c.item_id = p_item_id AND c.buyer_id = p_buyer_id AND c.seller_id = v_seller_id AND c.tenant = v_tenant;
    IF v_existing IS NULL AND NOT coalesce(v_removed, true) AND v_seller_id <> p_buyer_id THEN
        -- The marketplace may not have told us of these people yet; what it says later overwrites this.
        INSERT INTO users (tenant, id, name, updated_at)
        SELECT v_tenant, u.id, left('User ' || u.id, 200), '-infinity'
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
                  AND c.tenant = v_tenant
            ) THEN
                RETURN QUERY SELECT 'too_many_conversations', NULL::uuid, NULL::bigint, NULL, NULL,
                                    ceil(extract(epoch FROM v_free_at - v_now))::integer;
                RETURN;
            END IF;
        END IF;
        -- The previous release starts conversations in any shard, so another shard's lock may let the same start run at
        -- the same time: the unique key decides.
        INSERT INTO conversations
            (id, shard, tenant, item_id, buyer_id, seller_id, updated_event_pos, facts_event_pos,
             last_activity_at, activity_bucket, created_at)
        VALUES (p_conversation_id, p_shard, v_tenant, p_item_id, p_buyer_id, v_seller_id, v_pos * 1024, v_pos * 1024,
                v_now, activity_bucket_of(v_now), v_now)
        ON CONFLICT (tenant, item_id, buyer_id, seller_id) DO NOTHING;
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
        FROM conversations c
        WHERE c.item_id = p_item_id AND c.buyer_id = p_buyer_id AND c.seller_id = v_seller_id AND c.tenant = v_tenant;
    END IF;
    RETURN QUERY SELECT 'existing', v_existing, NULL::bigint, NULL, NULL, NULL::integer;
END
$$;

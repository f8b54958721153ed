-- What each user has written by REST lately, over all replicas. Unlogged: it costs no WAL, and a crash or a failover
-- empties it, which gives everybody a full burst.
CREATE UNLOGGED TABLE write_limits (
    user_id     text COLLATE "C" PRIMARY KEY,
    spent_until timestamptz NOT NULL  -- the writes made would have taken until then at the sustained rate
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.1);

-- Takes one write of a user's, at p_rate per second and p_burst at once. Returns the seconds to wait before one will be
-- granted, 0 when this one was. A time that no allowed writes can have led to (the clock went back, the settings changed)
-- counts as a burst just spent.
CREATE FUNCTION take_write(p_user_id text, p_rate double precision, p_burst integer) RETURNS double precision
    LANGUAGE plpgsql
AS $$
DECLARE
    v_now   timestamptz := clock_timestamp();
    v_one   interval := make_interval(secs => 1 / p_rate);
    v_burst interval := make_interval(secs => 1 / p_rate) * p_burst;
    v_wait  double precision;
BEGIN
    INSERT INTO write_limits AS w (user_id, spent_until)
    VALUES (p_user_id, v_now + v_one)
    ON CONFLICT (user_id) DO UPDATE SET spent_until = greatest(w.spent_until, v_now) + v_one
    WHERE greatest(w.spent_until, v_now) + v_one <= v_now + v_burst;
    IF FOUND THEN
        RETURN 0;
    END IF;
    UPDATE write_limits w SET spent_until = v_now + v_burst
    WHERE w.user_id = p_user_id AND w.spent_until > v_now + v_burst;
    SELECT extract(epoch FROM w.spent_until + v_one - v_burst - v_now) INTO v_wait
    FROM write_limits w
    WHERE w.user_id = p_user_id;
    RETURN greatest(coalesce(v_wait, 0), 0);
END
$$;

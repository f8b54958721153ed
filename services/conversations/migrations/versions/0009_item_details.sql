SET LOCAL lock_timeout = '5s';  -- a writer waits behind whoever waits for a lock: rather fail, and be run again

-- What only the page of one item shows. Constant defaults: no row is rewritten, and the previous release goes on writing
-- without these columns. What it leaves out here the marketplace adds by sending the item again, with the same time.
ALTER TABLE items
    ADD COLUMN description     text,
    ADD COLUMN more_image_urls text[] NOT NULL DEFAULT '{}';  -- after the cover, image_url

-- The earlier texts of edited messages: `version` is the message's when the text was written.
CREATE TABLE message_versions (
    conversation_id uuid        NOT NULL,
    seq             bigint      NOT NULL,
    version         integer     NOT NULL,
    content         text        NOT NULL,
    written_at      timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, seq, version)
);

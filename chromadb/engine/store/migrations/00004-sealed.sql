-- Sealed vector segments: directories of files beside this one. position: order of their rows among each other.
-- live: bits of the rows that were current when the log stood at the collection's sealed position (max_seq_id of its
-- VECTOR segment), NULL when all were. vector_index: directory of the graph or lists over it, NULL while there is none.
CREATE TABLE sealed_segments (
    id TEXT NOT NULL,
    collection INTEGER NOT NULL,
    position INTEGER NOT NULL,
    row_count INTEGER NOT NULL,
    live BLOB,
    vector_index TEXT,
    PRIMARY KEY (collection, position)
);

-- generation: counts the changes of the collection's sealed segments.
ALTER TABLE collections ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;

CREATE TABLE embeddings_queue_config (
    id INTEGER PRIMARY KEY,
    config_json_str TEXT NOT NULL
);

INSERT INTO embeddings_queue_config (id, config_json_str)
VALUES (1, '{"automatically_purge":true,"_type":"EmbeddingsQueueConfigurationInternal"}');

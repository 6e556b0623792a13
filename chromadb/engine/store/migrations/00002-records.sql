-- number: collection number * 2^40 + row, so that the records of a collection lie together in insertion order.
-- metadata: JSON object, NULL when there is none.
CREATE TABLE records (
    number INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL,
    id TEXT NOT NULL,
    document TEXT,
    uri TEXT,
    metadata TEXT
);

CREATE UNIQUE INDEX records_by_id ON records (collection, id);

-- One row for each change of a record, in the order in which calls were acknowledged.
-- operation: 0 add, 1 update, 2 upsert, 3 delete. changed: bits 1 vector, 2 document, 4 metadata, 8 uri.
-- vector: little-endian float32, NULL when the vector did not change.
CREATE TABLE embeddings_queue (
    seq_id INTEGER PRIMARY KEY AUTOINCREMENT,
    collection INTEGER NOT NULL,
    operation INTEGER NOT NULL,
    number INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    vector BLOB
);

-- Covers everything but the vectors, so that following the log touches these only where they are wanted.
CREATE INDEX embeddings_queue_by_collection
ON embeddings_queue (collection, seq_id, number, operation, changed);

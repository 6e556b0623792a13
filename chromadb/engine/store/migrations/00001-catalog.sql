CREATE TABLE tenants (
    id TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE databases (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    UNIQUE (tenant_id, name)
) WITHOUT ROWID;

-- number: never reused, names the collection inside record numbers (see 00002).
-- next_row: the row that the next new record gets; rows are never reused either.
-- last_seq: seq_id of the last log entry; what an index that has reached it need not read again.
CREATE TABLE collections (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    database_id TEXT NOT NULL REFERENCES databases (id),
    dimension INTEGER,
    schema_str TEXT NOT NULL,
    record_count INTEGER NOT NULL DEFAULT 0,
    next_row INTEGER NOT NULL DEFAULT 1,
    last_seq INTEGER NOT NULL DEFAULT 0,
    UNIQUE (database_id, name)
);

CREATE TABLE collection_metadata (
    collection_id TEXT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    str_value TEXT,
    int_value INTEGER,
    float_value REAL,
    bool_value INTEGER,
    PRIMARY KEY (collection_id, key)
) WITHOUT ROWID;

-- scope: VECTOR or METADATA; a collection has one of each.
CREATE TABLE segments (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    scope TEXT NOT NULL,
    collection TEXT NOT NULL REFERENCES collections (id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE INDEX segments_by_collection ON segments (collection);

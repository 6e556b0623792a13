-- Trigrams of documents, rowid = record number. Answers are candidates only: every one is verified against the record.
CREATE VIRTUAL TABLE embedding_fulltext_search USING fts5 (
    document,
    content = '',
    contentless_delete = 1,
    detail = none,
    tokenize = 'trigram'
);

-- How far a derived index has followed the log.
CREATE TABLE max_seq_id (
    segment_id TEXT PRIMARY KEY REFERENCES segments (id) ON DELETE CASCADE,
    seq_id INTEGER NOT NULL
) WITHOUT ROWID;

-- Deleted records whose rows wait to be removed: a delete changes a few pages of the file, not one for each record.
CREATE TABLE deleted_records (
    number INTEGER PRIMARY KEY REFERENCES records (number) ON DELETE CASCADE
);

CREATE VIEW live_records AS SELECT * FROM records WHERE number NOT IN (SELECT number FROM deleted_records);

-- Finding a case by the beginning of a name: names are sealed under the key of their case, so what is looked up is a keyed digest of each
-- word and of its beginnings. `sealed` is the key of these digests under the master key. Both tables of digests follow from the names, go
-- with their case, and are in no backup.
CREATE TABLE name_key (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    sealed BYTEA NOT NULL
);
CREATE TABLE name_token (
    token BYTEA NOT NULL,
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    PRIMARY KEY (token, case_id)
);
CREATE INDEX name_token_by_case ON name_token (case_id);
-- Up to which version of its order the names of a case are in it.
CREATE TABLE name_indexed (
    case_id BYTEA NOT NULL PRIMARY KEY REFERENCES case_file (id),
    versions BIGINT NOT NULL
);

-- Filters of the inbox that officers saved: words of its query language, and never a name.
CREATE TABLE inbox_filter (
    officer BYTEA NOT NULL REFERENCES officer (id),
    query TEXT COLLATE "C" NOT NULL,
    shared BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (officer, query)
);

-- Whether single keys do something in the inbox of an officer; they do where nothing is said.
CREATE TABLE inbox_setting (
    officer BYTEA NOT NULL PRIMARY KEY REFERENCES officer (id),
    single_keys BIGINT NOT NULL
);

-- Filters of the inbox that officers saved: words of its query language, and never a name.
CREATE TABLE inbox_filter (
    officer BLOB NOT NULL REFERENCES officer (id),
    query TEXT NOT NULL,
    shared INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (officer, query)
) STRICT;

-- Whether single keys do something in the inbox of an officer; they do where nothing is said.
CREATE TABLE inbox_setting (
    officer BLOB NOT NULL PRIMARY KEY REFERENCES officer (id),
    single_keys INTEGER NOT NULL
) STRICT;

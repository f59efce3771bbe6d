-- Second factors of officers: a secret of their phone's app, sealed under the master key. `state` is `waiting` until a first code from
-- the app has shown that it holds the secret. A code is of a step of 30 seconds; one of `step_last` or before is not taken again.
CREATE TABLE second_factor (
    officer BLOB NOT NULL REFERENCES officer (id),
    state TEXT NOT NULL,
    sealed BLOB NOT NULL,
    begun_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    step_last INTEGER NOT NULL,
    PRIMARY KEY (officer, state)
) STRICT;
-- When the officer last showed who they are, at sign-in or since.
ALTER TABLE session ADD COLUMN checked_at INTEGER NOT NULL DEFAULT 0;

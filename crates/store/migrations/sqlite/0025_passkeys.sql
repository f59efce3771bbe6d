-- Passkeys of officers (WebAuthn), by the hash of the credential's id. `sealed` is the officer's name for it and its public key with what
-- goes with it, under the master key; `counter` is the last that the authenticator told, 0 where it counts nothing.
CREATE TABLE passkey (
    id BLOB NOT NULL PRIMARY KEY,
    officer BLOB NOT NULL REFERENCES officer (id),
    made_at INTEGER NOT NULL,
    used_at INTEGER,
    counter INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX passkey_by_officer ON passkey (officer, made_at);

-- What was begun with a browser and waits for its answer, which is taken once: by the hash of the token that the page holds. `sealed`
-- is what was asked, under the master key.
CREATE TABLE ceremony (
    token_hash BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX ceremony_by_time ON ceremony (expires_at);

-- How the officer showed who they are when the session began.
ALTER TABLE session ADD COLUMN shown_by TEXT NOT NULL DEFAULT 'password';

/** The schema, step by step. A step that was released is never changed; a new one is appended. Times are Unix milliseconds, lists and objects JSON. */
export const MIGRATIONS: readonly string[] = [
  `
  -- One row a user. digest_secrets and onvif_password are encrypted with the device key.
  CREATE TABLE users (
    name TEXT PRIMARY KEY,              -- NFC
    role TEXT NOT NULL,
    extra_permissions TEXT NOT NULL,    -- JSON list, beside those of the role
    password_hash TEXT NOT NULL,        -- Argon2id
    digest_secrets BLOB NOT NULL,       -- HA1 in MD5 and SHA-256
    onvif_password BLOB,                -- only while ONVIF is on for the user
    must_change_password INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    password_revision INTEGER NOT NULL  -- random, another one for each password: logins by an older one have ended
  ) STRICT;

  -- Bearer tokens and browser sessions. The secret itself is kept nowhere.
  CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('token', 'login', 'session')),
    secret_hash BLOB NOT NULL UNIQUE,   -- SHA-256
    user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE ON UPDATE CASCADE,
    name TEXT NOT NULL,
    login_id TEXT,                      -- shared by the token and the session of one login, which end together
    permissions TEXT,                   -- JSON list; NULL: all of the user's
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER,                 -- NULL: never
    last_used_ms INTEGER
  ) STRICT;
  CREATE INDEX tokens_by_user ON tokens (user);

  -- The wanted value of every setting that was ever changed.
  CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,                -- JSON
    changed_ms INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE ptz_presets (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    pan REAL NOT NULL,
    tilt REAL NOT NULL,
    zoom REAL NOT NULL
  ) STRICT;

  -- Who did what. Capped: the oldest leave.
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ms INTEGER NOT NULL,
    user TEXT,                          -- NULL: nobody was logged in
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL                -- JSON object, never secrets
  ) STRICT;

  -- What happened to the device. Capped: the oldest leave.
  CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL                  -- JSON object
  ) STRICT;
  CREATE INDEX events_by_kind ON events (kind, id);
  `,
  `
  -- One row a file: a part of a recording, or a stored snapshot.
  CREATE TABLE recordings (
    id TEXT PRIMARY KEY,
    recording_id TEXT NOT NULL,         -- id of the first part; of a snapshot its own
    kind TEXT NOT NULL CHECK (kind IN ('video', 'snapshot')),
    file TEXT NOT NULL UNIQUE,          -- below the recordings folder, with slashes
    name TEXT NOT NULL,                 -- for display and downloads
    state TEXT NOT NULL CHECK (state IN ('recording', 'ready', 'damaged', 'missing')),
    start_ms INTEGER NOT NULL,
    end_ms INTEGER,                     -- NULL while it is recorded
    duration_ms INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    codec TEXT NOT NULL,
    cause TEXT NOT NULL,                -- what started it: manual, schedule, motion, found
    missing_since_ms INTEGER
  ) STRICT;
  CREATE INDEX recordings_by_time ON recordings (start_ms, id);
  CREATE INDEX recordings_unfinished ON recordings (state) WHERE state <> 'ready';

  CREATE TABLE recording_tags (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    recording TEXT NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,
    time_ms INTEGER NOT NULL,
    title TEXT NOT NULL,
    note TEXT NOT NULL,
    category TEXT NOT NULL
  ) STRICT;
  CREATE INDEX tags_by_recording ON recording_tags (recording);
  CREATE INDEX tags_by_title ON recording_tags (title);

  -- The volume that the recordings folder was on when it was first used: its marker file holds the same.
  CREATE TABLE recording_volume (id TEXT NOT NULL) STRICT;
  `,
  `
  -- Between pictures of a time-lapse; NULL: all were recorded, or it is not known.
  ALTER TABLE recordings ADD COLUMN interval_ms INTEGER;
  `,
  `
  -- Who this device is to WS-Discovery; stays whatever is reset. One row.
  CREATE TABLE onvif_identity (
    endpoint TEXT NOT NULL,             -- urn:uuid:…
    instance INTEGER NOT NULL,          -- one more at each start
    metadata_version INTEGER NOT NULL,  -- one more whenever what it says of itself is another
    metadata TEXT NOT NULL              -- hash of what it last said
  ) STRICT;

  -- What ONVIF clients configured and nothing else of the device knows, by object.
  CREATE TABLE onvif_values (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL                 -- JSON
  ) STRICT;

  -- ONVIF's media model beside what settings hold. Fixed profiles have a row once they were changed.
  CREATE TABLE onvif_media (
    kind TEXT NOT NULL CHECK (kind IN ('profile', 'configuration')),
    token TEXT NOT NULL,                -- clients choose those of profiles, also one that a configuration has
    value TEXT NOT NULL,                -- JSON object
    PRIMARY KEY (kind, token)
  ) STRICT;
  `,
  `
  -- Values of settings under a name, to be brought back together.
  CREATE TABLE setting_presets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,          -- NFC
    content TEXT NOT NULL,              -- JSON object, values by key
    changed_ms INTEGER NOT NULL         -- later at each change, whatever the clock does
  ) STRICT;

  -- What was chosen of the rules of retention; what the configuration gives comes before.
  CREATE TABLE retention (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL                 -- JSON
  ) STRICT;
  `,
  `
  -- Lines of one user or of one kind, newest first.
  CREATE INDEX audit_by_user ON audit (user, id);
  CREATE INDEX audit_by_action ON audit (action, id);
  `,
];

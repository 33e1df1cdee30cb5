-- Erasures that found nobody: a first sync or a login that arrives after one is refused. A bucket remembers 256 of them, so
-- that made-up ids cannot fill the disk. Nothing here has to survive a crash.

CREATE UNLOGGED TABLE recent_erasures (
  site   TEXT    NOT NULL,
  bucket INTEGER NOT NULL,
  slot   INTEGER NOT NULL,
  id     BYTEA   NOT NULL,
  PRIMARY KEY (site, bucket, slot)
);

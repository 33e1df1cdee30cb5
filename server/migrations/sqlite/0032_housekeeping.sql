-- The last write of the readiness check, and the day that retention has reached.

CREATE TABLE probes (
  site   TEXT    NOT NULL,
  bucket INTEGER NOT NULL,
  at_s   INTEGER NOT NULL,
  PRIMARY KEY (site, bucket)
) WITHOUT ROWID;

CREATE TABLE retention (
  site   TEXT    NOT NULL,
  bucket INTEGER NOT NULL,
  day    INTEGER NOT NULL,
  PRIMARY KEY (site, bucket)
) WITHOUT ROWID;

-- Ids of identity tokens that linked a browser, and the time of each customer's last erasure. Both count for as long as
-- a token is valid.

CREATE TABLE used_tokens (
  site      TEXT    NOT NULL,
  bucket    INTEGER NOT NULL,
  id        BLOB    NOT NULL,
  visitor   BLOB    NOT NULL,
  expires_s INTEGER NOT NULL,
  PRIMARY KEY (site, bucket, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE login_bars (
  site     TEXT    NOT NULL,
  bucket   INTEGER NOT NULL,
  id       BLOB    NOT NULL,
  before_s INTEGER NOT NULL,
  PRIMARY KEY (site, bucket, id)
) STRICT, WITHOUT ROWID;

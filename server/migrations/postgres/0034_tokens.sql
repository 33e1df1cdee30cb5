-- Ids of identity tokens that linked a browser, and the time of each customer's last erasure. Both count for as long as
-- a token is valid.

CREATE TABLE used_tokens (
  site      TEXT    NOT NULL,
  bucket    INTEGER NOT NULL,
  id        BYTEA   NOT NULL,
  visitor   BYTEA   NOT NULL,
  expires_s BIGINT  NOT NULL,
  PRIMARY KEY (site, bucket, id)
);

CREATE TABLE login_bars (
  site     TEXT    NOT NULL,
  bucket   INTEGER NOT NULL,
  id       BYTEA   NOT NULL,
  before_s BIGINT  NOT NULL,
  PRIMARY KEY (site, bucket, id)
);

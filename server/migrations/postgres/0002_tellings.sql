-- What the site's back end tells of a customer; see the embedded store's step of this name.

CREATE TABLE tellings (
  site     TEXT    NOT NULL,
  bucket   INTEGER NOT NULL,
  customer TEXT    NOT NULL,
  id       BYTEA   NOT NULL,
  day      INTEGER NOT NULL,
  at_s     BIGINT  NOT NULL,
  event    BYTEA   NOT NULL,
  PRIMARY KEY (site, bucket, customer, id)
);

-- The base: visitors, their replicas, customers and the links between them, tombstones. The words and the rules are
-- those of the embedded store; see there.
--
-- Every key begins with (site, bucket), and no transaction touches two buckets. A bucket's row in `buckets` is locked
-- by whoever writes in that bucket: it is what makes several servers do as one does.

CREATE TABLE buckets (
  site   TEXT    NOT NULL,
  bucket INTEGER NOT NULL,
  PRIMARY KEY (site, bucket)
);

CREATE TABLE visitors (
  site        TEXT    NOT NULL,
  bucket      INTEGER NOT NULL,
  visitor     BYTEA   NOT NULL,
  erase       BYTEA,
  customer    TEXT,
  created_day INTEGER NOT NULL,
  synced_day  INTEGER NOT NULL,
  PRIMARY KEY (site, bucket, visitor)
);

-- An erase-only token names no bucket; erasure is rare and may look through all of them.
CREATE INDEX visitors_by_erase ON visitors (erase) WHERE erase IS NOT NULL;

CREATE TABLE replicas (
  site      TEXT    NOT NULL,
  bucket    INTEGER NOT NULL,
  visitor   BYTEA   NOT NULL,
  replica   BYTEA   NOT NULL,
  version   BIGINT  NOT NULL,
  changes   BIGINT  NOT NULL,
  state     BYTEA   NOT NULL,
  taken_day INTEGER NOT NULL,
  PRIMARY KEY (site, bucket, visitor, replica)
);

-- Already small and dense: looking for something to compress would be in vain.
ALTER TABLE replicas ALTER COLUMN state SET STORAGE EXTERNAL;

CREATE TABLE customers (
  site        TEXT    NOT NULL,
  bucket      INTEGER NOT NULL,
  customer    TEXT    NOT NULL,
  created_day INTEGER NOT NULL,
  dropped     BIGINT  NOT NULL DEFAULT 0,
  PRIMARY KEY (site, bucket, customer)
);

CREATE TABLE links (
  site       TEXT    NOT NULL,
  bucket     INTEGER NOT NULL,
  customer   TEXT    NOT NULL,
  visitor    BYTEA   NOT NULL,
  linked_day INTEGER NOT NULL,
  PRIMARY KEY (site, bucket, customer, visitor)
);

CREATE TABLE tombstones (
  site       TEXT    NOT NULL,
  bucket     INTEGER NOT NULL,
  id         BYTEA   NOT NULL,
  erased_day INTEGER NOT NULL,
  customer   TEXT,
  changes    BIGINT  NOT NULL DEFAULT 0,
  PRIMARY KEY (site, bucket, id)
);

CREATE INDEX tombstones_unfinished ON tombstones (customer) WHERE customer IS NOT NULL;

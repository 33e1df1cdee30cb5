-- The base: visitors, their replicas, customers and the links between them, tombstones.
--
-- Every key begins with (site, bucket), bucket = hash(id) mod 1024, and no step of the code touches two buckets at
-- once, so that the same schema can be spread over machines. Ids are SHA-256 hashes: no secret is ever stored.
-- Days are whole days since 1970-01-01 (UTC): retention needs no finer time.

CREATE TABLE visitors (
  site        TEXT    NOT NULL,
  bucket      INTEGER NOT NULL,
  visitor     BLOB    NOT NULL,
  erase       BLOB,
  customer    TEXT,
  created_day INTEGER NOT NULL,
  synced_day  INTEGER NOT NULL,
  PRIMARY KEY (site, bucket, visitor)
) STRICT, WITHOUT ROWID;

-- An erase-only token names no bucket; erasure is rare and may look through all of them.
CREATE INDEX visitors_by_erase ON visitors (erase) WHERE erase IS NOT NULL;

-- One browser, one writer, one state. `changes` counts the states accepted, so that sums of it grow with any news.
CREATE TABLE replicas (
  site    TEXT    NOT NULL,
  bucket  INTEGER NOT NULL,
  visitor BLOB    NOT NULL,
  replica BLOB    NOT NULL,
  version INTEGER NOT NULL,
  changes INTEGER NOT NULL,
  state   BLOB    NOT NULL,
  PRIMARY KEY (site, bucket, visitor, replica)
) STRICT, WITHOUT ROWID;

-- `dropped` keeps the changes of visitors that left, so that a customer's sum never falls back to an earlier value.
CREATE TABLE customers (
  site        TEXT    NOT NULL,
  bucket      INTEGER NOT NULL,
  customer    TEXT    NOT NULL,
  created_day INTEGER NOT NULL,
  dropped     INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (site, bucket, customer)
) STRICT, WITHOUT ROWID;

CREATE TABLE links (
  site       TEXT    NOT NULL,
  bucket     INTEGER NOT NULL,
  customer   TEXT    NOT NULL,
  visitor    BLOB    NOT NULL,
  linked_day INTEGER NOT NULL,
  PRIMARY KEY (site, bucket, customer, visitor)
) STRICT, WITHOUT ROWID;

-- What was erased stays erased: hashes of visitor secrets and of erase-only tokens. `customer` and `changes` are kept
-- only until the link in the customer's own bucket is gone.
CREATE TABLE tombstones (
  site       TEXT    NOT NULL,
  bucket     INTEGER NOT NULL,
  id         BLOB    NOT NULL,
  erased_day INTEGER NOT NULL,
  customer   TEXT,
  changes    INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (site, bucket, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX tombstones_unfinished ON tombstones (customer) WHERE customer IS NOT NULL;

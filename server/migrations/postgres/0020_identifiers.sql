-- A customer may be known by several ids: an account, a loyalty code, a hashed e-mail. One is the customer; the others
-- point to it. `aliases` stands in the other id's own bucket, so that whoever names it finds the way; `identifiers` is the
-- way back, in the customer's bucket, so that an erasure finds them all.

CREATE TABLE aliases (
  site     TEXT    NOT NULL,
  bucket   INTEGER NOT NULL,
  alias    TEXT    NOT NULL,
  customer TEXT    NOT NULL,
  tied_day INTEGER NOT NULL,
  PRIMARY KEY (site, bucket, alias)
);

CREATE TABLE identifiers (
  site     TEXT    NOT NULL,
  bucket   INTEGER NOT NULL,
  customer TEXT    NOT NULL,
  alias    TEXT    NOT NULL,
  tied_day INTEGER NOT NULL,
  PRIMARY KEY (site, bucket, customer, alias)
);

-- The day of an erasure that is under way: what is left of it is done at the next start. That it holds against older
-- words afterwards is the tombstone's affair.
ALTER TABLE customers ADD COLUMN erased_before INTEGER;

CREATE INDEX customers_unfinished ON customers (erased_before) WHERE erased_before IS NOT NULL;

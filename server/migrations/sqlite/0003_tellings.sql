-- What the site's back end tells of a customer: reactions, bookings, declared facts, each as the bytes of one event.
-- `id` is a hash of the teller's own id: told twice is told once. A customer that was erased leaves a tombstone of the
-- hash of its id, so that an older import does not bring it back.

CREATE TABLE tellings (
  site     TEXT    NOT NULL,
  bucket   INTEGER NOT NULL,
  customer TEXT    NOT NULL,
  id       BLOB    NOT NULL,
  day      INTEGER NOT NULL,
  at_s     INTEGER NOT NULL,
  event    BLOB    NOT NULL,
  PRIMARY KEY (site, bucket, customer, id)
) STRICT, WITHOUT ROWID;

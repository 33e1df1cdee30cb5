-- `looks`: whom to look at, and from when on (seconds since 1970). A hand-in or a word writes one in its own transaction, in
-- its own bucket, so that nothing that happened is overlooked, whatever comes in between; and each look says when the next
-- one is due. `stamp` tells one note from the next: what was written while we looked is looked at again.

CREATE TABLE looks (
  site     TEXT    NOT NULL,
  bucket   INTEGER NOT NULL,
  customer TEXT    NOT NULL,
  at_s     BIGINT  NOT NULL,
  stamp    BIGINT  NOT NULL DEFAULT 1,
  PRIMARY KEY (site, bucket, customer)
);

CREATE INDEX looks_due ON looks (site, at_s);

-- `outbox`: webhooks to call, in the bucket of the customer whom they are about, written in the transaction that marks
-- their scenario as fired. A call goes when its receiver has acknowledged it. `next_s` is null once no more is tried.

CREATE TABLE outbox (
  site     TEXT    NOT NULL,
  bucket   INTEGER NOT NULL,
  id       TEXT    NOT NULL,
  customer TEXT    NOT NULL,
  webhook  TEXT    NOT NULL,
  body     TEXT    NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_s   BIGINT,
  PRIMARY KEY (site, bucket, id)
);

CREATE INDEX outbox_due ON outbox (site, next_s);

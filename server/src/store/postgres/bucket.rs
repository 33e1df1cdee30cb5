//! One bucket of one site. In: statements about its rows. Out: rows. Never: another bucket: the first two parameters
//! of every statement are filled in here.

use deadpool_postgres::GenericClient;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::base::ids::{CustomerKey, IdHash, Site, VisitorKey};
use crate::store::StoreError;

/// Parameters, from `$3` on.
pub type Rest<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A bucket as seen over a connection, or within a transaction.
pub struct Bucket<'a, C> {
    on: &'a C,
    site: &'a str,
    number: i32,
}

impl<'a, C: GenericClient> Bucket<'a, C> {
    pub fn new(on: &'a C, site: &'a Site, number: u16) -> Self {
        Self {
            on,
            site: site.as_str(),
            number: i32::from(number),
        }
    }

    pub fn of(on: &'a C, visitor: &'a VisitorKey) -> Self {
        Self::new(on, &visitor.site, visitor.id.bucket())
    }

    /// The site's name.
    pub fn site(&self) -> &'a str {
        self.site
    }

    /// The bucket of an erase-only token.
    pub fn of_token(on: &'a C, site: &'a Site, token: &IdHash) -> Self {
        Self::new(on, site, token.bucket())
    }

    pub fn of_customer(on: &'a C, customer: &'a CustomerKey) -> Self {
        Self::new(on, &customer.site, customer.bucket())
    }

    /// Waits until no other transaction writes in this bucket, and keeps them out until this one ends.
    pub async fn locked(self) -> Result<Self, StoreError> {
        const LOCK: &str = "SELECT 1 FROM buckets WHERE site = $1 AND bucket = $2 FOR UPDATE";
        if self.row(LOCK, &[]).await?.is_none() {
            self.run(
                "INSERT INTO buckets (site, bucket) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                &[],
            )
            .await?;
            self.row(LOCK, &[]).await?;
        }
        Ok(self)
    }

    pub async fn rows(&self, sql: &str, rest: Rest<'_>) -> Result<Vec<Row>, StoreError> {
        let statement = self.on.prepare_cached(sql).await?;
        Ok(self.on.query(&statement, &self.all(rest)).await?)
    }

    pub async fn row(&self, sql: &str, rest: Rest<'_>) -> Result<Option<Row>, StoreError> {
        let statement = self.on.prepare_cached(sql).await?;
        Ok(self.on.query_opt(&statement, &self.all(rest)).await?)
    }

    /// Executes a statement. Returns the number of rows it changed.
    pub async fn run(&self, sql: &str, rest: Rest<'_>) -> Result<u64, StoreError> {
        let statement = self.on.prepare_cached(sql).await?;
        Ok(self.on.execute(&statement, &self.all(rest)).await?)
    }

    fn all<'p>(&'p self, rest: Rest<'p>) -> Vec<&'p (dyn ToSql + Sync)> {
        let place: [&(dyn ToSql + Sync); 2] = [&self.site, &self.number];
        place.into_iter().chain(rest.iter().copied()).collect()
    }
}

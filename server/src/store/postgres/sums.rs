//! In: connections and a period. Out: the sums over all buckets. Never: writes; a row of anyone's.

use deadpool_postgres::Client;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use super::pool::Pool;
use crate::base::ids::Site;
use crate::report::period::Period;
use crate::statistics::sql;
use crate::statistics::sums::Sums;
use crate::store::StoreError;

pub async fn read(pool: &Pool, site: &Site, period: Period) -> Result<Sums, StoreError> {
    let client = pool.take().await?;
    let mut all = Sums::default();
    let of = (site, period);
    for row in rows(
        &client,
        of,
        &sql::SHOWN.over_all_buckets(&["placement", "offer", "arm", "segment"]),
    )
    .await?
    {
        all.add_shown(columns(&row, 0), columns(&row, 4));
    }
    for row in rows(&client, of, &sql::SHOWN.over_all_buckets(&["day"])).await? {
        all.add_day(columns(&row, 0), columns(&row, 1));
    }
    for row in rows(
        &client,
        of,
        &sql::WEIGHED.over_all_buckets(&["placement", "offer"]),
    )
    .await?
    {
        all.add_weighed(columns(&row, 0), columns(&row, 2));
    }
    for row in rows(
        &client,
        of,
        &sql::STRATA.over_all_buckets(&["placement", "offer", "stratum"]),
    )
    .await?
    {
        all.add_stratum(columns(&row, 0), columns(&row, 3));
    }
    for row in rows(
        &client,
        of,
        &sql::PEOPLE.over_all_buckets(&["experiment", "arm"]),
    )
    .await?
    {
        all.add_people(columns(&row, 0), columns(&row, 2));
    }
    for row in rows(&client, of, &sql::TASTES.over_all_buckets(&["topic"])).await? {
        all.add_taste(columns(&row, 0), columns(&row, 1));
    }
    Ok(all)
}

async fn rows(
    client: &Client,
    (site, period): (&Site, Period),
    sql: &str,
) -> Result<Vec<Row>, StoreError> {
    let statement = client.prepare_cached(sql).await?;
    let (from, to) = (i64::from(period.from_day), i64::from(period.to_day));
    Ok(client
        .query(&statement, &[&site.as_str(), &from, &to])
        .await?)
}

/// So many columns from one on.
fn columns<'a, T: FromSql<'a>, const N: usize>(row: &'a Row, from: usize) -> [T; N] {
    std::array::from_fn(|at| row.get(from + at))
}

//! In: a connection and a period. Out: the sums over all buckets. Never: writes; a row of anyone's.

use rusqlite::types::FromSql;
use rusqlite::{Connection, Row, params};

use crate::base::ids::Site;
use crate::report::period::Period;
use crate::statistics::sql;
use crate::statistics::sums::Sums;

pub fn read(db: &Connection, site: &Site, period: Period) -> rusqlite::Result<Sums> {
    let mut all = Sums::default();
    let of = (site, period);
    each(
        db,
        of,
        &sql::SHOWN.over_all_buckets(&["placement", "offer", "arm", "segment"]),
        |row| {
            all.add_shown(columns(row, 0)?, columns(row, 4)?);
            Ok(())
        },
    )?;
    each(db, of, &sql::SHOWN.over_all_buckets(&["day"]), |row| {
        all.add_day(columns(row, 0)?, columns(row, 1)?);
        Ok(())
    })?;
    each(
        db,
        of,
        &sql::WEIGHED.over_all_buckets(&["placement", "offer"]),
        |row| {
            all.add_weighed(columns(row, 0)?, columns(row, 2)?);
            Ok(())
        },
    )?;
    each(
        db,
        of,
        &sql::STRATA.over_all_buckets(&["placement", "offer", "stratum"]),
        |row| {
            all.add_stratum(columns(row, 0)?, columns(row, 3)?);
            Ok(())
        },
    )?;
    each(
        db,
        of,
        &sql::PEOPLE.over_all_buckets(&["experiment", "arm"]),
        |row| {
            all.add_people(columns(row, 0)?, columns(row, 2)?);
            Ok(())
        },
    )?;
    each(db, of, &sql::TASTES.over_all_buckets(&["topic"]), |row| {
        all.add_taste(columns(row, 0)?, columns(row, 1)?);
        Ok(())
    })?;
    Ok(all)
}

fn each(
    db: &Connection,
    (site, period): (&Site, Period),
    sql: &str,
    mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![site.as_str(), period.from_day, period.to_day])?;
    while let Some(row) = rows.next()? {
        take(row)?;
    }
    Ok(())
}

/// So many columns from one on.
fn columns<T: FromSql + Default + Copy, const N: usize>(
    row: &Row<'_>,
    from: usize,
) -> rusqlite::Result<[T; N]> {
    let mut columns = [T::default(); N];
    for (at, column) in columns.iter_mut().enumerate() {
        *column = row.get(from + at)?;
    }
    Ok(columns)
}

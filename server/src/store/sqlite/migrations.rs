//! In: a connection. Out: its schema at the newest version. Never: goes backwards, nor touches a newer file.

use rusqlite::Connection;

use super::OpenError;

/// Forward only, in order; a released file is never edited.
const STEPS: [&str; 13] = [
    include_str!("../../../migrations/sqlite/0001_base.sql"),
    include_str!("../../../migrations/sqlite/0002_taken_day.sql"),
    include_str!("../../../migrations/sqlite/0003_tellings.sql"),
    include_str!("../../../migrations/sqlite/0004_statistics.sql"),
    include_str!("../../../migrations/sqlite/0020_identifiers.sql"),
    include_str!("../../../migrations/sqlite/0021_outbox.sql"),
    include_str!("../../../migrations/sqlite/0022_consent.sql"),
    include_str!("../../../migrations/sqlite/0023_model.sql"),
    include_str!("../../../migrations/sqlite/0030_told.sql"),
    include_str!("../../../migrations/sqlite/0031_names.sql"),
    include_str!("../../../migrations/sqlite/0032_housekeeping.sql"),
    include_str!("../../../migrations/sqlite/0033_tokens.sql"),
    include_str!("../../../migrations/sqlite/0034_strata.sql"),
];

/// Runs the steps the file has not seen, each in a transaction of its own.
pub fn run(db: &mut Connection) -> Result<(), OpenError> {
    let found: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = STEPS.len() as u32;
    if found > known {
        return Err(OpenError::Newer { found, known });
    }
    for (step, sql) in (1..).zip(STEPS).skip(found as usize) {
        let tx = db.transaction()?;
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "user_version", step)?;
        tx.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_once_and_refuses_a_newer_file() -> Result<(), OpenError> {
        let mut db = Connection::open_in_memory()?;
        run(&mut db)?;
        run(&mut db)?;
        db.pragma_update(None, "user_version", 99)?;
        assert!(matches!(
            run(&mut db),
            Err(OpenError::Newer { found: 99, .. })
        ));
        Ok(())
    }

    #[test]
    fn every_key_begins_with_site_and_bucket() -> Result<(), OpenError> {
        let mut db = Connection::open_in_memory()?;
        run(&mut db)?;
        let mut tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
        for table in tables.query_map([], |row| row.get::<_, String>(0))? {
            let table = table?;
            let mut key =
                db.prepare("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk")?;
            let key: Vec<String> = key
                .query_map([&table], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            assert_eq!(key[..2], ["site", "bucket"], "{table}");
        }
        Ok(())
    }
}

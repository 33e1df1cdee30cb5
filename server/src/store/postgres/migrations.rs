//! In: how to connect. Out: a schema at the newest version. Never: goes backwards, nor touches a newer database; two
//! servers that start at once take turns.

use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::OpenError;

/// Forward only, in order; a released file is never edited.
const STEPS: [&str; 13] = [
    include_str!("../../../migrations/postgres/0001_base.sql"),
    include_str!("../../../migrations/postgres/0002_tellings.sql"),
    include_str!("../../../migrations/postgres/0003_statistics.sql"),
    include_str!("../../../migrations/postgres/0020_identifiers.sql"),
    include_str!("../../../migrations/postgres/0021_outbox.sql"),
    include_str!("../../../migrations/postgres/0022_consent.sql"),
    include_str!("../../../migrations/postgres/0023_model.sql"),
    include_str!("../../../migrations/postgres/0030_told.sql"),
    include_str!("../../../migrations/postgres/0031_names.sql"),
    include_str!("../../../migrations/postgres/0032_recent_erasures.sql"),
    include_str!("../../../migrations/postgres/0033_housekeeping.sql"),
    include_str!("../../../migrations/postgres/0034_tokens.sql"),
    include_str!("../../../migrations/postgres/0035_strata.sql"),
];

/// Any number that all servers agree on.
const TURN: i64 = 0x00e5_ca1e;

/// Runs the steps the database has not seen, each in a transaction of its own.
pub async fn run(config: &Config, encryption: MakeRustlsConnect) -> Result<(), OpenError> {
    let (mut client, line) = config.connect(encryption).await?;
    // Ends with the client; what goes wrong on it, the client's own calls tell.
    let line = tokio::spawn(line);
    client
        .execute("SELECT pg_advisory_lock($1)", &[&TURN])
        .await?;
    let done = catch_up(&mut client).await;
    // The lock goes with the connection.
    drop(client);
    let _ = line.await;
    done
}

async fn catch_up(client: &mut Client) -> Result<(), OpenError> {
    let encoding: String = client.query_one("SHOW server_encoding", &[]).await?.get(0);
    if encoding != "UTF8" {
        return Err(OpenError::Encoding(encoding));
    }
    client
        .batch_execute("CREATE TABLE IF NOT EXISTS schema_steps (step INTEGER PRIMARY KEY)")
        .await?;
    let found: i32 = client
        .query_one("SELECT coalesce(max(step), 0) FROM schema_steps", &[])
        .await?
        .get(0);
    let known = STEPS.len() as i32;
    if found > known {
        return Err(OpenError::Newer { found, known });
    }
    for (step, sql) in (1..).zip(STEPS).skip(found as usize) {
        let tx = client.transaction().await?;
        tx.batch_execute(sql).await?;
        tx.execute("INSERT INTO schema_steps (step) VALUES ($1)", &[&step])
            .await?;
        tx.commit().await?;
    }
    Ok(())
}

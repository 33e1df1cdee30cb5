//! Connections to the database. In: whoever needs one. Out: one, as soon as one is free. Never: an unbounded queue; a
//! log line with what a statement was about.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use deadpool_postgres::{
    Client, Hook, HookError, Manager, ManagerConfig, PoolError, RecyclingMethod, Runtime,
    TimeoutType,
};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::store::StoreError;

/// Connections at once, of each server: PostgreSQL spends a process on each.
const CONNECTIONS: usize = 16;
/// Most requests that wait for a connection. Further ones are rejected as busy.
const QUEUE: usize = 4096;
/// Wait for a connection at most. After it the request is refused as busy.
const WAIT: Duration = Duration::from_secs(5);

/// A few connections, opened when first needed.
pub struct Pool(Option<deadpool_postgres::Pool>);

impl Pool {
    pub fn new(config: &Config, encryption: MakeRustlsConnect) -> Self {
        let recycling = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let pool = deadpool_postgres::Pool::builder(Manager::from_config(
            config.clone(),
            encryption,
            recycling,
        ))
        .post_create(prepare(config.get_options().is_none()))
        .pre_recycle(Hook::sync_fn(|_, metrics| {
            let is_stale = lock_last_failover().is_some_and(|last| metrics.created <= last);
            if is_stale {
                return Err(HookError::message("opened before a failover"));
            }
            Ok(())
        }))
        .max_size(CONNECTIONS)
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(WAIT))
        .runtime(Runtime::Tokio1)
        .build();
        // It fails only where time-outs are asked for without a runtime.
        Self(pool.ok())
    }

    pub async fn take(&self) -> Result<Client, StoreError> {
        let pool = self.0.as_ref().ok_or(StoreError::Unavailable)?;
        if pool.status().waiting > QUEUE {
            return Err(StoreError::Busy);
        }
        pool.get().await.map_err(|error| match error {
            PoolError::Timeout(TimeoutType::Wait) => StoreError::Busy,
            PoolError::Backend(error) => error.into(),
            _ => StoreError::Unavailable,
        })
    }

    /// Returns `true` if two clients share one session, as behind a pooler in transaction mode.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot be used.
    pub async fn is_shared_by_transaction(&self) -> Result<bool, StoreError> {
        let (first, second) = (self.take().await?, self.take().await?);
        let before = session(&first).await?;
        second.batch_execute("BEGIN").await?;
        let other = session(&second).await;
        let after = session(&first).await;
        second.batch_execute("COMMIT").await?;
        let (other, after) = (other?, after?);
        Ok(before == other || before != after)
    }

    /// Ends all connections; later requests are refused.
    pub fn close(&self) {
        if let Some(pool) = &self.0 {
            pool.close();
        }
    }
}

/// Returns the number of the server's process, by the simple protocol: it prepares nothing.
async fn session(client: &Client) -> Result<String, StoreError> {
    let messages = client.simple_query("SELECT pg_backend_pid()").await?;
    let row = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(ToOwned::to_owned),
        _ => None,
    });
    row.ok_or(StoreError::Unavailable)
}

/// Sets what a database's own settings may have loosened: an answer 200 means durable. By a
/// statement, because poolers reject the startup parameter `options`. Options of the address
/// replace these.
fn prepare(is_needed: bool) -> Hook {
    Hook::async_fn(move |client, _| {
        Box::pin(async move {
            if is_needed {
                let settings = "SET synchronous_commit TO on; SET statement_timeout TO 10000;
                     SET default_transaction_isolation TO 'read committed'";
                client
                    .batch_execute(settings)
                    .await
                    .map_err(HookError::Backend)?;
            }
            Ok(())
        })
    })
}

/// Attempts of a transaction that the database gives up.
pub const ATTEMPTS: u32 = 5;

/// Awaits a transaction, and again if the database gave it up (40001, 40P01): nothing of it was committed then. A macro,
/// because the compiler cannot prove yet that an async closure may change threads.
macro_rules! repeated {
    ($transaction:expr) => {{
        let mut attempt = 1;
        loop {
            match $transaction.await {
                Err($crate::store::StoreError::Conflict)
                    if attempt < $crate::store::postgres::pool::ATTEMPTS =>
                {
                    attempt += 1;
                }
                outcome => break outcome,
            }
        }
    }};
}
pub(super) use repeated;

/// Time of the last answer of a server that only reads, or that ends its sessions. Connections
/// opened before are closed.
static LAST_FAILOVER: Mutex<Option<Instant>> = Mutex::new(None);
/// Least time between two failovers, so that a server which only reads is not flooded.
const FAILOVER_INTERVAL: Duration = Duration::from_secs(1);

fn lock_last_failover() -> MutexGuard<'static, Option<Instant>> {
    LAST_FAILOVER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes an answer after which no open connection is of use.
fn note_failover(code: Option<&SqlState>) {
    let is_failover = code.is_some_and(|code| {
        [
            SqlState::READ_ONLY_SQL_TRANSACTION,
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
        ]
        .contains(code)
    });
    let mut last = lock_last_failover();
    if is_failover && last.is_none_or(|last| last.elapsed() >= FAILOVER_INTERVAL) {
        *last = Some(Instant::now());
    }
}

impl From<tokio_postgres::Error> for StoreError {
    /// Logs the code only: a message may contain the data to be stored.
    fn from(error: tokio_postgres::Error) -> Self {
        use tokio_postgres::error::SqlState;
        let crossed = [
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
        ];
        if error.code().is_some_and(|code| crossed.contains(code)) {
            return Self::Conflict;
        }
        note_failover(error.code());
        tracing::error!(
            code = error.code().map(tokio_postgres::error::SqlState::code),
            "the database failed"
        );
        Self::Unavailable
    }
}

//! Connections to the database. In: whoever needs one. Out: one, as soon as one is free. Never: an unbounded queue; a
//! log line with what a statement was about.

use std::time::Duration;

use deadpool_postgres::{
    Client, Manager, ManagerConfig, PoolError, RecyclingMethod, Runtime, TimeoutType,
};
use tokio_postgres::Config;
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

    /// Ends all connections; later requests are refused.
    pub fn close(&self) {
        if let Some(pool) = &self.0 {
            pool.close();
        }
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
        tracing::error!(
            code = error.code().map(tokio_postgres::error::SqlState::code),
            "the database failed"
        );
        Self::Unavailable
    }
}

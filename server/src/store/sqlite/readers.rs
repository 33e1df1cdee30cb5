//! In: questions. Out: their answers from a connection that only reads. Never: writes, nor holds up the writer.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::error_code;
use super::open_reader;
use crate::store::StoreError;

/// Readers at once; more only queue for the same disk and the same few cores.
const READERS: usize = 8;

/// A few idle connections, opened when first needed.
pub struct Readers {
    path: Arc<PathBuf>,
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub fn new(path: &Path) -> Self {
        Self {
            path: Arc::new(path.to_owned()),
            idle: Arc::default(),
            permits: Arc::new(Semaphore::new(READERS)),
        }
    }

    /// Runs the question in one read transaction, off the threads that serve requests.
    pub async fn ask<F, T>(&self, question: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let permit = self
            .permits
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| StoreError::Unavailable)?;
        let (path, idle) = (self.path.clone(), self.idle.clone());
        let asked = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let taken = idle.lock().ok().and_then(|mut idle| idle.pop());
            let mut db = taken.map_or_else(|| open_reader(&path), Ok)?;
            let snapshot = db.transaction()?;
            let answer = question(&snapshot);
            snapshot.finish()?;
            if let Ok(mut idle) = idle.lock() {
                idle.push(db);
            }
            answer
        });
        asked
            .await
            .map_err(|_| StoreError::Unavailable)?
            .map_err(|error| {
                tracing::error!(code = error_code(&error), "a read failed");
                StoreError::Unavailable
            })
    }

    /// Lets go of the file; questions asked later are refused.
    pub fn close(&self) {
        self.permits.close();
        if let Ok(mut idle) = self.idle.lock() {
            idle.clear();
        }
    }
}

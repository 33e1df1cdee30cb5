//! In: groups of work that are committed. Out: their answers, once the log that holds them is on the disk.
//! Never: an answer before that; an answer to a group whose log could not be brought there.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SendError, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::writer::Job;
use crate::store::StoreError;

/// Committed together, answered together.
pub type Group = Vec<Box<dyn Job>>;

/// The writer goes on while a group is on its way to the disk, but not further ahead than this.
const AHEAD: usize = 1;

/// The thread that brings the log to the disk and answers. The writer would only wait there.
pub struct Flusher {
    inbox: Option<SyncSender<Group>>,
    thread: Option<JoinHandle<()>>,
    /// Part of the log may never have reached the disk: whatever is behind it there is lost with it.
    has_failed: Arc<AtomicBool>,
}

impl Flusher {
    /// Of the log at a path; none: the database brings its commits to the disk itself.
    pub fn start(log: Option<PathBuf>) -> io::Result<Self> {
        let (inbox, groups) = sync_channel(AHEAD);
        let has_failed = Arc::<AtomicBool>::default();
        let failed = has_failed.clone();
        let log = log.map(|path| Log { path, file: None });
        let thread =
            std::thread::Builder::new().name("escale-flusher".into()).spawn(move || serve(log, &groups, &failed))?;
        Ok(Self { inbox: Some(inbox), thread: Some(thread), has_failed })
    }

    /// Takes a group that is committed; waits while two others are on their way.
    pub fn flush(&self, group: Group) {
        match &self.inbox {
            Some(inbox) => inbox.send(group).unwrap_or_else(|SendError(group)| refuse(group)),
            None => refuse(group),
        }
    }

    /// Whether all is refused until the log's content has reached the file in another way.
    pub fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Acquire)
    }

    /// Everything that was committed is in the file, and on the disk.
    pub fn is_mended(&self) {
        self.has_failed.store(false, Ordering::Release);
    }

    /// Answers whatever is on its way, and ends.
    pub fn close(&mut self) {
        self.inbox = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Flusher {
    fn drop(&mut self) {
        self.close();
    }
}

fn serve(mut log: Option<Log>, groups: &Receiver<Group>, has_failed: &AtomicBool) {
    while let Ok(first) = groups.recv() {
        // What is committed by now is on the disk with it.
        let waiting: Vec<Group> = groups.try_iter().collect();
        let is_durable = !has_failed.load(Ordering::Acquire) && log.as_mut().is_none_or(Log::is_flushed);
        if !is_durable {
            has_failed.store(true, Ordering::Release);
        }
        answer(first, is_durable);
        waiting.into_iter().for_each(|group| answer(group, is_durable));
    }
}

/// Tells all of a group that nothing of it is kept for sure.
pub fn refuse(group: Group) {
    answer(group, false);
}

fn answer(group: Group, is_durable: bool) {
    group.into_iter().for_each(|job| job.answer(if is_durable { Ok(()) } else { Err(StoreError::Unavailable) }));
}

/// The write-ahead log; it stays the same file as long as the writer's connection is open.
struct Log {
    path: PathBuf,
    file: Option<File>,
}

impl Log {
    fn is_flushed(&mut self) -> bool {
        let flushed = self.flush();
        if let Err(error) = &flushed {
            tracing::error!(%error, "the log could not be brought to the disk; writes are refused until it is emptied");
        }
        flushed.is_ok()
    }

    fn flush(&mut self) -> io::Result<()> {
        let opened = |path: &Path| File::options().write(true).open(path);
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(opened(&self.path)?),
        };
        file.sync_data()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::sqlite::writer::{Trace, Writer};
    use crate::sqlite::{hand_over_log, tune};

    /// What a database holds that was opened anew.
    fn held(path: &Path) -> Vec<i64> {
        let db = Connection::open(path).unwrap();
        let mut all = db.prepare("SELECT n FROM kept").unwrap();
        all.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn f53_what_cannot_reach_the_disk_is_refused_until_the_file_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let (path, log) = (folder.path().join("kept.db"), folder.path().join("elsewhere"));
        let db = Connection::open(&path).unwrap();
        tune(&db).unwrap();
        db.execute_batch("CREATE TABLE kept (n INTEGER)").unwrap();
        // The log's place is not where the database has it: nothing can be brought to the disk there.
        assert_eq!(hand_over_log(&db).unwrap().unwrap(), folder.path().join("kept.db-wal"));
        let writer = Writer::start(db, Some(log.clone())).unwrap();
        let keep = |n: i64| writer.submit(Trace::Keep, move |tx| tx.execute("INSERT INTO kept VALUES (?1)", [n]));
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            assert!(matches!(keep(1).await, Err(StoreError::Unavailable)));
            assert!(matches!(keep(2).await, Err(StoreError::Unavailable)));
            File::create(&log).unwrap();
            // Those refused were committed all the same; to be told so again does no harm.
            assert!(matches!(keep(3).await, Ok(1)));
            writer.close().await.unwrap();
        });
        assert_eq!(held(&path), [1, 2, 3]);
    }

    #[test]
    fn all_that_waits_is_answered_before_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.db");
        let db = Connection::open(&path).unwrap();
        tune(&db).unwrap();
        db.execute_batch("CREATE TABLE kept (n INTEGER)").unwrap();
        let log = hand_over_log(&db).unwrap();
        let writer = Writer::start(db, log).unwrap();
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let all = futures_util::future::join_all(
                (0..2_000)
                    .map(|n| writer.submit(Trace::Keep, move |tx| tx.execute("INSERT INTO kept VALUES (?1)", [n]))),
            );
            let (kept, closed) = futures_util::future::join(all, writer.close()).await;
            assert!(kept.into_iter().all(|one| one.is_ok()));
            closed.unwrap();
        });
        assert_eq!(held(&path).len(), 2_000);
    }
}

//! In: groups of work that are committed. Out: their answers, once the log that holds them is on the disk.
//! Never: an answer before that; an answer to a group whose log could not be brought there.

use std::fs::File;
use std::io;
use std::path::PathBuf;
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
}

impl Flusher {
    /// Flushes by a function: what was committed before it is called is on the disk once it succeeds.
    pub fn start(flush: impl FnMut() -> io::Result<()> + Send + 'static) -> io::Result<Self> {
        let (inbox, groups) = sync_channel(AHEAD);
        let thread = std::thread::Builder::new()
            .name("escale-flusher".into())
            .spawn(move || serve(flush, &groups))?;
        Ok(Self {
            inbox: Some(inbox),
            thread: Some(thread),
        })
    }

    /// Takes a group that is committed; waits while two others are on their way.
    pub fn flush(&self, group: Group) {
        match &self.inbox {
            Some(inbox) => inbox
                .send(group)
                .unwrap_or_else(|SendError(group)| refuse(group)),
            None => refuse(group),
        }
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

fn serve(mut flush: impl FnMut() -> io::Result<()>, groups: &Receiver<Group>) {
    while let Ok(first) = groups.recv() {
        // What is committed by now is on the disk with it.
        let waiting: Vec<Group> = groups.try_iter().collect();
        let flushed = flush();
        if let Err(error) = &flushed {
            tracing::error!(%error, "the log could not be opened to bring it to the disk; the next writes try again");
        }
        let answer_all = |group| answer(group, flushed.is_ok());
        answer_all(first);
        waiting.into_iter().for_each(answer_all);
    }
}

/// Tells all of a group that nothing of it is kept for sure.
pub fn refuse(group: Group) {
    answer(group, false);
}

fn answer(group: Group, is_durable: bool) {
    group.into_iter().for_each(|job| {
        job.answer(if is_durable {
            Ok(())
        } else {
            Err(StoreError::Unavailable)
        })
    });
}

/// Brings the write-ahead log at a path to the disk; none: the database brings its commits there itself. An error: it could
/// not be opened, and nothing of it is lost.
pub fn of_log(path: Option<PathBuf>) -> impl FnMut() -> io::Result<()> + Send + 'static {
    // It stays the same file as long as the writer's connection is open.
    let mut opened: Option<File> = None;
    move || {
        let Some(path) = &path else { return Ok(()) };
        let file = match &mut opened {
            Some(file) => file,
            none => none.insert(File::options().write(true).open(path)?),
        };
        file.sync_data().unwrap_or_else(|error| give_up(&error));
        Ok(())
    }
}

/// A disk that failed to take pages is not asked again: the system has dropped them, and would call the log whole. Read anew, by
/// the next start, the log ends where its sums do; everything that was answered lies before that.
fn give_up(error: &io::Error) -> ! {
    tracing::error!(%error, "the disk did not take the log: the server ends, and what it answered is kept. PendingEvaluation after the disk, and start it again");
    std::process::abort()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::path::Path;
    use std::process::Command;
    use std::sync::mpsc;
    use std::time::Duration;

    use rusqlite::Connection;

    use super::*;
    use crate::store::sqlite::writer::{Trace, Writer};
    use crate::store::sqlite::{hand_over_log, tune};

    const GIVES_UP: &str = "ESCALE_TEST_GIVES_UP";

    fn database(path: &Path) -> Connection {
        let db = Connection::open(path).unwrap();
        tune(&db).unwrap();
        db.execute_batch("CREATE TABLE kept (n INTEGER)").unwrap();
        db
    }

    /// Rows of the database after it was opened anew.
    fn committed(path: &Path) -> Vec<i64> {
        let db = Connection::open(path).unwrap();
        let mut all = db.prepare("SELECT n FROM kept").unwrap();
        all.query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    }

    async fn keep(writer: &Writer, n: i64) -> Result<usize, StoreError> {
        writer
            .submit(Trace::Keep, move |tx| {
                tx.execute("INSERT INTO kept VALUES (?1)", [n])
            })
            .await
    }

    #[test]
    fn nothing_is_answered_before_the_disk_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.db");
        let db = database(&path);
        hand_over_log(&db).unwrap().unwrap();
        let (asked, asks) = mpsc::channel();
        let (done, answers) = mpsc::channel();
        let flush = move || {
            asked.send(()).unwrap();
            answers.recv().unwrap()
        };
        let writer = Writer::start(db, Flusher::start(flush).unwrap()).unwrap();
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap()
            .block_on(async {
                let mut first = std::pin::pin!(keep(&writer, 1));
                assert!(
                    tokio::time::timeout(Duration::from_millis(50), &mut first)
                        .await
                        .is_err()
                );
                // It is committed, and the disk was asked: only the answer is missing.
                asks.recv().unwrap();
                assert_eq!(committed(&path), [1]);
                assert!(
                    tokio::time::timeout(Duration::from_millis(50), &mut first)
                        .await
                        .is_err()
                );
                done.send(Ok(())).unwrap();
                assert!(matches!(first.await, Ok(1)));
                done.send(Err(io::Error::other("too many open files")))
                    .unwrap();
                assert!(matches!(
                    keep(&writer, 2).await,
                    Err(StoreError::Unavailable)
                ));
                done.send(Ok(())).unwrap();
                assert!(matches!(keep(&writer, 3).await, Ok(1)));
                writer.close().await.unwrap();
            });
        // The rejected write was committed all the same; a repeated report of it does no harm.
        assert_eq!(committed(&path), [1, 2, 3]);
    }

    /// Tags: f53.
    #[test]
    fn a_log_that_cannot_be_opened_refuses_and_one_that_can_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("later");
        let mut flush = of_log(Some(log.clone()));
        assert_eq!(flush().unwrap_err().kind(), io::ErrorKind::NotFound);
        File::create(&log).unwrap();
        assert!(flush().is_ok());
        assert!(of_log(None)().is_ok());
    }

    /// In a process of its own, which ends by it.
    /// Tags: f53.
    #[test]
    fn a_disk_that_does_not_take_the_log_ends_the_server() {
        if std::env::var_os(GIVES_UP).is_some() {
            // No device can bring to the disk what it throws away.
            let _ = of_log(Some("/dev/null".into()))();
            return;
        }
        let name =
            "store::sqlite::flusher::tests::a_disk_that_does_not_take_the_log_ends_the_server";
        let ended = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name])
            .env(GIVES_UP, "1")
            .output();
        assert_eq!(ended.unwrap().status.signal(), Some(6), "it aborts");
    }

    #[test]
    fn all_that_waits_is_answered_before_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.db");
        let db = database(&path);
        let log = hand_over_log(&db).unwrap();
        assert_eq!(log, Some(path.with_extension("db-wal")));
        let writer = Writer::start(db, Flusher::start(of_log(log)).unwrap()).unwrap();
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let all = futures_util::future::join_all((0..2_000).map(|n| keep(&writer, n)));
            let (kept, closed) = futures_util::future::join(all, writer.close()).await;
            assert!(kept.into_iter().all(|one| one.is_ok()));
            closed.unwrap();
        });
        assert_eq!(committed(&path).len(), 2_000);
    }
}

//! In: pieces of work that write. Out: their commits, in groups; the answers follow once these are on the disk.
//! Never: two writers on one file; a write acknowledged before it is durable; an unbounded queue.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use super::error_code;
use super::flusher::{Flusher, Group, refuse};
use crate::store::StoreError;

/// Most syncs that wait. Further ones are rejected as busy.
const QUEUE: usize = 4096;
/// Most syncs in one commit.
const GROUP: usize = 512;

/// Treatment of the log after a write: `Scrub` empties it, because the write removed personal data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Trace {
    Keep,
    Scrub,
}

/// May run more than once: a group that fails is rolled back and its members run again, one by one.
pub trait Job: Send {
    fn run(&mut self, tx: &Transaction<'_>) -> rusqlite::Result<()>;
    fn trace(&self) -> Trace;
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Task<F, T> {
    work: F,
    trace: Trace,
    result: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> Job for Task<F, T>
where
    F: FnMut(&Transaction<'_>) -> rusqlite::Result<T> + Send,
    T: Send,
{
    fn run(&mut self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        self.result = Some((self.work)(tx)?);
        Ok(())
    }

    fn trace(&self) -> Trace {
        self.trace
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let Self {
            work,
            result,
            reply,
            ..
        } = *self;
        drop(work);
        // Whoever asked may have gone; the work is done all the same.
        let _ = reply.send(committed.and_then(|()| result.ok_or(StoreError::Unavailable)));
    }
}

enum Message {
    Work(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

/// The one thread that writes.
pub struct Writer {
    inbox: SyncSender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Writes by a connection; the flusher brings its commits to the disk, and answers.
    pub fn start(db: Connection, flusher: Flusher) -> std::io::Result<Self> {
        let (inbox, messages) = sync_channel(QUEUE);
        let committer = Committer {
            db,
            flusher,
            owes_scrub: false,
        };
        let thread = std::thread::Builder::new()
            .name("escale-writer".into())
            .spawn(move || serve(committer, &messages))?;
        Ok(Self {
            inbox,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Queues the work and waits until the commit that holds it is on the disk.
    pub async fn submit<F, T>(&self, trace: Trace, work: F) -> Result<T, StoreError>
    where
        F: FnMut(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Work(Box::new(Task {
            work,
            trace,
            result: None,
            reply,
        })))?;
        answer.await.map_err(|_| StoreError::Unavailable)?
    }

    /// Commits what is queued, empties the log into the file and ends the thread.
    pub async fn close(&self) -> Result<(), StoreError> {
        let (reply, closed) = oneshot::channel();
        self.send(Message::Close(reply))?;
        closed.await.map_err(|_| StoreError::Unavailable)?;
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        thread.map_or(Ok(()), |thread| {
            thread.join().map_err(|_| StoreError::Unavailable)
        })
    }

    fn send(&self, message: Message) -> Result<(), StoreError> {
        self.inbox.try_send(message).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => StoreError::Unavailable,
        })
    }
}

fn serve(mut committer: Committer, messages: &Receiver<Message>) {
    while let Ok(first) = messages.recv() {
        let (group, close) = gather(first, messages);
        committer.commit(group);
        if let Some(closed) = close {
            committer.flusher.close();
            committer.checkpoint();
            drop(committer);
            let _ = closed.send(());
            return;
        }
    }
}

/// Collects the jobs that wait already, at most [`GROUP`]. It waits for no further ones, so a lone
/// sync is not delayed.
fn gather(first: Message, messages: &Receiver<Message>) -> (Group, Option<oneshot::Sender<()>>) {
    let mut group = Group::new();
    let mut next = Some(first);
    while let Some(message) = next {
        match message {
            Message::Work(job) => group.push(job),
            Message::Close(closed) => return (group, Some(closed)),
        }
        next = if group.len() < GROUP {
            messages.try_recv().ok()
        } else {
            None
        };
    }
    (group, None)
}

struct Committer {
    db: Connection,
    flusher: Flusher,
    /// A reader stood in the way of the last scrub: the log still holds what was erased.
    owes_scrub: bool,
}

impl Committer {
    fn commit(&mut self, mut group: Group) {
        if group.is_empty() {
            return;
        }
        match self.attempt(&mut group) {
            Ok(()) => {
                self.owes_scrub |= group.iter().any(|job| job.trace() == Trace::Scrub);
                if self.owes_scrub {
                    self.checkpoint();
                }
                self.flusher.flush(group);
            }
            // One bad member must not cost the others their commit.
            Err(_) if group.len() > 1 => group.into_iter().for_each(|job| self.commit(vec![job])),
            Err(error) => {
                tracing::error!(code = error_code(&error), "a write failed");
                if error.sqlite_error_code() == Some(ErrorCode::DiskFull) {
                    // What the log holds may find room in the file, and the log's own room is free then.
                    self.checkpoint();
                }
                refuse(group);
            }
        }
    }

    fn attempt(&mut self, group: &mut Group) -> rusqlite::Result<()> {
        let tx = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        for job in group {
            job.run(&tx)?;
        }
        tx.commit()
    }

    /// Moves the log into the file and truncates it: no erased byte stays behind in it.
    fn checkpoint(&mut self) {
        let busy = self
            .db
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
                row.get::<_, i64>(0)
            });
        let was_owed = std::mem::replace(&mut self.owes_scrub, !matches!(busy, Ok(0)));
        if self.owes_scrub && !was_owed {
            tracing::warn!(
                "the write-ahead log could not be emptied now; it is tried again after each commit"
            );
        }
    }
}

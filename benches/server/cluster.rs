//! A PostgreSQL server of this run's own, which waits for the disk as one in earnest does. It ends with the process.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use tokio_postgres::NoTls;

/// As a server of its own machine would have them.
const SETTINGS: &str = "-c fsync=on -c shared_buffers=1GB -c max_wal_size=4GB";

pub struct Cluster {
    folder: std::path::PathBuf,
    /// Its standard input ends with this process, and so does the server.
    _script: Child,
}

impl Cluster {
    pub fn start(folder: TempDir) -> Self {
        let folder = folder.keep();
        let mut script = Command::new("sh")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/http/postgres.sh"))
            .args([folder.as_os_str(), SETTINGS.as_ref()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut reply = String::new();
        BufReader::new(script.stdout.take().unwrap())
            .read_line(&mut reply)
            .unwrap();
        assert_eq!(
            reply, "ready\n",
            "PostgreSQL did not start; its words are above"
        );
        Self {
            folder,
            _script: script,
        }
    }

    /// The URL of an empty database.
    pub async fn new_database(&self, name: &str) -> String {
        let (client, line) = tokio_postgres::connect(&self.url("postgres"), NoTls)
            .await
            .unwrap();
        tokio::spawn(line);
        client
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .await
            .unwrap();
        self.url(name)
    }

    fn url(&self, database: &str) -> String {
        format!(
            "postgres:///{database}?user=escale&host={}",
            self.folder.display()
        )
    }
}

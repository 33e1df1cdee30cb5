//! One PostgreSQL server for all tests of this process, a database a test. It ends with the process.

use std::fs::Permissions;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::{Client, NoTls};

use crate::certificates::Shown;

static CLUSTER: OnceLock<Cluster> = OnceLock::new();

pub struct Cluster {
    folder: PathBuf,
    port: u16,
    databases: AtomicU32,
    /// Its standard input ends with this process, and so does the server.
    _script: Child,
}

impl Cluster {
    pub fn get() -> &'static Self {
        CLUSTER.get_or_init(|| Self::start(tempfile::TempDir::new().unwrap().keep(), ""))
    }

    /// Another one, which speaks TLS on the loopback, and its port.
    #[allow(dead_code, reason = "the embedded store has no line")]
    pub fn encrypted(shown: &Shown) -> (Self, u16) {
        let folder = tempfile::TempDir::new().unwrap().keep();
        for (name, pem) in [("server.crt", &shown.certificate), ("server.key", &shown.key)] {
            std::fs::write(folder.join(name), pem).unwrap();
            std::fs::set_permissions(folder.join(name), Permissions::from_mode(0o600)).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let files = format!("-c ssl_cert_file='{0}/server.crt' -c ssl_key_file='{0}/server.key'", folder.display());
        let cluster = Self::start(folder, &format!("-c listen_addresses=127.0.0.1 -p {port} -c ssl=on {files}"));
        (Self { port, ..cluster }, port)
    }

    fn start(folder: PathBuf, options: &str) -> Self {
        let mut script = Command::new("sh")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/http/postgres.sh"))
            .arg(&folder)
            .arg(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(script.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "ready\n", "PostgreSQL did not start; its words are above");
        Self { folder, port: 5432, databases: AtomicU32::new(0), _script: script }
    }

    /// The URL of an empty database.
    pub fn new_database(&self) -> String {
        let name = format!("stories_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        on(&self.url("postgres"), async |db| db.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap());
        self.url(&name)
    }

    /// Where a database of it is.
    pub fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?user=escale&host={}&port={}", self.folder.display(), self.port)
    }

    /// What it logged of a database.
    #[allow(dead_code, reason = "the embedded store has no such log")]
    pub fn log_of(&self, url: &str) -> Vec<String> {
        let name = url.trim_start_matches("postgres:///").split('?').next().unwrap();
        let log = std::fs::read_to_string(self.folder.join("log.txt")).unwrap();
        let own = log.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        own.map(ToOwned::to_owned).collect()
    }
}

/// Speaks to a database as its owner would.
pub fn on<T>(url: &str, what: impl AsyncFnOnce(&Client) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, line) = tokio_postgres::connect(url, NoTls).await.unwrap();
        let line = tokio::spawn(line);
        let answer = what(&client).await;
        drop(client);
        line.await.unwrap().unwrap();
        answer
    })
}

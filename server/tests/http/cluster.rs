//! One PostgreSQL server for all tests of this process, a database a test. It ends with the process.

use std::fs::Permissions;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
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
    script: Child,
    output: BufReader<ChildStdout>,
}

impl Cluster {
    pub fn get() -> &'static Self {
        CLUSTER.get_or_init(|| Self::start(new_folder(), ""))
    }

    /// A server of a test's own, which waits for the disk and may be killed.
    #[allow(dead_code, reason = "the embedded store has none")]
    pub fn alone() -> Self {
        Self::start(new_folder(), "-c fsync=on")
    }

    /// Another one, which speaks TLS on the loopback, and its port.
    #[allow(dead_code, reason = "the embedded store has no line")]
    pub fn encrypted(shown: &Shown) -> (Self, u16) {
        let folder = new_folder();
        let place = folder.display();
        let files = format!(
            "-c ssl=on -c ssl_cert_file='{place}/server.crt' -c ssl_key_file='{place}/server.key'"
        );
        for (name, pem) in [
            ("server.crt", &shown.certificate),
            ("server.key", &shown.key),
        ] {
            std::fs::write(folder.join(name), pem).unwrap();
            std::fs::set_permissions(folder.join(name), Permissions::from_mode(0o600)).unwrap();
        }
        Self::on_the_loopback(folder, &files)
    }

    /// Another one, which does not, and its port.
    #[allow(dead_code, reason = "the embedded store has no line")]
    pub fn plain() -> (Self, u16) {
        Self::on_the_loopback(new_folder(), "")
    }

    fn on_the_loopback(folder: PathBuf, options: &str) -> (Self, u16) {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut cluster = Self::start(
            folder,
            &format!("-c listen_addresses=127.0.0.1 -p {port} {options}"),
        );
        cluster.port = port;
        (cluster, port)
    }

    fn start(folder: PathBuf, options: &str) -> Self {
        let mut script = Command::new("sh")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/http/postgres.sh"))
            .args([folder.as_os_str(), options.as_ref()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let reader = BufReader::new(script.stdout.take().unwrap());
        let mut cluster = Self {
            folder,
            port: 5432,
            databases: AtomicU32::new(0),
            script,
            output: reader,
        };
        cluster.wait_until_ready();
        cluster
    }

    fn wait_until_ready(&mut self) {
        let mut reply = String::new();
        self.output.read_line(&mut reply).unwrap();
        assert_eq!(
            reply, "ready\n",
            "PostgreSQL did not start; its output is above"
        );
    }

    /// Kills all of it at once, as a power cut would.
    #[allow(dead_code, reason = "the embedded store has none")]
    pub fn kill(&self) {
        let pid = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap();
        let first = pid.lines().next().unwrap();
        let children = Command::new("pgrep").args(["-P", first]).output().unwrap();
        let children = String::from_utf8(children.stdout).unwrap();
        let all: Vec<&str> = std::iter::once(first).chain(children.lines()).collect();
        Command::new("kill")
            .arg("-KILL")
            .args(&all)
            .status()
            .unwrap();
        // A killed process is there until it was taken note of, and the next server will not share its memory.
        for pid in all {
            let stat = format!("/proc/{pid}/stat");
            while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
                std::thread::yield_now();
            }
        }
    }

    /// Starts it again after a kill; it has recovered when this returns.
    #[allow(dead_code, reason = "the embedded store has none")]
    pub fn start_again(&mut self) {
        self.script
            .stdin
            .as_mut()
            .unwrap()
            .write_all(b"again\n")
            .unwrap();
        self.wait_until_ready();
    }

    /// The URL of an empty database.
    pub fn new_database(&self) -> String {
        let name = format!("stories_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        on(&self.url("postgres"), async |db| {
            db.batch_execute(&format!("CREATE DATABASE {name}"))
                .await
                .unwrap()
        });
        self.url(&name)
    }

    /// Returns the path of its socket.
    #[allow(dead_code, reason = "the embedded store has no socket")]
    pub fn socket(&self) -> PathBuf {
        self.folder.join(format!(".s.PGSQL.{}", self.port))
    }

    /// Returns the URL of a database in the cluster.
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgres:///{database}?user=escale&host={}&port={}",
            self.folder.display(),
            self.port
        )
    }

    /// Returns the log lines of a database.
    #[allow(dead_code, reason = "the embedded store has no such log")]
    pub fn log_of(&self, url: &str) -> Vec<String> {
        let name = url
            .trim_start_matches("postgres:///")
            .split('?')
            .next()
            .unwrap();
        let log = std::fs::read_to_string(self.folder.join("log.txt")).unwrap();
        let own = log
            .lines()
            .filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        own.map(ToOwned::to_owned).collect()
    }
}

fn new_folder() -> PathBuf {
    tempfile::TempDir::new().unwrap().keep()
}

/// Speaks to a database as its owner would.
pub fn on<T>(url: &str, what: impl AsyncFnOnce(&Client) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (client, line) = tokio_postgres::connect(url, NoTls).await.unwrap();
        let line = tokio::spawn(line);
        let answer = what(&client).await;
        drop(client);
        line.await.unwrap().unwrap();
        answer
    })
}

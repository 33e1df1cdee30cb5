//! The real command, serving a database. It is killed when this goes.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::work::SITE;

pub struct Served {
    child: Child,
    /// Kept open: what it says later must not meet a closed door.
    _stdout: BufReader<ChildStdout>,
    pub address: SocketAddr,
    /// From the call of the command to the line that says where it listens.
    pub start: Duration,
}

impl Served {
    /// With the demo's config, and without a limit to how often one visitor calls.
    pub fn start(db: &str) -> Self {
        let begun = Instant::now();
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/demo/escale.json");
        let mut child = Command::new(env!("CARGO_BIN_EXE_escale"))
            .args([
                "serve",
                "--site",
                SITE,
                "--listen",
                "127.0.0.1:0",
                "--db",
                db,
                "--config",
            ])
            .arg(config)
            .env("ESCALE_REQUESTS_A_MINUTE", "1000000")
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let (mut line, mut reader) = (String::new(), BufReader::new(child.stdout.take().unwrap()));
        reader.read_line(&mut line).unwrap();
        let base = line
            .split_whitespace()
            .find_map(|part| part.strip_prefix("http://"))
            .expect("it says where it listens");
        Self {
            address: base.trim_end_matches('/').parse().unwrap(),
            start: begun.elapsed(),
            child,
            _stdout: reader,
        }
    }

    /// Its memory now, in MiB.
    pub fn memory_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .unwrap_or_default();
        let kib = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap_or("0");
        kib.trim()
            .trim_end_matches(" kB")
            .parse::<u64>()
            .unwrap_or(0)
            >> 10
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

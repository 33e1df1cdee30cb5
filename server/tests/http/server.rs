//! One server a test: the binary, a folder of its own, a free port.

use std::fs::File;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::http::Response;
use ureq::{Agent, Body};

use crate::database::Database;

/// Shared with the tests' own "back end".
pub const SECRET: &str = "a shared secret of the tests, long enough";

/// Held by the tests' "back end" alone.
pub const API_KEY: &str = "an API key of the tests, long enough too";

const LOG: &str = "log.txt";

pub struct Server {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    base: String,
    home: Home,
    agent: Agent,
}

/// Parts that outlive a server: a folder with its config and log, and its data.
#[derive(Clone)]
pub struct Home {
    folder: Arc<TempDir>,
    database: Database,
    arguments: Vec<String>,
}

/// An answer read to its end.
pub struct Answer {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub fn assert_error(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status, self.json()["error"]["code"].as_str()),
            (status, Some(code))
        );
        let error = &self.json()["error"];
        assert!(
            !error["message"].as_str().unwrap().is_empty()
                && !error["hint"].as_str().unwrap().is_empty()
        );
    }
}

impl Server {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    pub fn start_with(arguments: &[&str]) -> Self {
        Self::start_in(Self::new_folder(), arguments)
    }

    /// A site with another config.
    pub fn start_of(config: &str) -> Self {
        let home = Self::new_folder();
        std::fs::write(home.folder.path().join("escale.json"), config).unwrap();
        home.start()
    }

    /// On a database that is there already.
    #[allow(dead_code, reason = "only where a test brings its own")]
    pub fn start_on(database: Database) -> Self {
        Home {
            database,
            ..Self::new_folder()
        }
        .start()
    }

    /// A place for servers that are to be started later.
    pub fn new_folder() -> Home {
        let folder = Arc::new(TempDir::new().unwrap());
        std::fs::write(folder.path().join("escale.json"), config()).unwrap();
        let database = Database::new(folder.path());
        Home {
            folder,
            database,
            arguments: Vec::new(),
        }
    }

    /// One more server on the same data.
    #[allow(dead_code, reason = "only where several can share them")]
    pub fn another(&self) -> Self {
        self.home.start()
    }

    fn start_in(home: Home, arguments: &[&str]) -> Self {
        // A limit of a file's size stands for a full disk: it is an error, not an end.
        let mut child = Command::new("sh")
            .args([
                "-c",
                "trap '' XFSZ; exec \"$0\" \"$@\"",
                env!("CARGO_BIN_EXE_escale"),
            ])
            .args([
                "serve",
                "--site",
                "demo",
                "--listen",
                "127.0.0.1:0",
                "--origin",
                "https://www.shop.example",
            ])
            .args(["--config", "escale.json", "--db", &home.database.argument()])
            .args(arguments)
            .args(&home.arguments)
            .current_dir(home.folder.path())
            .env("ESCALE_IDENTITY_SECRET", SECRET)
            .env("ESCALE_API_KEY", API_KEY)
            // The stories are faster than visitors are; one of them is about that.
            .env("ESCALE_REQUESTS_A_MINUTE", "1000000")
            .env("ESCALE_LOG", "info")
            .stdout(Stdio::piped())
            .stderr(
                File::options()
                    .create(true)
                    .append(true)
                    .open(home.folder.path().join(LOG))
                    .unwrap(),
            )
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines
            .next()
            .expect("the server says where it listens")
            .unwrap();
        let base = line
            .split_whitespace()
            .find(|part| part.starts_with("http://"))
            .unwrap()
            .trim_end_matches('/')
            .to_owned();
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .build()
            .new_agent();
        Self {
            child,
            lines,
            base,
            home,
            agent,
        }
    }

    /// Kills it as a power cut would, and starts it again on the same data.
    pub fn kill_and_restart(mut self) -> Self {
        self.kill();
        self.home.start()
    }

    /// Kills it, and starts it again on the same data with other arguments.
    pub fn restarted_with(mut self, arguments: &[&str]) -> Self {
        self.kill();
        Self::start_in(self.home.clone(), arguments)
    }

    /// Kills it, changes its data as time would have, and starts it again.
    pub fn after(mut self, change: &str) -> Self {
        self.kill();
        self.home.database.run(change);
        self.home.start()
    }

    pub fn database(&self) -> &Database {
        &self.home.database
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop as a service manager does; what it printed on the way comes back.
    pub fn stop_and_restart(mut self) -> (Vec<String>, Self) {
        let asked = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(asked.success());
        let log = self.lines.by_ref().map(Result::unwrap).collect();
        let ended = self.child.wait().unwrap();
        assert!(ended.success(), "{ended}");
        (log, self.home.start())
    }

    /// The next line that it prints.
    #[allow(dead_code, reason = "not every program needs it")]
    pub fn next_line(&mut self) -> String {
        self.lines.next().unwrap().unwrap()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn folder(&self) -> &Path {
        self.home.folder.path()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.home.folder.path().join(LOG)).unwrap()
    }

    pub fn agent(&self) -> Agent {
        self.agent.clone()
    }

    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = self.agent.get(format!("{}{path}", self.base));
        read(
            headers
                .iter()
                .fold(request, |request, (name, value)| {
                    request.header(*name, *value)
                })
                .call()
                .unwrap(),
        )
    }

    pub fn delete(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = self.agent.delete(format!("{}{path}", self.base));
        read(
            headers
                .iter()
                .fold(request, |request, (name, value)| {
                    request.header(*name, *value)
                })
                .call()
                .unwrap(),
        )
    }

    /// Waits until `/readyz` has this status: the server checks its database by itself.
    pub fn wait_for_readiness(&self, status: u16) {
        while self.get("/readyz", &[]).status != status {
            std::thread::yield_now();
        }
    }

    /// Erases by a visitor's secret or by an erase-only token.
    pub fn ask_to_erase(&self, secret: &str) -> Answer {
        self.delete(
            "/v1/me?site=demo",
            &[("authorization", &format!("Bearer {secret}"))],
        )
    }

    pub fn erase(&self, secret: &str) -> u16 {
        self.ask_to_erase(secret).status
    }

    /// As the site's back end, without a body.
    pub fn ask(&self, method: &str, path: &str) -> Answer {
        let key = format!("Bearer {API_KEY}");
        let uri = format!("{}{path}", self.base);
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(uri)
            .header("authorization", key);
        read(self.agent.run(request.body(()).unwrap()).unwrap())
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_as(
            path,
            &[("content-type", "application/json")],
            body.to_string().as_bytes(),
        )
    }

    pub fn post_as(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let request = self.agent.post(format!("{}{path}", self.base));
        read(
            headers
                .iter()
                .fold(request, |request, (name, value)| {
                    request.header(*name, *value)
                })
                .send(body)
                .unwrap(),
        )
    }

    pub fn options(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = self.agent.options(format!("{}{path}", self.base));
        read(
            headers
                .iter()
                .fold(request, |request, (name, value)| {
                    request.header(*name, *value)
                })
                .call()
                .unwrap(),
        )
    }
}

impl Home {
    /// Sets the further arguments with which every server here is started.
    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments = arguments
            .iter()
            .map(|argument| (*argument).to_owned())
            .collect();
        self
    }

    /// And with these.
    pub fn and(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    /// With its data there.
    #[allow(dead_code, reason = "the embedded store is a file")]
    pub fn on(mut self, url: &str) -> Self {
        self.database = Database::Postgres(url.to_owned());
        self
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Why no server starts here.
    pub fn start_error(&self) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_escale"))
            .args([
                "serve",
                "--site",
                "demo",
                "--config",
                "escale.json",
                "--listen",
                "127.0.0.1:0",
                "--db",
                &self.database.argument(),
            ])
            .args(&self.arguments)
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    }

    pub fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a file beside the data, such as another config.
    pub fn write(&self, name: &str, content: &str) {
        std::fs::write(self.folder.path().join(name), content).unwrap();
    }

    pub fn start(&self) -> Server {
        Server::start_in(self.clone(), &[])
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(response: Response<Body>) -> Answer {
    let (head, mut body) = response.into_parts();
    Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        bytes: body.read_to_vec().unwrap(),
    }
}

/// A small site of its own.
pub fn config() -> String {
    json!({
        "version": 1,
        "facets": { "trip": { "topics": ["city", "exotic", "beach"] } },
        "families": { "city": {}, "exotic": {} },
        "placements": { "home-hero": {} },
        // Stories happen at the present hour: nothing may be left to a draw, which follows from it.
        "policy": { "holdout": 0, "exploration": 0, "temperature": 0 },
        "declared": { "numbers": ["children"] },
        "offers": [
            { "id": "lisbonne", "family": "city", "placements": ["home-hero"], "topics": { "trip.city": 1 },
              "content": { "fr": { "title": "Lisbonne, trois nuits" }, "en": { "title": "Lisbon, three nights" } } },
            { "id": "bali", "family": "exotic", "placements": ["home-hero"], "topics": { "trip.exotic": 1 },
              "content": { "fr": { "title": "Bali, neuf nuits" }, "en": { "title": "Bali, nine nights" } } },
        ],
    })
    .to_string()
}

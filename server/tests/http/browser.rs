//! A visitor's browser: secrets, a replica, the engine. It speaks to the server as the real client
//! does.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use escale::{Config, Engine, PageFacts, compile, snapshot};
use serde_json::{Value, json};

use crate::server::{Answer, Server, config};

/// A day in 2026: times are arguments everywhere.
pub const NOW_MS: f64 = 1_790_000_000_000.0;

pub struct Browser {
    pub visitor: String,
    pub erase: String,
    pub replica: String,
    pub version: u64,
    pub seen: u64,
    pub engine: Engine,
}

impl Browser {
    /// A browser of visitor `n`, whose secrets are made of that number.
    pub fn of_visitor(n: u8, replica: u8) -> Self {
        Self::with(&config(), n, replica)
    }

    /// As [`Self::of_visitor`], on a site with another config.
    pub fn with(config: &str, n: u8, replica: u8) -> Self {
        let compiled = compile(config).expect("the tests' config has no fault");
        let engine = Engine::new(Config::from_bytes(compiled.bytes).unwrap());
        let (visitor, erase) = (base64url(&[n; 16]), base64url(&[n, 0xEE].repeat(8)));
        Self {
            visitor,
            erase,
            replica: base64url(&[replica; 8]),
            version: 0,
            seen: 0,
            engine,
        }
    }

    /// Looks at a page about a topic.
    pub fn view(&mut self, topic: &str) -> &mut Self {
        let facts = PageFacts {
            explicit: topic,
            ..PageFacts::default()
        };
        let event = self
            .engine
            .page(NOW_MS + self.version as f64 * 1000.0, &facts);
        assert_eq!(self.engine.apply(&event), 1);
        self.version += 1;
        self
    }

    pub fn body(&self) -> Value {
        json!({
            "site": "demo", "visitor": self.visitor, "erase": self.erase, "replica": self.replica,
            "version": self.version, "state": base64url(&self.engine.save()), "seen": self.seen, "config": "00000000",
        })
    }

    /// Syncs and merges the remote state.
    #[track_caller]
    pub fn sync(&mut self, server: &Server) -> Value {
        let answer = server.post("/v1/sync", &self.body());
        assert_eq!(
            answer.status,
            200,
            "{}",
            String::from_utf8_lossy(&answer.bytes)
        );
        let answer = answer.json();
        if let Some(state) = answer["remote"]["state"].as_str() {
            let own = self.engine.save();
            self.engine.load_with(&own, &from_base64url(state)).unwrap();
            self.seen = answer["remote"]["seq"].as_u64().unwrap();
        }
        answer
    }

    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.visitor)
    }

    pub fn export(&self, server: &Server) -> Answer {
        server.get("/v1/me?site=demo", &[("authorization", &self.bearer())])
    }

    /// The mass of a topic, in what this browser knows.
    pub fn mass(&self, topic: &str) -> f64 {
        let knowledge = snapshot(&self.engine, NOW_MS);
        let topics = knowledge.facets.iter().flat_map(|facet| &facet.topics);
        topics
            .filter(|known| known.name == topic)
            .map(|known| known.mass)
            .sum()
    }
}

pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn from_base64url(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

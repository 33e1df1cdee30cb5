//! Eight browsers that sync as fast as they can until the server or its database is killed.
//! Afterwards the acknowledged syncs are checked.

use std::collections::HashMap;
use std::sync::mpsc::{Sender, channel};

use crate::browser::Browser;
use crate::server::Server;

const BROWSERS: u8 = 8;

/// Number of kills: twenty, unless `make kills` sets another one.
pub fn kills() -> u32 {
    std::env::var("ESCALE_KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok())
        .unwrap_or(20)
}

#[derive(Default)]
pub struct Load {
    /// The last version of each browser.
    acknowledged: HashMap<u8, u64>,
    /// Number of acknowledged syncs.
    all: i64,
    kills: i64,
}

impl Load {
    /// Until so many were acknowledged; then `kill` is to end it.
    pub fn until(&mut self, enough: usize, server: &Server, kill: impl FnOnce()) {
        let (acks, taken) = channel();
        std::thread::scope(|scope| {
            for n in 0..BROWSERS {
                // The version after the last acknowledged one may have been stored, its answer cut off.
                let from = self.acknowledged.get(&n).map_or(0, |version| version + 1);
                let acks = acks.clone();
                let (agent, url) = (server.agent(), format!("{}/v1/sync", server.base()));
                scope.spawn(move || sync_until_it_dies(&agent, &url, (n, from), &acks));
            }
            drop(acks);
            self.acknowledged
                .extend(taken.iter().take(enough).inspect(|_| self.all += 1));
            kill();
            // What was answered before the kill counts too.
            self.acknowledged
                .extend(taken.iter().inspect(|_| self.all += 1));
        });
        self.kills += 1;
    }

    #[track_caller]
    pub fn is_held_by(&self, server: &Server) {
        for (n, version) in &self.acknowledged {
            let held =
                Browser::of_visitor(*n, 1).export(server).json()["replicas"][0]["version"].as_u64();
            // What was sent last may have been stored without an answer; nothing else may be there.
            let expected = Some(*version)..=Some(*version + 1);
            assert!(
                expected.contains(&held),
                "kill {}: visitor {n} held {held:?}, acknowledged {version}",
                self.kills
            );
        }
    }

    /// Each state counts once; of what was not acknowledged, each browser may have stored one at each kill.
    #[track_caller]
    pub fn is_counted_once(&self, server: &Server) {
        let changes = server
            .database()
            .number("SELECT CAST(sum(changes) AS BIGINT) FROM replicas");
        let (all, kills) = (self.all, self.kills);
        let most = all + i64::from(BROWSERS) * kills;
        assert!(
            (all..=most).contains(&changes),
            "{changes} states stored of {all} acknowledged"
        );
        assert_eq!(
            server.database().number("SELECT count(*) FROM replicas"),
            i64::from(BROWSERS)
        );
        println!("{kills} kills, {all} acknowledged syncs, none lost ({changes} states stored)");
    }
}

fn sync_until_it_dies(
    agent: &ureq::Agent,
    url: &str,
    (n, from): (u8, u64),
    acks: &Sender<(u8, u64)>,
) {
    let mut browser = Browser::of_visitor(n, 1);
    browser.version = from;
    loop {
        browser.view("trip.city");
        match agent
            .post(url)
            .header("content-type", "application/json")
            .send(browser.body().to_string().as_bytes())
        {
            Ok(answer) if answer.status() == 200 => {}
            _ => return,
        }
        if acks.send((n, browser.version)).is_err() {
            return;
        }
    }
}

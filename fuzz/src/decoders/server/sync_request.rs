//! The body of `POST /v1/sync`, as anyone may send it. An invalid profile is rejected, and an
//! accepted one can be encoded again. The checksum of the state is corrected, so that the fuzzer
//! gets past the check.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use escale::Profile;
use escale_server::base::ids::Site;
use escale_server::decoders::{SyncBody, check, export, merged_state};
use escale_server::store::{RemoteState, Taken};
use escale_server::sync::version_rule::{Held, Verdict, judge};
use serde_json::{Value, json};

use crate::decoders::profile;
use crate::site::{NOW_MS, config};
use crate::target::Target;

pub const TARGET: Target = Target {
    name: "sync",
    most_bytes: 4096,
    share: 1,
    memory: 8 << 20,
    seeds,
    take,
};

static SITE: LazyLock<Site> = LazyLock::new(|| Site::new("demo"));
const NOW: u64 = NOW_MS as u64;
const TODAY: u32 = (NOW / 86_400_000) as u32;

fn seeds() -> Vec<Vec<u8>> {
    let receipt = json!({"at": NOW, "version": "2026-11", "source": "banner", "purposes": ["personalise", "keep", "sync"]});
    let body = |(at, state): (usize, Vec<u8>)| {
        let state = URL_SAFE_NO_PAD.encode(profile::with_sum(&state));
        let ids = [
            "AQEBAQEBAQEBAQEBAQEBAQ",
            "AgICAgICAgICAgICAgICAg",
            "AwMDAwMDAwM",
        ];
        let consent = if at % 2 == 0 {
            receipt.clone()
        } else {
            Value::Null
        };
        json!({"site": "demo", "visitor": ids[0], "erase": ids[1], "replica": ids[2], "version": at + 1, "state": state,
            "seen": at, "consent": consent})
    };
    let bodies = profile::seeds().into_iter().enumerate().map(body);
    bodies.map(|body| body.to_string().into_bytes()).collect()
}

fn take(body: &[u8]) {
    let Ok(request) = serde_json::from_slice::<SyncBody>(body) else {
        return;
    };
    let Ok(parsed) = request.parse(&SITE, NOW) else {
        return;
    };
    if let Some(receipt) = &parsed.consent {
        let Some(text) = receipt.in_place_of(None) else {
            panic!("a first receipt is kept")
        };
        assert_eq!(
            receipt.in_place_of(Some(&text)),
            None,
            "reported again it changes nothing"
        );
    }
    judged(&parsed.state);
    if let Some(content) = parsed.state.len().checked_sub(4) {
        judged(&profile::with_sum(&parsed.state[..content]));
    }
}

fn judged(state: &[u8]) {
    let Ok(profile) = check(state) else { return };
    assert_eq!(
        profile.encode(),
        state,
        "what is taken has the form that is written"
    );
    let held = |version| Some(Held { version, state });
    assert!(
        matches!(
            judge(None, 1, state, &profile, TODAY),
            Verdict::Store | Verdict::TooMuch
        ),
        "a first one is news"
    );
    assert_eq!(
        judge(held(2), 2, state, &profile, TODAY),
        Verdict::Same,
        "synced again it changes nothing"
    );
    assert_eq!(
        judge(held(2), 1, state, &profile, TODAY),
        Verdict::Conflict,
        "an older one is a conflict"
    );
    let taken = || Taken {
        state: state.to_vec(),
        day: TODAY,
    };
    let remote = RemoteState {
        seq: 1,
        states: vec![taken(), taken()],
        imported: Vec::new(),
    };
    let merged = merged_state(&remote, &escale::Profile::default(), config(), NOW);
    assert!(
        Profile::decode(&merged).is_ok_and(|both| both.encode() == merged),
        "the merged remote state is a profile"
    );
    assert!(
        !export(state, config(), NOW).is_null(),
        "what is held can be shown to whose it is"
    );
}

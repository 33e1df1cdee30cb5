//! Input of a page or a call: topics, address and structured data, or a name and packed fields. All
//! of it may be crafted.

use escale::{Engine, Event, PageFacts, Profile};

use crate::seeds;
use crate::site::{NOW_MS, with_engine};
use crate::target::Target;

pub const TARGET: Target = Target {
    name: "call",
    most_bytes: 1024,
    share: 2,
    memory: 1 << 20,
    seeds,
    take,
};

/// An event is at most so long; a call is one, and the scenarios that it fires.
const EVENT_BYTES: usize = 255;

fn seeds() -> Vec<Vec<u8>> {
    seeds::golden()
        .into_iter()
        .flat_map(|lived| lived.calls)
        .map(String::into_bytes)
        .collect()
}

fn take(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut parts = text.splitn(4, '\0');
    let mut part = || parts.next().unwrap_or("");
    let (name, first, second, third) = (part(), part(), part(), part());
    with_engine(|engine| {
        engine.page(NOW_MS, &PageFacts::default());
        let outcome = match name {
            "page" => Some(engine.page(
                NOW_MS,
                &PageFacts {
                    explicit: first,
                    url: second,
                    tokens: third,
                },
            )),
            _ => engine.track(NOW_MS, name, first).ok(),
        };
        match outcome {
            Some(events) => counts(engine, &events),
            None => assert!(engine.known().is_empty(), "what is refused changes nothing"),
        }
    });
}

fn counts(engine: &mut Engine, events: &[u8]) {
    let (mut rest, mut count) = (events, 0);
    while let Some(event) = Event::decode_next(&mut rest) {
        assert!(event.is_some(), "own events can be read");
        count += 1;
    }
    assert!(
        count > 0 && events.len() <= count * EVENT_BYTES,
        "a call is an event at least"
    );
    assert_eq!(
        engine.apply(events) as usize,
        count,
        "own events are applied"
    );
    let own = engine.save();
    assert!(
        Profile::decode(&own).is_ok_and(|profile| profile.encode() == own),
        "own bytes"
    );
}

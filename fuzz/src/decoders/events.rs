//! Batches of event bytes: what tabs leave for each other in a browser's storage.

use escale::{Event, Profile};

use crate::seeds;
use crate::site::with_engine;
use crate::target::Target;

pub const TARGET: Target = Target {
    name: "events",
    most_bytes: 1024,
    share: 4,
    memory: 1 << 20,
    seeds,
    take,
};

fn seeds() -> Vec<Vec<u8>> {
    let lived = seeds::golden();
    let whole = lived.iter().map(|lived| lived.events.concat());
    lived
        .iter()
        .flat_map(|lived| lived.events.clone())
        .chain(whole)
        .filter(|batch| batch.len() <= 1024)
        .collect()
}

fn take(batch: &[u8]) {
    let mut events = Vec::new();
    let mut rest = batch;
    while let Some(event) = Event::decode_next(&mut rest) {
        events.extend(event);
    }
    assert!(rest.is_empty(), "a batch is read to its end");
    let one_by_one = with_engine(|engine| {
        for event in &events {
            let mut own = Vec::new();
            event.encode(&mut own);
            assert_eq!(
                Event::decode_next(&mut own.as_slice()),
                Some(Some(event.clone())),
                "an event survives its bytes"
            );
            assert_eq!(engine.apply(&own), 1, "what can be read is applied");
        }
        engine.save()
    });
    with_engine(|engine| {
        assert_eq!(
            engine.apply(batch) as usize,
            events.len(),
            "what can be read is applied"
        );
        let own = engine.save();
        assert_eq!(
            one_by_one, own,
            "events add up, in whatever batches they come"
        );
        assert!(
            Profile::decode(&own).is_ok_and(|profile| profile.encode() == own),
            "own bytes"
        );
    });
}

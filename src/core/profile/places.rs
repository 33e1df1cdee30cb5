//! Larger places: an event about Lisbon is one about Portugal and about Europe too. Comes in: the
//! topics of an event; goes out: the topics they lie in, each once, however many of the event's own
//! lie in it.

use crate::core::config::{Config, MAX_PARENTS, Topic};
use crate::core::event::TopicWeight;

/// The topics that these lie in, with the largest weight of what lies in them; none that is named
/// itself.
pub(super) fn larger_places(topics: &[TopicWeight], config: &Config) -> Vec<TopicWeight> {
    let mut larger: Vec<TopicWeight> = Vec::new();
    for t in topics {
        let Some(named) = config.find::<Topic>(t.topic) else {
            continue;
        };
        let mut parent = config.topic(named).parent;
        for _ in 0..MAX_PARENTS {
            let Some(next) = parent else { break };
            let place = config.topic(next);
            parent = place.parent;
            if topics.iter().any(|named| named.topic == place.hash) {
                continue;
            }
            match larger.iter_mut().find(|known| known.topic == place.hash) {
                Some(known) => known.sixteenths = known.sixteenths.max(t.sixteenths),
                None => larger.push(TopicWeight {
                    topic: place.hash,
                    sixteenths: t.sixteenths,
                }),
            }
        }
    }
    larger
}

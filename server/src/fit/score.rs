//! Scores of the compiled engine, event by event. In: paths and a config. Out: figures. Never: a
//! shortcut around the engine.

use escale::internals::traits::affinity::Affinity;
use escale::{Config, Engine, PageFacts};

use super::figures::{Figures, Step};
use super::visits::{Paths, VisitorPath};

/// Feeds each path to the engine, and scores its prediction before each next visit.
pub fn engine(
    visitors: &[&VisitorPath],
    paths: &Paths,
    config: &Config,
    mut done: impl FnMut(),
) -> Figures {
    let mut figures = Figures::default();
    let mut engine = Engine::new(config.clone());
    let base_rates: Vec<f64> = config
        .indices()
        .map(|topic| config.topic(topic).base_rate)
        .collect();
    let names: Vec<String> = paths
        .topics
        .iter()
        .map(|topic| format!("{}.{topic}", paths.facet))
        .collect();
    let mut probabilities = Vec::new();
    for path in visitors {
        // An empty profile always loads.
        let _ = engine.load(&[]);
        for pair in path.visits.windows(2) {
            for topic in &pair[0].topics {
                let facts = PageFacts {
                    explicit: &names[usize::from(*topic)],
                    ..PageFacts::default()
                };
                let event = engine.page(pair[0].at_ms, &facts);
                engine.apply(&event);
            }
            let now_s = engine.known().last_s;
            let affinity = Affinity::read(engine.known(), config, now_s);
            probabilities.clear();
            probabilities.extend(affinity.topics.iter().map(|topic| topic.probability));
            figures.add(&Step {
                probabilities: &probabilities,
                base_rates: &base_rates,
                next: &pair[1].topics,
                latest: pair[0].topics.last().copied().filter(|_| !paths.by_day),
            });
        }
        figures.end_visitor();
        done();
    }
    figures
}

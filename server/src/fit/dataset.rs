//! Steps of visitors as the features that index score tables. In: visitors' topics in their order.
//! Out: for each step the features of every topic, and the topics that came next. Never: a feature
//! that a browser would not have at that moment.

use escale::internals::base::index::Index;
use escale::internals::config::tables::{Feature, FeatureValues};
use escale::internals::config::{Facet, Topic};
use escale::internals::event::EventKind;
use escale::internals::traits::affinity::Affinity;
use escale::internals::traits::features::TopicFeatures;
use escale::{Config, Event, Profile};

use super::visits::{Visit, VisitorPath};

/// Features that describe the visitor, the same for all topics of a step.
pub const OF_VISITOR: [Feature; 4] = [
    Feature::Latest,
    Feature::Before,
    Feature::Run,
    Feature::Views,
];
/// Features of a topic, beside the topic itself.
pub const OF_TOPIC: [Feature; 3] = [Feature::Rank, Feature::Count, Feature::Share];

/// Steps with their features.
#[derive(Default)]
pub struct Dataset {
    /// Number of topics.
    pub topics: usize,
    /// By step: the features of the visitor.
    pub visitors: Vec<[u16; OF_VISITOR.len()]>,
    /// By step and topic: the features of the topic.
    values: Vec<[u8; OF_TOPIC.len()]>,
    /// By step: where its targets end.
    ends: Vec<usize>,
    /// Next topics with their shares, which add up to 1 in a step.
    targets: Vec<(u16, f32)>,
}

impl Dataset {
    /// Runs the engine over the paths, and keeps the features before each next visit.
    ///
    /// `config` has tables for the facet, so that profiles keep steps.
    pub fn of<'a>(
        paths: impl Iterator<Item = &'a VisitorPath>,
        config: &Config,
        facet: Index<Facet>,
    ) -> Self {
        let row = config.facet(facet);
        let mut data = Self {
            topics: usize::from(row.topics),
            ..Self::default()
        };
        let first = row.first_topic.number();
        let topic_hash = |topic: u16| config.topic(Index::<Topic>::new(first + topic)).hash;
        for path in paths {
            let mut profile = Profile::default();
            for pair in path.visits.windows(2) {
                apply(&mut profile, &pair[0], config, topic_hash);
                data.add(&profile, config, facet, &pair[1]);
            }
        }
        data
    }

    /// Number of steps.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns the features of the topics of a step.
    pub fn topics_of(&self, step: usize) -> &[[u8; OF_TOPIC.len()]] {
        &self.values[step * self.topics..(step + 1) * self.topics]
    }

    /// Returns the topics that came next, with their shares.
    pub fn targets_of(&self, step: usize) -> &[(u16, f32)] {
        let begin = step.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.targets[begin..self.ends[step]]
    }

    fn add(&mut self, profile: &Profile, config: &Config, facet: Index<Facet>, next: &Visit) {
        let now_s = profile.last_s;
        let Some(features) = TopicFeatures::read(profile, config, facet) else {
            return;
        };
        let affinity = Affinity::read_by_counts(profile, config, now_s);
        let first = config.facet(facet).first_topic.position();
        let mut of_visitor = [0; OF_VISITOR.len()];
        for topic in 0..self.topics {
            let share = affinity.topics[first + topic].probability;
            let values: FeatureValues = features.of(topic as u16, share);
            of_visitor = OF_VISITOR.map(|feature| values[feature as usize]);
            self.values
                .push(OF_TOPIC.map(|feature| values[feature as usize] as u8));
        }
        self.visitors.push(of_visitor);
        let share = 1.0 / next.topics.len() as f32;
        self.targets
            .extend(next.topics.iter().map(|topic| (*topic, share)));
        self.ends.push(self.targets.len());
    }
}

/// Applies a visit's topics to a profile, as page views.
pub fn apply(
    profile: &mut Profile,
    visit: &Visit,
    config: &Config,
    topic_hash: impl Fn(u16) -> u32,
) {
    let at_s = escale::internals::base::time::Timestamp::from_unix_ms(visit.at_ms).get();
    for topic in &visit.topics {
        let mut event = Event::new(EventKind::PageView, at_s);
        event.topics.push(escale::internals::event::TopicWeight {
            topic: topic_hash(*topic),
            sixteenths: 16,
        });
        profile.apply(&event, config);
    }
}

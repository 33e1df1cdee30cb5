//! Limits on the size of a config. Comes in: a site's config; goes out: an error for each list that
//! is too long. Runs before anything is compiled, because indices have 16 bits.

use crate::core::base::validation_error::ValidationError;
use crate::core::config::source::SiteConfig;

/// At most so many of anything, and so many topics of all facets together.
const MOST: usize = 65_000;
/// At most so many experiments, and so many arms of each: the server keeps each visitor's arms.
const MOST_EXPERIMENTS: usize = 16;
const MOST_ARMS: usize = 32;
/// At most so many bytes of JSON: what a browser would have to load then is no page any more.
pub const MOST_BYTES: usize = 64 << 20;

pub fn check(site: &SiteConfig) -> Vec<ValidationError> {
    let topics = site.facets.values().map(|facet| facet.topics.len()).sum();
    let lists = [
        ("/facets", "facets", site.facets.len()),
        ("/facets", "topics", topics),
        ("/pages", "patterns", site.pages.len()),
        ("/json_ld", "patterns", site.json_ld.len()),
        ("/families", "families", site.families.len()),
        ("/placements", "placements", site.placements.len()),
        ("/offers", "offers", site.offers.len()),
        ("/zones", "zones", site.zones.len()),
        ("/seasons", "seasons", site.seasons.len()),
        ("/scenarios", "scenarios", site.scenarios.len()),
        ("/segments", "segments", site.segments.len()),
        ("/personas", "personas", site.personas.len()),
        ("/questions", "questions", site.questions.len()),
    ];
    let lists = lists.map(|(path, content, count)| List {
        path: path.to_owned(),
        content,
        count,
        most: MOST,
    });
    let experiments = List {
        path: "/experiments".to_owned(),
        content: "experiments",
        count: site.experiments.len(),
        most: MOST_EXPERIMENTS,
    };
    let arms = site.experiments.iter().map(|(name, e)| List {
        path: format!("/experiments/{name}/arms"),
        content: "arms",
        count: e.arms.len(),
        most: MOST_ARMS,
    });
    let all = lists.into_iter().chain([experiments]).chain(arms);
    all.filter(|list| list.count > list.most)
        .map(List::error)
        .collect()
}

/// A list of the config and its limit.
struct List {
    path: String,
    content: &'static str,
    count: usize,
    most: usize,
}

impl List {
    fn error(self) -> ValidationError {
        ValidationError {
            path: self.path,
            message: format!("{} {} are too many", self.count, self.content),
            hint: format!("Keep at most {}", self.most),
        }
    }
}

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
    let lists = lists.map(|(path, what, count)| (path.to_owned(), what, count, MOST));
    let experiments = (
        "/experiments".to_owned(),
        "experiments",
        site.experiments.len(),
        MOST_EXPERIMENTS,
    );
    let arms = site.experiments.iter().map(|(name, e)| {
        let path = format!("/experiments/{name}/arms");
        (path, "arms", e.arms.len(), MOST_ARMS)
    });
    let too_long = lists
        .into_iter()
        .chain([experiments])
        .chain(arms)
        .filter(|(_, _, count, most)| count > most);
    let error = |(path, what, count, most): (String, &str, usize, usize)| ValidationError {
        path,
        message: format!("{count} {what} are too many"),
        hint: format!("Keep at most {most}"),
    };
    too_long.map(error).collect()
}

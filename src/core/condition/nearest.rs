//! Suggestions for mistyped names. In: a name and the names that exist. Out: the nearest of these.
//! Never: a far-fetched one.

/// Returns the candidate that needs the fewest corrections, the first of equals. A correction adds,
/// drops or changes a character, or swaps two neighbours. `None` if more than a third of the name
/// would change.
///
/// ```
/// use escale::internals::condition::nearest::nearest;
/// assert_eq!(nearest("segmnets", ["stage", "segments"]), Some("segments"));
/// assert_eq!(nearest("weather", ["stage", "segments"]), None);
/// ```
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|(corrections, _)| *corrections <= allowed)
        .min_by_key(|(corrections, _)| *corrections)
        .map(|(_, candidate)| candidate)
}

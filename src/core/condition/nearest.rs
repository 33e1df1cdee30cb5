//! "Did you mean …?": a mistyped word and the words that exist in, the nearest of them out, or none when none is near.

/// The candidate that needs the fewest corrections (a character added, dropped, changed, or two neighbours swapped);
/// the first of equals. At most a third of the word may be wrong.
///
/// ```
/// use escale::core::condition::nearest::nearest;
/// assert_eq!(nearest("segmnets", ["stage", "segments"]), Some("segments"));
/// assert_eq!(nearest("weather", ["stage", "segments"]), None);
/// ```
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().collect();
    let allowed = (word.len() / 3).max(1);
    let scored = candidates
        .into_iter()
        .map(|candidate| (corrections(&word, candidate), candidate));
    scored
        .filter(|(corrections, _)| *corrections <= allowed)
        .min_by_key(|(corrections, _)| *corrections)
        .map(|(_, c)| c)
}

/// The optimal string alignment distance, by rows.
fn corrections(word: &[char], candidate: &str) -> usize {
    let candidate: Vec<char> = candidate.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=candidate.len()).collect();
    for i in 1..=word.len() {
        let mut row = vec![i];
        for j in 1..=candidate.len() {
            let changed = last[j - 1] + usize::from(word[i - 1] != candidate[j - 1]);
            let mut least = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && word[i - 1] == candidate[j - 2] && word[i - 2] == candidate[j - 1]
            {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrections_are_counted() {
        let count = |a: &str, b: &str| corrections(&a.chars().collect::<Vec<_>>(), b);
        assert_eq!(count("", "abc"), 3);
        assert_eq!(count("séjour", "sejour"), 1);
        assert_eq!(count("$tl", "$lt"), 1);
        assert_eq!(count("kitten", "sitting"), 3);
    }
}

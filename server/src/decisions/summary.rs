//! A customer in sentences, for people who read one. In: a snapshot. Out: sentences. Never: a sentence about what is not
//! known.

use escale::Knowledge;

/// Facets known less surely are left out.
const LEAST_CONFIDENCE: f64 = 0.3;

/// Returns the sentences.
pub fn sentences(known: &Knowledge) -> Vec<String> {
    let mut all = vec![format!("Life cycle stage: {}.", known.customer.stage)];
    for facet in &known.facets {
        let Some(first) = facet.topics.first() else {
            continue;
        };
        if facet.confidence >= LEAST_CONFIDENCE && first.mass > 0.0 {
            let (sure, share) = (facet.confidence * 100.0, first.affinity * 100.0);
            all.push(format!(
                "Prefers {} ({share:.0} % of the interest in {}, {sure:.0} % sure).",
                first.name, facet.name
            ));
        }
    }
    let active = known.bookings.iter().filter(|booking| !booking.cancelled);
    let (count, value) = active.fold((0, 0.0), |(n, sum), b| (n + 1, sum + b.value));
    if count > 0 {
        all.push(format!("Booked {count} times, for {value:.2} in all."));
    }
    if !known.customer.segments.is_empty() {
        all.push(format!("Segments: {}.", known.customer.segments.join(", ")));
    }
    for family in &known.families {
        if family.rests_until_ms.is_some() {
            all.push(format!(
                "Offers of the family {} rest: they were ignored.",
                family.name
            ));
        }
    }
    all
}

//! Numbers that machines read beside an offer's texts: a rating, a price. Comes in: an offer's
//! texts; goes out: errors with their places. The schema.org values must be true, and each stands
//! beside a text that people read. A price that is personalised for a visitor must be disclosed as
//! such.

use super::Compiler;
use crate::core::config::source::Texts;

/// A number, how it is written, and what to do about one that is not.
type Rule = (&'static str, fn(&str) -> bool, &'static str);

const RULES: [Rule; 5] = [
    (
        "rating_value",
        |text| number(text).is_some(),
        "Write a number with a point, such as 4.6",
    ),
    (
        "rating_best",
        |text| number(text).is_some_and(|best| best > 0.0),
        "Write a number above 0, or leave it out for 5",
    ),
    (
        "rating_count",
        |text| text.parse::<u32>().is_ok_and(|count| count > 0),
        "Write how many people rated it",
    ),
    (
        "price_value",
        |text| number(text).is_some(),
        "Write a number with a point, such as 289 or 289.50",
    ),
    (
        "price_currency",
        is_currency,
        "Write a code of ISO 4217, such as EUR",
    ),
];
/// Keys that belong together: if the first is given, the other two must be given too.
const TOGETHER: [[&str; 3]; 5] = [
    ["rating", "rating_value", "rating_count"],
    ["rating_value", "rating_count", "rating"],
    ["rating_count", "rating_value", "rating"],
    ["price_value", "price_currency", "price"],
    ["price_currency", "price_value", "price"],
];
/// As good as a thing can be, unless the offer says otherwise.
const RATING_BEST: f64 = 5.0;

fn number(text: &str) -> Option<f64> {
    text.parse()
        .ok()
        .filter(|number: &f64| number.is_finite() && *number >= 0.0)
}

fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|letter| letter.is_ascii_uppercase())
}

/// The texts of an offer whose price is personalised: the price says it.
pub(super) fn disclosed(content: &Texts) -> Texts {
    let mut noted = content.clone();
    for (language, texts) in &mut noted {
        let note = if language == "fr" {
            "prix personnalisé"
        } else {
            "personalised price"
        };
        let price = texts.entry("price".to_owned()).or_default();
        *price = [price.as_str(), note]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · ");
    }
    noted
}

impl Compiler {
    /// Errors of the ratings and prices of an offer.
    pub(super) fn numbers(&mut self, content: &Texts, path: &str) {
        for (language, texts) in content {
            let given = |key: &str| {
                texts
                    .get(key)
                    .map(String::as_str)
                    .filter(|text| !text.is_empty())
            };
            for (key, is_right, hint) in RULES {
                if let Some(text) = given(key).filter(|text| !is_right(text)) {
                    self.error(
                        format!("{path}/{language}/{key}"),
                        format!("`{text}` cannot stand here"),
                        hint.into(),
                    );
                }
            }
            let best = given("rating_best").and_then(number).unwrap_or(RATING_BEST);
            if given("rating_value")
                .and_then(number)
                .is_some_and(|value| value > best)
            {
                let hint = "Say in `rating_best` what the best is".to_owned();
                self.error(
                    format!("{path}/{language}/rating_value"),
                    format!("it is above the best, {best}"),
                    hint,
                );
            }
            for [key, companions @ ..] in TOGETHER.iter().filter(|group| given(group[0]).is_some())
            {
                for missing in companions.iter().filter(|other| given(other).is_none()) {
                    let hint = format!("Add `{missing}`, or leave `{key}` out");
                    self.error(
                        format!("{path}/{language}/{key}"),
                        format!("it stands without `{missing}`"),
                        hint,
                    );
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::core::base::index::Index;
    use crate::core::config::{Config, compile};

    /// The places of the errors of an offer that says this beside its title.
    fn errors(texts: &[(&str, &str)]) -> Vec<String> {
        let mut given = serde_json::json!({ "title": "Lisbon" });
        texts
            .iter()
            .for_each(|(key, text)| given[key] = (*text).into());
        let json = serde_json::json!({ "version": 1, "facets": {}, "families": { "f": {} }, "placements": { "p": {} },
            "offers": [{ "id": "o", "family": "f", "placements": ["p"], "content": { "en": given } }] });
        let errors = compile(&json.to_string()).err().unwrap_or_default();
        errors
            .into_iter()
            .map(|error| error.path.replace("/offers/0/content/en/", ""))
            .collect()
    }

    #[test]
    fn ratings_and_prices_are_numbers_beside_a_text() {
        let rated = [
            ("rating", "4.6 of 5 (128)"),
            ("rating_value", "4.6"),
            ("rating_count", "128"),
        ];
        let priced = [
            ("price", "from 289"),
            ("price_value", "289"),
            ("price_currency", "EUR"),
        ];
        assert_eq!(errors(&[&rated[..], &priced].concat()), [""; 0]);
        assert_eq!(errors(&[("price", "a price in words alone")]), [""; 0]);
        assert_eq!(
            errors(&[&rated[..], &[("rating_best", "10")]].concat()),
            [""; 0]
        );
    }

    /// Tags: r14.
    #[test]
    fn a_personalised_price_is_declared_and_disclosed_in_every_wording() {
        let texts = |of: serde_json::Value| {
            let json = serde_json::json!({ "version": 1, "facets": {}, "families": { "f": {} }, "placements": { "p": {} }, "offers": [of] });
            let config = compile(&json.to_string())
                .ok()
                .and_then(|compiled| Config::from_bytes(compiled.bytes).ok());
            let prices = |config: &Config| {
                let price = |variant, language| {
                    let found = config
                        .content(Index::new(0), variant, language)
                        .find(|(key, _)| *key == "price");
                    found.map(|(_, text)| text.to_owned()).unwrap_or_default()
                };
                [price(0, "en"), price(0, "fr"), price(1, "en")]
            };
            config.as_ref().map(prices)
        };
        let offer = |personalised: bool| {
            serde_json::json!({ "id": "o", "family": "f", "placements": ["p"], "price_personalised": personalised,
                "content": { "en": { "title": "Lisbon", "price": "289" }, "fr": { "title": "Lisbonne" } },
                "variants": [{ "id": "short", "content": { "en": { "price": "from 280" } } }] })
        };
        let given = [
            "289 · personalised price",
            "prix personnalisé",
            "from 280 · personalised price",
        ];
        assert_eq!(texts(offer(true)), Some(given.map(str::to_owned)));
        assert_eq!(
            texts(offer(false)),
            Some(["289", "", "from 280"].map(str::to_owned))
        );
    }

    #[test]
    fn number_that_is_invalid_or_alone_is_rejected_with_its_path() {
        let rating = |value, best, count| {
            errors(&[
                ("rating", "good"),
                ("rating_value", value),
                ("rating_best", best),
                ("rating_count", count),
            ])
        };
        assert_eq!(rating("4,6", "5", "9"), ["rating_value"]);
        assert_eq!(rating("6", "", "9"), ["rating_value"]);
        assert_eq!(rating("4", "0", "9"), ["rating_best", "rating_value"]);
        assert_eq!(rating("4", "5", "0"), ["rating_count"]);
        assert_eq!(rating("NaN", "5", "1.5"), ["rating_value", "rating_count"]);
        assert_eq!(errors(&[("rating", "4.6 of 5")]), ["rating", "rating"]);
        assert_eq!(
            errors(&[
                ("price", "9"),
                ("price_value", "9"),
                ("price_currency", "eur")
            ]),
            ["price_currency"]
        );
        assert_eq!(
            errors(&[("price_value", "9")]),
            ["price_value", "price_value"]
        );
    }
}

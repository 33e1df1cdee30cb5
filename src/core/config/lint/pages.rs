//! Rules of pages and structured data that never apply. Comes in: the rules; goes out: warnings for
//! patterns that match no address a browser writes, and for tokens that no page gives.

use super::Lint;
use crate::core::base::address::unreachable_pattern;

/// Keys of structured data, as `www/sdk/recorder/jsonld.ts` makes them.
const TOKEN_KEYS: [&str; 14] = [
    "type",
    "additionaltype",
    "touristtype",
    "category",
    "keywords",
    "audiencetype",
    "applicablelocation",
    "addresscountry",
    "addresslocality",
    "addressregion",
    "itemcondition",
    "occupancytype",
    "amenityfeature",
    "starrating",
];

impl Lint<'_> {
    pub(super) fn pages(&mut self) {
        let site = self.site;
        for (i, rule) in site.pages.iter().enumerate() {
            if let Some(hint) = unreachable_pattern(&rule.pattern) {
                self.warn(
                    format!("/pages/{i}/match"),
                    format!(
                        "`{}` matches no address that a browser writes",
                        rule.pattern
                    ),
                    hint,
                );
            }
        }
        for (i, rule) in site.json_ld.iter().enumerate() {
            let key = rule.pattern.split('=').next().unwrap_or_default();
            if !rule.pattern.contains('=') || !TOKEN_KEYS.contains(&key.to_lowercase().as_str()) {
                self.warn(
                    format!("/json_ld/{i}/match"),
                    format!("`{}` is no token that pages give", rule.pattern),
                    "Write key=value, with a key of schema.org such as touristtype",
                );
            }
        }
    }
}

//! Offers' texts, and their variants, into rows. Comes in: texts by language and key; goes out:
//! rows, or errors with their places. A variant's texts are written whole, over the offer's own:
//! reading them asks no second place.

use super::Compiler;
use super::numbers::disclosed;
use crate::core::config::layout::Section;
use crate::core::config::source::{OfferConfig, Texts, VariantConfig};

/// At most so many variants an offer has.
const MAX_VARIANTS: usize = 15;

impl Compiler {
    /// The texts of an offer. Returns their first row and how many there are.
    pub(super) fn content(&mut self, offer: &OfferConfig, path: &str) -> (u32, u16) {
        let content = &offer.content;
        for (language, texts) in content {
            let path = format!("{path}/{language}");
            if !texts.contains_key("title") {
                self.error(
                    path.clone(),
                    "the offer has no title".into(),
                    "Add `title`".into(),
                );
            }
        }
        if content.is_empty() {
            self.error(
                path.to_owned(),
                "the offer says nothing".into(),
                "Add texts for a language".into(),
            );
        }
        self.addresses(content, path);
        self.numbers(content, path);
        self.texts(offer, content, path)
    }

    /// The variants of an offer. Returns the first row and how many there are.
    pub(super) fn variants(&mut self, offer: &OfferConfig, path: &str) -> (u32, u8) {
        let count = offer.variants.len();
        if count > MAX_VARIANTS {
            let message = format!("the offer has {count} variants");
            self.error(
                format!("{path}/variants"),
                message,
                format!("Keep at most {MAX_VARIANTS}"),
            );
        }
        let mut rows = Vec::new();
        for (i, variant) in offer.variants.iter().enumerate() {
            let path = format!("{path}/variants/{i}");
            self.variant_name(&offer.variants[..i], variant, &path);
            let condition = self.condition(variant.when.as_ref(), &format!("{path}/when"));
            let (first, texts) = self.variant_content(offer, variant, &format!("{path}/content"));
            let name = self.out.text(&variant.id);
            [name, condition, first]
                .iter()
                .for_each(|v| rows.extend_from_slice(&v.to_le_bytes()));
            rows.extend_from_slice(&[texts.to_le_bytes(), [0; 2]].concat());
        }
        let first = self.out.rows(Section::Variants) as u32;
        self.out.put(Section::Variants, &rows);
        (first, count.min(MAX_VARIANTS) as u8)
    }

    fn variant_name(&mut self, before: &[VariantConfig], variant: &VariantConfig, path: &str) {
        let path = format!("{path}/id");
        self.check_name(&variant.id, &path);
        if before.iter().any(|other| other.id == variant.id) {
            let message = format!("the offer has two variants `{}`", variant.id);
            self.error(path, message, "Rename one of them".into());
        }
    }

    /// Compiles the texts of a variant, merged over the offer's own texts.
    fn variant_content(
        &mut self,
        offer: &OfferConfig,
        variant: &VariantConfig,
        path: &str,
    ) -> (u32, u16) {
        let mut whole = offer.content.clone();
        for (language, texts) in &variant.content {
            match whole.get_mut(language) {
                Some(own) => own.extend(texts.clone()),
                None => {
                    let message = format!("the offer itself says nothing in `{language}`");
                    let hint =
                        "Give the offer's own `content` this language too, or leave it out here"
                            .to_owned();
                    self.error(format!("{path}/{language}"), message, hint);
                }
            }
        }
        if variant.content.values().all(|texts| texts.is_empty()) {
            self.error(
                path.to_owned(),
                "the variant says nothing of its own".into(),
                "Add the texts that differ".into(),
            );
        }
        self.addresses(&variant.content, path);
        self.numbers(&whole, path);
        self.texts(offer, &whole, path)
    }

    /// Errors of what a page would link to or load.
    fn addresses(&mut self, content: &Texts, path: &str) {
        for (language, texts) in content {
            let unsafe_ones = texts
                .iter()
                .filter(|(key, text)| matches!(&***key, "url" | "image") && !is_safe_url(text));
            for (key, text) in unsafe_ones {
                let message = format!("`{text}` is not an address that a page may show");
                let hint = "Write https://…, or a path on this site such as /offers/x".to_owned();
                self.error(format!("{path}/{language}/{key}"), message, hint);
            }
        }
    }

    fn texts(&mut self, offer: &OfferConfig, content: &Texts, path: &str) -> (u32, u16) {
        let first = self.out.rows(Section::Content) as u32;
        let content = if offer.price_personalised {
            disclosed(content)
        } else {
            content.clone()
        };
        for (language, texts) in &content {
            for (key, text) in texts {
                self.content_row(language, key, text);
            }
        }
        let count = self.out.rows(Section::Content) - first as usize;
        (first, self.short(count, path))
    }
}

/// The same rule as the renderer's: https, http, or a path on the site itself.
fn is_safe_url(url: &str) -> bool {
    let scheme_end = url
        .find([':', '/', '?', '#'])
        .filter(|at| url[*at..].starts_with(':'));
    let scheme = scheme_end.map(|at| url[..at].to_ascii_lowercase());
    !url.is_empty()
        && !url.contains(|c: char| c.is_control() || c == '\\')
        && scheme.is_none_or(|s| s == "https" || s == "http")
}

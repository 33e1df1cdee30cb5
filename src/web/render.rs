//! An offer as nodes of the page. Comes in: the slot and the offer's packed texts; goes out: a fragment, for the
//! JavaScript side to put in. Text is only ever text, addresses pass the allow-list, nothing is parsed as markup:
//! it works under Trusted Types. Must not touch the page itself.

use wasm_bindgen::prelude::*;
use web_sys::{Document, DocumentFragment, Element, HtmlTemplateElement};

use super::link::allowed;
use crate::core::track::field;

/// The block as Escale builds it: a labelled section with a link and the control that asks why.
#[wasm_bindgen(js_name = buildBlock)]
pub fn block(slot: &Element, content: &str, why: &str) -> Option<DocumentFragment> {
    let build = Build { document: slot.owner_document()?, content };
    let section = build.section(why).ok()?;
    let fragment = build.document.create_document_fragment();
    fragment.append_child(&section).ok()?;
    Some(fragment)
}

/// A site's own template, filled: `data-bind` takes a text, `data-bind-href` and `data-bind-src` an address.
/// What the offer lacks is taken out.
#[wasm_bindgen(js_name = fillTemplate)]
pub fn template(template: &HtmlTemplateElement, content: &str) -> Option<DocumentFragment> {
    let fragment: DocumentFragment = template.content().clone_node_with_deep(true).ok()?.unchecked_into();
    for bind in [Bind::Text, Bind::Href, Bind::Src] {
        let found = fragment.query_selector_all(bind.selector()).ok()?;
        for element in (0..found.length()).filter_map(|i| found.item(i)) {
            bind.fill(element.unchecked_ref(), content);
        }
    }
    Some(fragment)
}

struct Build<'a> {
    document: Document,
    content: &'a str,
}

impl Build<'_> {
    fn section(&self, why: &str) -> Result<Element, JsValue> {
        let section = self.element("section", "escale-offer")?;
        section.set_attribute("aria-label", self.text("title").unwrap_or("Escale"))?;
        let link = self.link()?;
        section.append_child(&link)?;
        let button = self.element("button", "escale-why")?;
        button.set_attribute("type", "button")?;
        button.set_text_content(Some(why));
        section.append_child(&button)?;
        Ok(section)
    }

    fn link(&self) -> Result<Element, JsValue> {
        let address = self.text("url").and_then(allowed);
        let link = self.element(if address.is_some() { "a" } else { "div" }, "escale-link")?;
        if let Some(address) = address {
            link.set_attribute("href", address)?;
        }
        if let Some(address) = self.text("image").and_then(allowed) {
            let image = self.element("img", "escale-image")?;
            image.set_attribute("src", address)?;
            image.set_attribute("alt", self.text("alt").unwrap_or(""))?;
            link.append_child(&image)?;
        }
        for (tag, key, class) in PARTS {
            if let Some(text) = self.text(key) {
                let part = self.element(tag, class)?;
                part.set_text_content(Some(text));
                link.append_child(&part)?;
            }
        }
        Ok(link)
    }

    fn element(&self, tag: &str, class: &str) -> Result<Element, JsValue> {
        let element = self.document.create_element(tag)?;
        element.set_attribute("class", class)?;
        Ok(element)
    }

    fn text(&self, key: &str) -> Option<&str> {
        field(self.content, key).filter(|text| !text.is_empty())
    }
}

/// The block's texts, in the order in which they are read out.
const PARTS: [(&str, &str, &str); 5] = [
    ("span", "badge", "escale-badge"),
    ("h3", "title", "escale-title"),
    ("p", "text", "escale-text"),
    ("span", "price", "escale-price"),
    ("span", "cta", "escale-cta"),
];

#[derive(Clone, Copy)]
enum Bind {
    Text,
    Href,
    Src,
}

impl Bind {
    fn selector(self) -> &'static str {
        ["[data-bind]", "[data-bind-href]", "[data-bind-src]"][self as usize]
    }

    fn attribute(self) -> &'static str {
        ["data-bind", "data-bind-href", "data-bind-src"][self as usize]
    }

    fn fill(self, element: &Element, content: &str) {
        let value =
            element.get_attribute(self.attribute()).and_then(|key| field(content, &key)).filter(|v| !v.is_empty());
        let done = match (self, value) {
            (Self::Text, Some(text)) => {
                element.set_text_content(Some(text));
                true
            }
            (Self::Href, Some(text)) => {
                allowed(text).is_some_and(|address| element.set_attribute("href", address).is_ok())
            }
            (Self::Src, Some(text)) => {
                allowed(text).is_some_and(|address| element.set_attribute("src", address).is_ok())
            }
            (_, None) => false,
        };
        if !done {
            element.remove();
        }
    }
}

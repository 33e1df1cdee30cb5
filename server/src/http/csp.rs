//! The demo's Content-Security-Policy. In: a folder of pages. Out: a policy that allows their inline stubs by hash.
//! Never: `unsafe-inline`, `unsafe-eval`, another host.

use std::collections::BTreeSet;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The policy for every page in the folder and below.
pub fn of_pages(folder: &Path) -> std::io::Result<String> {
    let mut hashes = BTreeSet::new();
    collect(folder, &mut hashes)?;
    let stubs: String = hashes
        .iter()
        .map(|hash| format!(" 'sha256-{hash}'"))
        .collect();
    Ok([
        "default-src 'self'",
        &format!("script-src 'self' 'wasm-unsafe-eval'{stubs}"),
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ]
    .join("; "))
}

fn collect(folder: &Path, hashes: &mut BTreeSet<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, hashes)?;
        } else if path.extension().is_some_and(|kind| kind == "html") {
            // Browsers hash what the HTML parser hands them, in which every line ends in a line feed alone.
            let html = std::fs::read_to_string(&path)?.replace("\r\n", "\n");
            hashes.extend(
                inline_scripts(&html).map(|script| STANDARD.encode(Sha256::digest(script))),
            );
        }
    }
    Ok(())
}

/// The contents of script elements that run: without `src`, and not data such as JSON-LD.
fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    html.match_indices("<script").filter_map(|(at, open)| {
        let rest = &html[at + open.len()..];
        if !rest.starts_with(['>', ' ', '\n', '\t']) {
            return None;
        }
        let (attributes, rest) = rest.split_once('>')?;
        let (content, _) = rest.split_once("</script")?;
        let runs = !attributes.contains("src=") && !attributes.contains("json");
        (runs && !content.is_empty()).then_some(content)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_inline_scripts_that_run_are_hashed() {
        let html = "<script>a()</script><script async src=\"x.js\"></script>\
                    <script type=\"application/ld+json\">{}</script><script\n>b()</script><scripty>c</scripty>";
        assert_eq!(inline_scripts(html).collect::<Vec<_>>(), ["a()", "b()"]);
    }
}

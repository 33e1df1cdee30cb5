//! Pattern matching, compared with browsers. `tests/frozen/url-patterns.json` holds patterns,
//! addresses and the answers of a browser's own `URLPattern`; `tests/browser/golden.mjs` asks each
//! browser again.
use escale::internals::base::url_pattern::matches;

type Case = (String, String, bool);

#[test]
fn a_pattern_means_what_the_browsers_own_means() -> Result<(), Box<dyn std::error::Error>> {
    let cases: Vec<Case> = serde_json::from_str(include_str!("frozen/url-patterns.json"))?;
    assert!(cases.len() > 400, "only {} cases", cases.len());
    let wrong: Vec<&Case> = cases
        .iter()
        .filter(|(pattern, url, matched)| matches(pattern, url) != *matched)
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}: {wrong:?}",
        wrong.len(),
        cases.len()
    );
    Ok(())
}

#[test]
fn an_address_has_one_spelling_as_in_the_sdk() -> Result<(), Box<dyn std::error::Error>> {
    let cases: Vec<(String, String)> = serde_json::from_str(include_str!("frozen/addresses.json"))?;
    for (address, expected) in &cases {
        let canonical = escale::internals::base::address::canonical(address);
        assert_eq!(&canonical, expected, "{address}");
        assert_eq!(
            escale::internals::base::address::canonical(&canonical),
            canonical,
            "canonical once more: {address}"
        );
    }
    Ok(())
}

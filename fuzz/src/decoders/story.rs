//! A story as people write it, read for the demo's config. It runs to its end, or every error of it
//! is reported.

use escale::internals::story;
use serde_json::Value;

use crate::seeds::json_files;
use crate::site::{config, with_engine};
use crate::target::Target;

pub const TARGET: Target = Target {
    name: "story",
    most_bytes: 2048,
    share: 10,
    memory: 16 << 20,
    seeds,
    take,
};

fn seeds() -> Vec<Vec<u8>> {
    json_files("www/demo/stories")
        .into_iter()
        .map(String::into_bytes)
        .collect()
}

fn take(bytes: &[u8]) {
    let Ok(json) = std::str::from_utf8(bytes) else {
        return;
    };
    let story = match story::read(json, config()) {
        Ok(story) => story,
        Err(errors) => {
            let is_filled = |text: &str| !text.is_empty();
            assert!(
                !errors.is_empty()
                    && errors
                        .iter()
                        .all(|i| is_filled(&i.message) && is_filled(&i.hint)),
                "{errors:?}"
            );
            return;
        }
    };
    let again = story::read(json, config());
    assert!(
        again.is_ok_and(|again| format!("{again:?}") == format!("{story:?}")),
        "the same text is the same story"
    );
    let Ok(document) = serde_json::from_str::<Value>(json) else {
        panic!("a story that is no JSON was read")
    };
    let expectations = document["then"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    // Ten thousand visitors are a test of patience.
    if expectations
        .iter()
        .any(|expectation| !expectation["in_draws"].is_null())
    {
        return;
    }
    let [once, twice] = [(), ()].map(|()| with_engine(|engine| story.run(engine)));
    assert_eq!(
        once.verdicts.len(),
        expectations.len(),
        "every expectation has its verdict"
    );
    for verdict in &once.verdicts {
        assert!(
            verdict.path.starts_with("/then/") && !verdict.expected.is_empty(),
            "{verdict:?}"
        );
    }
    assert_eq!(
        format!("{once:?}"),
        format!("{twice:?}"),
        "run again it ends the same"
    );
}

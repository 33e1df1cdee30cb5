//! `escale check --stories`: a config and a folder of stories in; each story's outcome, and how many came true, out.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use escale::core::config::Config;
use escale::core::engine::Engine;
use escale::core::story::{self, Outcome, Story};

use crate::config_source::Faults;

/// Runs every story of a folder, in the order of their files. Errors: what is wrong with any of them; none is run then.
pub fn run(config: Config, folder: &Path) -> Result<ExitCode, Faults> {
    let engine = Engine::new(config);
    let stories = read_all(engine.config(), folder)?;
    let mut failed = 0;
    for (path, story) in &stories {
        let outcome = story.run(&engine);
        failed += usize::from(!outcome.is_met());
        print(path, &outcome);
    }
    println!("{} passed, {failed} failed", stories.len() - failed);
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn read_all(config: &Config, folder: &Path) -> Result<Vec<(PathBuf, Story)>, Faults> {
    let (mut stories, mut faults) = (Vec::new(), Vec::new());
    for path in files(folder)? {
        match std::fs::read_to_string(&path) {
            Err(error) => faults.push(format!(
                "{}: {error}. Save it as UTF-8, readable",
                path.display()
            )),
            Ok(text) => match story::read(&text, config) {
                Ok(story) => stories.push((path, story)),
                Err(issues) => faults.extend(
                    issues
                        .iter()
                        .map(|issue| format!("{}: {issue}", path.display())),
                ),
            },
        }
    }
    if faults.is_empty() {
        Ok(stories)
    } else {
        Err(Faults(faults))
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Faults> {
    let unusable = |why: String| {
        Faults(vec![format!(
            "{}: {why}. Give a folder of stories",
            folder.display()
        )])
    };
    let entries = std::fs::read_dir(folder).map_err(|error| unusable(error.to_string()))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    paths.sort();
    if paths.is_empty() {
        Err(unusable("there is no *.json in it".to_owned()))
    } else {
        Ok(paths)
    }
}

fn print(path: &Path, outcome: &Outcome) {
    if outcome.is_met() {
        return println!("passed: {}", outcome.name);
    }
    println!("failed: {} ({})", outcome.name, path.display());
    for verdict in outcome.verdicts.iter().filter(|verdict| !verdict.is_met) {
        println!(
            "  {}: {}; saw {}",
            verdict.path, verdict.expected, verdict.saw
        );
        verdict.why.iter().for_each(|line| println!("    {line}"));
    }
}

//! `escale check --stories`. In: a config and a folder of stories. Out: the outcome of each story and the totals.
//! Never: a run with a story that cannot be read.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use escale::internals::story::{self, Outcome, Story};
use escale::{Config, Engine};

use crate::base::errors::Errors;

/// Runs every story of a folder, in the order of file names.
///
/// # Errors
/// Every error of every story; no story runs then.
pub fn run(config: Config, folder: &Path) -> Result<ExitCode, Errors> {
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

fn read_all(config: &Config, folder: &Path) -> Result<Vec<(PathBuf, Story)>, Errors> {
    let (mut stories, mut errors) = (Vec::new(), Vec::new());
    for path in files(folder)? {
        match crate::base::file::read_text(&path) {
            Err(error) => errors.push(format!("{}: {error}", path.display())),
            Ok(text) => match story::read(&text, config) {
                Ok(story) => stories.push((path, story)),
                Err(invalid) => errors.extend(
                    invalid
                        .iter()
                        .map(|error| format!("{}: {error}", path.display())),
                ),
            },
        }
    }
    if errors.is_empty() {
        Ok(stories)
    } else {
        Err(Errors(errors))
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Errors> {
    let unusable =
        |why: String| Errors::of(folder.display(), format!("{why}. Give a folder of stories"));
    let entries = std::fs::read_dir(folder).map_err(|error| unusable(error.to_string()))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    paths.sort();
    if paths.is_empty() {
        Err(unusable("it holds no *.json file".to_owned()))
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

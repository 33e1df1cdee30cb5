//! `escale check`: a config's faults with path and remedy, its stories, a file of condition cases, or a JSON Schema.

use std::path::Path;
use std::process::ExitCode;

use escale::core::condition::lenient::matches;
use escale::core::config::Config;
use escale::core::config::layout::Section;
use serde::Deserialize;
use serde_json::Value;

use super::{UNUSABLE, counted, refuse, stories};
use crate::cli::{self, SchemaOf};
use crate::config_source::{self, Faults};

pub fn run(arguments: &cli::Check) -> ExitCode {
    match arguments.schema {
        Some(SchemaOf::Config) => return print_schema(&escale::core::config::json_schema()),
        Some(SchemaOf::Story) => return print_schema(&escale::core::story::json_schema()),
        None => {}
    }
    let told = match run_config(arguments) {
        Ok(told) => told,
        Err(faults) => return refuse(&faults),
    };
    match arguments
        .conditions
        .as_ref()
        .map(|path| run_conditions(path))
    {
        Some(code) if told == ExitCode::SUCCESS => code,
        _ => told,
    }
}

fn print_schema(schema: &Value) -> ExitCode {
    println!("{schema:#}");
    ExitCode::SUCCESS
}

/// The config and its stories.
fn run_config(arguments: &cli::Check) -> Result<ExitCode, Faults> {
    let Some(path) = &arguments.config else {
        return Ok(ExitCode::SUCCESS);
    };
    let config = check(path)?;
    arguments
        .stories
        .as_ref()
        .map_or(Ok(ExitCode::SUCCESS), |folder| stories::run(config, folder))
}

fn check(path: &Path) -> Result<Config, Faults> {
    let compiled = config_source::read(path)?;
    for warning in &compiled.warnings {
        println!("warning: {warning}");
    }
    let warnings = counted(compiled.warnings.len(), "warning");
    let served = config_source::served(compiled)?;
    let count = |section, what| counted(served.config.count(section), what);
    println!(
        "{}: no faults, {warnings}. {}, {}, {}, {}; {} bytes compiled, version {}",
        path.display(),
        count(Section::Facets, "facet"),
        count(Section::Topics, "topic"),
        count(Section::Placements, "placement"),
        count(Section::Offers, "offer"),
        served.bytes.len(),
        served.version,
    );
    Ok(served.config)
}

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    condition: Value,
    attributes: Value,
    #[serde(default, rename = "savedGroups")]
    saved_groups: Value,
    expected: bool,
}

fn run_conditions(path: &Path) -> ExitCode {
    let cases = match read_cases(path) {
        Ok(cases) => cases,
        Err(why) => {
            eprintln!(
                "{}: {why}. See `escale check --help` for the shape of the file",
                path.display()
            );
            return ExitCode::from(UNUSABLE);
        }
    };
    let mut failed = 0;
    for case in &cases {
        let said = matches(&case.condition, &case.attributes, &case.saved_groups);
        if said != case.expected {
            failed += 1;
            println!(
                "failed: {}: expected {}, got {said}",
                case.name, case.expected
            );
        }
    }
    println!("{} passed, {failed} failed", cases.len() - failed);
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn read_cases(path: &Path) -> Result<Vec<Case>, Box<dyn std::error::Error>> {
    let file: Cases = serde_json::from_slice(&std::fs::read(path)?)?;
    Ok(file.cases)
}

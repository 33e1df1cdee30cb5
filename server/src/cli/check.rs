//! `escale check`. In: a config, its stories, or a file of condition cases. Out: every error with path and hint, and
//! failed tests; or a JSON Schema.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use escale::Config;
use escale::internals::condition::interpreter::matches;
use escale::internals::config::layout::Section;
use serde::Deserialize;
use serde_json::Value;

use super::{counted, stories};
use crate::base::errors::Errors;
use crate::config_source;

/// List every error of a config, each with its JSON path and a hint.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Config: escale.json or the output of `escale build`.
    #[arg(value_name = "ESCALE.JSON", required_unless_present_any = ["conditions", "schema"])]
    config: Option<PathBuf>,
    /// Run the stories in this folder (*.json): what visitors do, and what they must see then.
    #[arg(long, value_name = "DIR", requires = "config")]
    stories: Option<PathBuf>,
    /// Print the JSON Schema of escale.json, for editors; with `--schema=story`, the schema of a story.
    #[arg(long, value_enum, value_name = "OF", num_args = 0..=1, require_equals = true, default_missing_value = "config",
          conflicts_with_all = ["config", "conditions"])]
    schema: Option<SchemaOf>,
    /// Run a file of condition cases: {"cases": [{"name", "condition", "attributes", "savedGroups", "expected"}]}.
    #[arg(long, value_name = "FILE")]
    conditions: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum SchemaOf {
    Config,
    Story,
}

const EXAMPLES: &str = "\
Examples:
  escale check escale.json
  escale check escale.json --stories stories   ends with `N passed, N failed`
  escale check --schema > escale.schema.json
  escale check --conditions conditions.json    ends with `N passed, N failed`

A story, such as stories/city-lover.json:
  { \"name\": \"a visitor who reads two city pages should see a city break\",
    \"steps\": [
      { \"at\": \"2026-11-21T10:00\", \"page\": \"/city-trips/\" },
      { \"at\": \"+5m\", \"page\": { \"url\": \"/lisbon\", \"tokens\": [\"touristtype=city break\"] } },
      { \"track\": \"search\", \"fields\": { \"destination\": \"lisbon\", \"adults\": 2 } },
      { \"declare\": { \"fact\": \"party\", \"value\": \"couple\" } },
      { \"wait\": \"3d\", \"see\": \"home-row\" } ],
    \"then\": [
      { \"placement\": \"home-hero\", \"shows\": { \"family\": \"city\" }, \"in_draws\": 200, \"at_least\": 0.9 },
      { \"placement\": \"home-row\", \"hides\": { \"offer\": \"bali\" } } ] }
`shows` and `hides` take an offer, a family, a kind, or \"default\": true (the page's own content).";

pub fn run(args: &Args) -> Result<ExitCode, Errors> {
    match args.schema {
        Some(SchemaOf::Config) => print_schema(&escale::internals::config::json_schema()),
        Some(SchemaOf::Story) => print_schema(&escale::internals::story::json_schema()),
        None => return run_checks(args),
    }
    Ok(ExitCode::SUCCESS)
}

fn print_schema(schema: &Value) {
    println!("{schema:#}");
}

/// Checks the config, its stories and the condition cases. A failure of the former decides the exit code.
fn run_checks(args: &Args) -> Result<ExitCode, Errors> {
    let of_config = run_config(args)?;
    let of_conditions = args
        .conditions
        .as_deref()
        .map_or(Ok(ExitCode::SUCCESS), run_conditions)?;
    Ok(if of_config == ExitCode::SUCCESS {
        of_conditions
    } else {
        of_config
    })
}

/// Checks the config and its stories, if there are any.
fn run_config(args: &Args) -> Result<ExitCode, Errors> {
    let Some(path) = &args.config else {
        return Ok(ExitCode::SUCCESS);
    };
    let config = check(path)?;
    args.stories
        .as_ref()
        .map_or(Ok(ExitCode::SUCCESS), |folder| stories::run(config, folder))
}

fn check(path: &Path) -> Result<Config, Errors> {
    let compiled = config_source::read(path)?;
    for warning in &compiled.warnings {
        println!("warning: {warning}");
    }
    let warnings = counted(compiled.warnings.len(), "warning");
    let served = config_source::served(compiled)?;
    let count = |section, noun| counted(served.config.count(section), noun);
    println!(
        "{}: no errors, {warnings}. {}, {}, {}, {}; {} bytes compiled, version {}",
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

fn run_conditions(path: &Path) -> Result<ExitCode, Errors> {
    let cases = read_cases(path).map_err(|why| {
        Errors::of(
            path.display(),
            format!("{why}. See `escale check --help` for the form of the file"),
        )
    })?;
    let mut failed = 0;
    for case in &cases {
        let actual = matches(&case.condition, &case.attributes, &case.saved_groups);
        if actual != case.expected {
            failed += 1;
            println!(
                "failed: {}: expected {}, got {actual}",
                case.name, case.expected
            );
        }
    }
    println!("{} passed, {failed} failed", cases.len() - failed);
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn read_cases(path: &Path) -> Result<Vec<Case>, Box<dyn std::error::Error>> {
    let file: Cases = serde_json::from_slice(&crate::base::file::read(path)?)?;
    Ok(file.cases)
}

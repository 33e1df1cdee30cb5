//! The words of `escale check`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Say everything that is wrong with a config, each with its JSON path and a remedy.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Check {
    /// People's config, or what `escale build` made of it.
    #[arg(value_name = "ESCALE.JSON", required_unless_present_any = ["conditions", "schema"])]
    pub config: Option<PathBuf>,
    /// Run the stories in this folder (*.json): what visitors do, and what they should see then.
    #[arg(long, value_name = "DIR", requires = "config")]
    pub stories: Option<PathBuf>,
    /// Print the JSON Schema of escale.json, for editors; with `--schema=story`, that of a story.
    #[arg(long, value_enum, value_name = "OF", num_args = 0..=1, require_equals = true, default_missing_value = "config",
          conflicts_with_all = ["config", "conditions"])]
    pub schema: Option<SchemaOf>,
    /// Run a file of condition cases: {"cases": [{"name", "condition", "attributes", "savedGroups", "expected"}]}.
    #[arg(long, value_name = "FILE")]
    pub conditions: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum SchemaOf {
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

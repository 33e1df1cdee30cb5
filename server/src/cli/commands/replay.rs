//! `escale replay`: recorded visitors in, what the engine makes of them out.

use std::process::ExitCode;
use std::time::Instant;

use escale::core::base::hash::Namespace;
use escale::core::config::Config;
use escale::core::config::layout::Section;

use super::refuse;
use crate::cli;
use crate::config_source::{self, Compiled, Faults};
use crate::replay::log::{self, Log};
use crate::replay::{derived, report, run};

pub fn run(arguments: &cli::Replay) -> ExitCode {
    match replay(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(faults) => refuse(&faults),
    }
}

fn replay(arguments: &cli::Replay) -> Result<(), Faults> {
    let begun = Instant::now();
    let log = log::read(&arguments.events, arguments.format)
        .map_err(|why| Faults(vec![format!("{}: {why}", arguments.events.display())]))?;
    let reading = begun.elapsed();
    println!("{}", report::read(&log));
    let config = config(arguments, &log)?;
    let placement = placement(arguments, &config)?;
    println!(
        "each event is applied, and an offer chosen for `{}`",
        config.text(config.placement(placement).name)
    );
    let outcome = run::run(&log, config.clone(), placement, arguments.show);
    let faults: Vec<_> = log.faults.iter().chain(&outcome.faults).collect();
    if !faults.is_empty() {
        eprintln!("{}", report::faults(&faults));
    }
    println!("\n{}", report::visitors(&outcome.shown, &config));
    println!("\n{}", report::choices(&outcome, &config));
    println!("\n{}", report::speed(&log, &outcome, reading));
    Ok(())
}

fn config(arguments: &cli::Replay, log: &Log) -> Result<Config, Faults> {
    let compiled: Compiled = match &arguments.config {
        Some(path) => config_source::read(path)?,
        None => {
            let json = derived::config(log).ok_or_else(|| {
                Faults(vec![
                    "no event of the log names a topic: give a config with --config".into(),
                ])
            })?;
            config_source::compile_json(json.as_bytes())?
        }
    };
    config_source::check(compiled.bytes)
}

fn placement(arguments: &cli::Replay, config: &Config) -> Result<u16, Faults> {
    let all = 0..config.count(Section::Placements) as u16;
    let Some(name) = &arguments.placement else {
        let fullest =
            all.max_by_key(|at| (config.placement(*at).candidates, std::cmp::Reverse(*at)));
        return fullest.ok_or_else(|| {
            Faults(vec![
                "the config has no placement to choose for: add one".into(),
            ])
        });
    };
    config
        .index_of_name(Namespace::Placement, name)
        .ok_or_else(|| {
            let all: Vec<&str> = all
                .map(|at| config.text(config.placement(at).name))
                .collect();
            Faults(vec![format!(
                "no placement `{name}` in the config; it has {}",
                all.join(", ")
            )])
        })
}

//! `escale model`. In: a database and a period. Out: a file of success rates. Never: a rate of too few visitors.

use std::process::ExitCode;

use super::report::summed;
use super::{counted, refuse};
use crate::cli;
use crate::config_source::Faults;
use crate::model::Model;
use crate::model::fit::fit;

pub fn run(arguments: &cli::Model) -> ExitCode {
    let read = summed(&arguments.sums);
    let fitted = read.map(|s| {
        fit(
            &s.sums,
            &s.config,
            s.period,
            arguments.success,
            arguments.least_group,
        )
    });
    match fitted.and_then(|model| write(&model, arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(faults) => refuse(&faults),
    }
}

fn write(model: &Model, arguments: &cli::Model) -> Result<(), Faults> {
    let text = serde_json::to_string_pretty(model)
        .map_err(|error| Faults(vec![error.to_string()]))?
        + "\n";
    std::fs::write(&arguments.output, text).map_err(|error| {
        Faults(vec![format!(
            "{}: {error}. Choose another place with -o",
            arguments.output.display()
        )])
    })?;
    println!(
        "{}: the rates of {} and {}",
        arguments.output.display(),
        counted(model.rates.len(), "offer"),
        counted(model.base_rates.len(), "topic")
    );
    Ok(())
}

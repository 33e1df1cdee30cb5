//! `escale report`. In: a database and a period. Out: what the sums of those days say. Never: changes a sum.

use std::process::ExitCode;

use super::refuse;
use crate::cli;
use crate::clock;
use crate::config_source::{self, Faults};
use crate::ids::Site;
use crate::report::period::Period;
use crate::report::{Report, build, csv, words};

pub fn run(arguments: &cli::Report) -> ExitCode {
    let read = tokio::runtime::Runtime::new()
        .map_err(|error| Faults(vec![format!("the runtime: {error}")]))
        .and_then(|runtime| runtime.block_on(read(arguments)));
    match read.and_then(|report| text(&report, arguments.format)) {
        Ok(text) => {
            println!("{}", text.trim_end());
            ExitCode::SUCCESS
        }
        Err(faults) => refuse(&faults),
    }
}

async fn read(arguments: &cli::Report) -> Result<Report, Faults> {
    let fault = |why: String| Faults(vec![why]);
    let (from, to) = (arguments.from.as_deref(), arguments.to.as_deref());
    let period = Period::read(from, to, arguments.days, clock::today()).map_err(fault)?;
    let served = config_source::served(config_source::read(&arguments.config)?)?;
    let store = arguments.db.open().await.map_err(fault)?;
    let sums = store.sums(Site::new(&arguments.site), period).await;
    let sums = sums.map_err(|error| fault(format!("the database: {error}")))?;
    store.close().await.map_err(|error| fault(format!("closing the database: {error}")))?;
    Ok(build(&arguments.site, period, &sums, &served.config))
}

fn text(report: &Report, format: cli::ReportFormat) -> Result<String, Faults> {
    Ok(match format {
        cli::ReportFormat::Text => words::text(report),
        cli::ReportFormat::Csv => csv::text(report),
        cli::ReportFormat::Json => {
            serde_json::to_string_pretty(report).map_err(|error| Faults(vec![error.to_string()]))?
        }
    })
}

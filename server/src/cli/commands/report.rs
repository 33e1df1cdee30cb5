//! `escale report`. In: a database and a period. Out: what the sums of those days say. Never: changes a sum.

use std::process::ExitCode;

use escale::core::config::Config;

use super::refuse;
use crate::base::clock;
use crate::base::ids::Site;
use crate::cli;
use crate::config_source::{self, Faults};
use crate::report::period::Period;
use crate::report::{Report, build, csv, words};
use crate::statistics::sums::Sums;

pub fn run(arguments: &cli::Report) -> ExitCode {
    let site = &arguments.sums.base.site;
    let report = summed(&arguments.sums).map(|s| build(site, s.period, &s.sums, &s.config));
    match report.and_then(|report| text(&report, arguments.format)) {
        Ok(text) => {
            println!("{}", text.trim_end());
            ExitCode::SUCCESS
        }
        Err(faults) => refuse(&faults),
    }
}

/// What sums say, and the config that names what they are of.
pub struct Read {
    pub sums: Sums,
    pub config: Config,
    pub period: Period,
}

/// Reads the sums of some days. Errors: there is no such config, database or period.
pub fn summed(asked: &cli::Summed) -> Result<Read, Faults> {
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Faults(vec![format!("the runtime: {error}")]))?;
    runtime.block_on(read(asked))
}

async fn read(asked: &cli::Summed) -> Result<Read, Faults> {
    let fault = |why: String| Faults(vec![why]);
    let (from, to) = (asked.from.as_deref(), asked.to.as_deref());
    let period = Period::read(from, to, asked.days, clock::today()).map_err(fault)?;
    let served = config_source::served(config_source::read(&asked.base.config)?)?;
    let store = asked.base.db.open().await.map_err(fault)?;
    let sums = store.sums(Site::new(&asked.base.site), period).await;
    let sums = sums.map_err(|error| fault(format!("the database: {error}")))?;
    store
        .close()
        .await
        .map_err(|error| fault(format!("closing the database: {error}")))?;
    Ok(Read {
        sums,
        config: served.config,
        period,
    })
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

//! `escale model`. In: a database and a period. Out: a file of success rates. Never: a rate of too few visitors.

use std::process::ExitCode;

use super::{counted, refuse};
use crate::cli;
use crate::clock;
use crate::config_source::{self, Faults};
use crate::ids::Site;
use crate::model::Model;
use crate::model::fit::fit;
use crate::report::period::Period;

pub fn run(arguments: &cli::Model) -> ExitCode {
    let fitted = tokio::runtime::Runtime::new()
        .map_err(|error| Faults(vec![format!("the runtime: {error}")]))
        .and_then(|runtime| runtime.block_on(learn(arguments)));
    match fitted.and_then(|model| write(&model, arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(faults) => refuse(&faults),
    }
}

async fn learn(arguments: &cli::Model) -> Result<Model, Faults> {
    let fault = |why: String| Faults(vec![why]);
    let (from, to) = (arguments.from.as_deref(), arguments.to.as_deref());
    let period = Period::read(from, to, arguments.days, clock::today()).map_err(fault)?;
    let served = config_source::served(config_source::read(&arguments.config)?)?;
    let store = arguments.db.open().await.map_err(fault)?;
    let sums = store.sums(Site::new(&arguments.site), period).await;
    let sums = sums.map_err(|error| fault(format!("the database: {error}")))?;
    store.close().await.map_err(|error| fault(format!("closing the database: {error}")))?;
    Ok(fit(&sums, &served.config, period, arguments.success, arguments.least_group))
}

fn write(model: &Model, arguments: &cli::Model) -> Result<(), Faults> {
    let text = serde_json::to_string_pretty(model).map_err(|error| Faults(vec![error.to_string()]))? + "\n";
    std::fs::write(&arguments.output, text).map_err(|error| {
        Faults(vec![format!("{}: {error}. Choose another place with -o", arguments.output.display())])
    })?;
    println!("{}: the rates of {}", arguments.output.display(), counted(model.rates.len(), "offer"));
    Ok(())
}

//! `escale audience`. In: a segment's name or a condition. Out: the customers who fit, a line each, on the standard output;
//! how many there are on the standard error. Never: all of them in memory.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use futures_util::StreamExt as _;

use super::{counted, refuse};
use crate::audience::{self, Wanted, Wish};
use crate::base::clock;
use crate::base::ids::Site;
use crate::cli;
use crate::config_source::{self, Faults};

pub fn run(arguments: &cli::Audience) -> ExitCode {
    let told = tokio::runtime::Runtime::new()
        .map_err(|error| fault("the runtime", &error))
        .and_then(|runtime| runtime.block_on(tell(arguments)));
    match told {
        Ok(customers) => {
            eprintln!("{}", counted(customers, "customer"));
            ExitCode::SUCCESS
        }
        Err(faults) => refuse(&faults),
    }
}

async fn tell(arguments: &cli::Audience) -> Result<usize, Faults> {
    let served = config_source::served(config_source::read(&arguments.base.config)?)?;
    let wanted = Arc::new(wanted(arguments, &served.config).map_err(|why| Faults(vec![why]))?);
    let store = arguments
        .base
        .db
        .open()
        .await
        .map_err(|why| Faults(vec![why]))?;
    let (site, mut out, mut customers) =
        (Site::new(&arguments.base.site), std::io::stdout().lock(), 0);
    let mut lines = std::pin::pin!(audience::stream(store.as_ref(), &site, &wanted));
    while let Some(some) = lines.next().await {
        let some = some.map_err(|error| fault("the database", &error))?;
        customers += some.iter().filter(|byte| **byte == b'\n').count();
        out.write_all(&some)
            .map_err(|error| fault("the standard output", &error))?;
    }
    out.flush()
        .map_err(|error| fault("the standard output", &error))?;
    store
        .close()
        .await
        .map_err(|error| fault("closing the database", &error))?;
    Ok(customers - usize::from(wanted.format == audience::Format::Csv))
}

fn wanted(
    arguments: &cli::Audience,
    config: &escale::core::config::Config,
) -> Result<Wanted, String> {
    let asked = Wish {
        channel: arguments.channel.clone(),
        purpose: arguments.purpose.clone(),
        format: None,
    };
    let mut wanted = match (&arguments.segment, &arguments.when) {
        (Some(segment), _) => Wanted::segment(config, segment, asked, clock::now_ms())?,
        (None, when) => {
            let when = serde_json::from_str(when.as_deref().unwrap_or("{}"))
                .map_err(|error| format!("--when: {error}"))?;
            Wanted::condition(config, &when, asked, clock::now_ms())?
        }
    };
    wanted.format = arguments.format;
    Ok(wanted)
}

fn fault(what: &str, why: &dyn std::fmt::Display) -> Faults {
    Faults(vec![format!("{what}: {why}")])
}

//! `escale webhooks`. In: nothing, or which dead letters are to be tried again. Out: those that were given up, a line each.
//! Never: shows what a call says of a customer beyond the id.

use std::process::ExitCode;

use super::{counted, refuse};
use crate::base::clock;
use crate::base::ids::Site;
use crate::cli;
use crate::cli::table;
use crate::config_source::Faults;

pub fn run(arguments: &cli::Webhooks) -> ExitCode {
    let done = tokio::runtime::Runtime::new()
        .map_err(|error| Faults(vec![format!("the runtime: {error}")]))
        .and_then(|runtime| runtime.block_on(tell(arguments)));
    match done {
        Ok(words) => {
            println!("{words}");
            ExitCode::SUCCESS
        }
        Err(faults) => refuse(&faults),
    }
}

async fn tell(arguments: &cli::Webhooks) -> Result<String, Faults> {
    let store = arguments.db.open().await.map_err(|why| Faults(vec![why]))?;
    let failed = |error| Faults(vec![format!("the database: {error}")]);
    let site = Site::new(&arguments.site);
    let words = if arguments.requeue_all || arguments.requeue.is_some() {
        let requeued = store
            .requeue(site, arguments.requeue.clone(), clock::now_ms() / 1000)
            .await
            .map_err(failed)?;
        format!(
            "{} will be called again by the server",
            counted(requeued, "webhook")
        )
    } else {
        let dead = store.dead_letters(site).await.map_err(failed)?;
        let row = |letter: &crate::store::outbox::DeadLetter| {
            let attempts = letter.attempts.to_string();
            vec![
                letter.id.clone(),
                letter.webhook.clone(),
                letter.customer.clone(),
                attempts,
            ]
        };
        let rows: Vec<Vec<String>> = dead.iter().map(row).collect();
        let head = format!("{} given up", counted(rows.len(), "webhook"));
        if rows.is_empty() {
            head
        } else {
            format!(
                "{head}\n{}",
                table::lines(&["id", "webhook", "customer", " attempts"], &rows)
            )
        }
    };
    store.close().await.map_err(failed)?;
    Ok(words)
}

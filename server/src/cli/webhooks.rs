//! `escale webhooks`. In: nothing, or the failed calls to retry. Out: the failed calls, one line each.
//! Never: data of a customer other than the id.

use std::process::ExitCode;

use super::{block_on, counted};
use crate::base::clock;
use crate::base::errors::Errors;
use crate::base::ids::Site;
use crate::base::table;
use crate::cli::database::Database;
use crate::store::outbox::DeadLetter;
use crate::store::{Store, StoreError};

/// List webhook calls that failed for good, or retry them.
///
/// The server retries a call that is not acknowledged for about two days; then the call is listed here. This command only
/// marks calls; the server makes them.
#[derive(clap::Args)]
pub struct Args {
    /// Name of the site, as of the server.
    #[arg(long, env = "ESCALE_SITE", value_name = "NAME")]
    site: String,
    /// Database, as of the server.
    #[arg(
        long,
        env = "ESCALE_DB",
        hide_env_values = true,
        value_name = "FILE|URL",
        default_value = "escale.db"
    )]
    db: Database,
    /// Retry this call.
    #[arg(long, value_name = "ID")]
    requeue: Option<String>,
    /// Retry all failed calls.
    #[arg(long, conflicts_with = "requeue")]
    requeue_all: bool,
}

pub fn run(args: &Args) -> Result<ExitCode, Errors> {
    println!("{}", block_on(list_or_requeue(args))?);
    Ok(ExitCode::SUCCESS)
}

async fn list_or_requeue(args: &Args) -> Result<String, Errors> {
    let store = args.db.open_existing().await.map_err(Errors::message)?;
    let failed = |error| Errors::of("the database", error);
    let site = Site::new(&args.site);
    let summary = if args.requeue_all || args.requeue.is_some() {
        requeue(store.as_ref(), site, args.requeue.clone())
            .await
            .map_err(failed)?
    } else {
        list(&store.dead_letters(site).await.map_err(failed)?)
    };
    store.close().await.map_err(failed)?;
    Ok(summary)
}

async fn requeue(store: &dyn Store, site: Site, id: Option<String>) -> Result<String, StoreError> {
    let requeued = store.requeue(site, id, clock::now_ms() / 1000).await?;
    Ok(format!(
        "{} will be retried by the server",
        counted(requeued, "webhook call")
    ))
}

fn list(dead: &[DeadLetter]) -> String {
    let rows: Vec<Vec<String>> = dead
        .iter()
        .map(|letter| {
            vec![
                letter.id.clone(),
                letter.webhook.clone(),
                letter.customer.clone(),
                letter.attempts.to_string(),
            ]
        })
        .collect();
    let head = format!("{} failed", counted(rows.len(), "webhook call"));
    if rows.is_empty() {
        return head;
    }
    let titles = ["id", "webhook", "customer", " attempts"];
    format!("{head}\n{}", table::lines(&titles, &rows))
}

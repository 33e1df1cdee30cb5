//! A server that learns by itself. In: the clock and the sums. Out: a model that all servers on the database share, in the config
//! that browsers are given from then on. Never: two models at once for long: whoever is due first fits, the others take it.

use std::io::Write as _;
use std::time::Duration;

use super::{LEAST_GROUP, Model, Success, fit::fit};
use crate::base::clock;
use crate::config_source::{self, Faults};
use crate::http::app::App;
use crate::report::period::Period;
use crate::store::StoreError;
use crate::store::models::Kept;

/// How often a server looks for what another has fitted.
const LOOK: Duration = Duration::from_secs(60);

/// When, and from what.
pub struct Fitting {
    pub every: Duration,
    pub days: u32,
    pub success: Success,
}

/// For as long as the store is open; without an order to do so it never ends, and does nothing.
pub async fn keep(app: &App, fitting: Option<&Fitting>) {
    let Some(fitting) = fitting else {
        return std::future::pending().await;
    };
    loop {
        tokio::time::sleep(fitting.every.min(LOOK)).await;
        match once(app, fitting).await {
            Ok(None) => {}
            Ok(Some(learned)) => {
                println!("{learned}");
                // Whoever waits for it reads a pipe, which is not flushed line by line.
                let _ = std::io::stdout().flush();
            }
            Err(Faults(faults)) => {
                tracing::warn!(
                    faults = faults.len(),
                    "what was learned cannot be put into the config; the one in use stays"
                );
            }
        }
    }
}

/// Fits if it is time, and serves what was fitted last, by whichever server; in words, if that is something new. Errors:
/// what was learned cannot be put into the config that is served, as into one that is compiled already.
pub async fn once(app: &App, fitting: &Fitting) -> Result<Option<String>, Faults> {
    let kept = match newest(app, fitting).await {
        Ok(kept) => kept,
        Err(error) => {
            tracing::warn!(%error, "nothing is learned until the store answers");
            return Ok(None);
        }
    };
    // One written by a later release is left to it.
    let Some(model) = kept.and_then(|kept| Model::read(&kept.text).ok()) else {
        return Ok(None);
    };
    if app.config().model.as_ref() == Some(&model) {
        return Ok(None);
    }
    let (source, learned) = (app.source.clone(), model.clone());
    let compiled = aside(move || {
        source
            .compiled_with(Some(&learned))
            .and_then(config_source::served)
    })
    .await;
    let Some(served) = compiled else {
        return Ok(None);
    };
    let mut served = served?;
    let learned = format!(
        "Learned from {} to {}: the rates of {} offers and {} topics; the config is now {}",
        model.from,
        model.to,
        model.rates.len(),
        model.base_rates.len(),
        served.version
    );
    served.model = Some(model);
    app.serve_config(served);
    Ok(Some(learned))
}

/// Work that takes a while is no work for the threads that answer requests. None: the server is being stopped.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

async fn newest(app: &App, fitting: &Fitting) -> Result<Option<Kept>, StoreError> {
    let (site, now_s) = (app.site.clone(), clock::now_ms() / 1000);
    let held = app.store.model(site.clone()).await?;
    let due_s = now_s.saturating_sub(fitting.every.as_secs());
    if held
        .as_ref()
        .is_some_and(|held| held.is_fresh(now_s, due_s))
    {
        return Ok(held);
    }
    let today = clock::today();
    let period = Period {
        from_day: today.saturating_sub(fitting.days - 1),
        to_day: today,
    };
    let sums = app.store.sums(site.clone(), period).await?;
    let (served, success) = (app.config(), fitting.success);
    let fitted = aside(move || fit(&sums, &served.config, period, success, LEAST_GROUP)).await;
    // Numbers and names: there is nothing that could fail.
    let Some(Ok(text)) = fitted.map(|model| serde_json::to_string(&model)) else {
        return Ok(held);
    };
    app.store
        .keep_model(
            site.clone(),
            Kept {
                fitted_s: now_s,
                text,
            },
            due_s,
        )
        .await?;
    app.store.model(site).await
}

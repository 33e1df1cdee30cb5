//! Learning of a running server. In: the clock and the statistics. Out: a model that all servers on the database share,
//! in the config that browsers get. Never: two models for long: the first server that is due fits, the others load it.

use std::io::Write as _;
use std::time::Duration;

use crate::base::clock;
use crate::base::errors::Errors;
use crate::base::ids::Site;
use crate::config_source::{self, LiveConfig};
use crate::model::fit::fit;
use crate::model::{LEAST_GROUP, Model, Success};
use crate::report::period::Period;
use crate::store::models::Kept;
use crate::store::{Store, StoreError};

/// Longest pause before a server looks for a model that another has fitted.
const POLL_INTERVAL: Duration = Duration::from_secs(60);

/// Interval and input of the fits.
pub struct Schedule {
    pub every: Duration,
    pub days: u32,
    pub success: Success,
}

/// The learner of one server.
pub struct Learner<'a> {
    pub store: &'a dyn Store,
    pub site: &'a Site,
    pub config: &'a LiveConfig,
    pub schedule: Schedule,
}

/// Runs the learner, if there is one; never returns.
pub async fn run(learner: Option<&Learner<'_>>) {
    let Some(learner) = learner else {
        return std::future::pending().await;
    };
    loop {
        tokio::time::sleep(learner.schedule.every.min(POLL_INTERVAL)).await;
        match learner.update().await {
            Ok(None) => {}
            Ok(Some(summary)) => {
                println!("{summary}");
                // A pipe is not flushed line by line.
                let _ = std::io::stdout().flush();
            }
            Err(Errors(errors)) => {
                tracing::warn!(
                    errors = errors.len(),
                    "the learned model does not fit the config; the served config stays"
                );
            }
        }
    }
}

impl Learner<'_> {
    /// Fits a model if one is due, and serves the newest model of any server. Returns a summary if the model is new.
    ///
    /// # Errors
    /// A model that the config cannot take, as a compiled config cannot.
    pub async fn update(&self) -> Result<Option<String>, Errors> {
        let newest = match self.newest().await {
            Ok(newest) => newest,
            Err(error) => {
                tracing::warn!(%error, "learning waits for the store");
                return Ok(None);
            }
        };
        // A model of a later release cannot be read here.
        let Some(model) = newest.and_then(|kept| Model::read(&kept.text).ok()) else {
            return Ok(None);
        };
        if self.config.current().model.as_ref() == Some(&model) {
            return Ok(None);
        }
        self.serve(model).await
    }

    async fn serve(&self, model: Model) -> Result<Option<String>, Errors> {
        let (source, learned) = (self.config.source(), model.clone());
        let compiled = off_thread(move || {
            source
                .compiled_with(Some(&learned))
                .and_then(config_source::served)
        })
        .await;
        let Some(served) = compiled else {
            return Ok(None);
        };
        let mut served = served?;
        let summary = format!(
            "Learned from {} to {}: the rates of {} offers and {} topics; the config is now {}",
            model.from,
            model.to,
            model.rates.len(),
            model.base_rates.len(),
            served.version
        );
        served.model = Some(model);
        self.config.replace(served);
        Ok(Some(summary))
    }

    /// Returns the newest model in the store, after a fit if one is due.
    async fn newest(&self) -> Result<Option<Kept>, StoreError> {
        let (site, now_s) = (self.site.clone(), clock::now_ms() / 1000);
        let held = self.store.model(site.clone()).await?;
        let due_s = now_s.saturating_sub(self.schedule.every.as_secs());
        if held
            .as_ref()
            .is_some_and(|held| held.is_fresh(now_s, due_s))
        {
            return Ok(held);
        }
        let Some(text) = self.fitted().await? else {
            return Ok(held);
        };
        let kept = Kept {
            fitted_s: now_s,
            text,
        };
        self.store.keep_model(site.clone(), kept, due_s).await?;
        self.store.model(site).await
    }

    /// Fits a model, as JSON; `None` if the server is being stopped.
    async fn fitted(&self) -> Result<Option<String>, StoreError> {
        let (today, success) = (clock::today(), self.schedule.success);
        let period = Period {
            from_day: today.saturating_sub(self.schedule.days - 1),
            to_day: today,
        };
        let sums = self.store.sums(self.site.clone(), period).await?;
        let served = self.config.current();
        let model =
            off_thread(move || fit(&sums, &served.config, period, success, LEAST_GROUP)).await;
        // Numbers and names always serialise.
        Ok(model.and_then(|model| serde_json::to_string(&model).ok()))
    }
}

/// Runs slow work outside the threads that answer requests; `None` if the server is being stopped.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

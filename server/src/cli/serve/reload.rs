//! The config read again while the server runs. In: SIGHUP. Out: the new config is served, or the log says why not.
//! Never: a server that ends, or that serves nothing, because of a config with an error.

use super::announce::warn_of_webhooks;
use super::log;
use crate::config_source::LiveConfig;
use crate::webhook::Receivers;

/// Reads the config at each SIGHUP; never returns.
#[cfg(unix)]
pub async fn run(config: &LiveConfig, receivers: &Receivers) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut hang_up) = signal(SignalKind::hangup()) else {
        return std::future::pending().await;
    };
    while hang_up.recv().await.is_some() {
        reload(config, receivers);
    }
    std::future::pending().await
}

/// There is no such signal here: a new config needs a restart.
#[cfg(not(unix))]
pub async fn run(_: &LiveConfig, _: &Receivers) {
    std::future::pending().await
}

fn reload(config: &LiveConfig, receivers: &Receivers) {
    match config.reload() {
        Ok(warnings) => {
            warnings
                .iter()
                .for_each(|warning| log::warn_of_config(warning));
            let served = config.current();
            warn_of_webhooks(&served.config, receivers);
            println!("the config is now {}", served.version);
        }
        Err(errors) => {
            for error in &errors.0 {
                tracing::error!(code = "config", "{error}");
            }
            tracing::error!(
                code = "config",
                errors = errors.0.len(),
                "the new config has errors; the served config stays"
            );
        }
    }
}

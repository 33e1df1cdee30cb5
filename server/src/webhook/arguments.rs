//! Arguments for webhooks. In: the command line. Out: receivers, or an error.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::deliver::Trust;
use super::{Receivers, Signer};
use crate::base::tls::certificates;

#[derive(Args)]
pub struct Webhooks {
    /// Address of a webhook that the config's scenarios name. May be repeated, or given with
    /// commas.
    #[arg(long = "webhook", env = "ESCALE_WEBHOOKS", hide_env_values = true, value_name = "NAME=URL", value_delimiter = ',', value_parser = address)]
    webhooks: Vec<(String, String)>,
    /// A file with the secret that calls are signed with (Standard Webhooks), at least 24 bytes.
    #[arg(long, env = "ESCALE_WEBHOOK_SECRET_FILE", value_name = "FILE")]
    webhook_secret_file: Option<PathBuf>,
    /// A PEM file with the certificates of who signs those of the receivers, in place of whom the system trusts.
    #[arg(long, env = "ESCALE_WEBHOOK_CA", value_name = "FILE")]
    webhook_ca: Option<PathBuf>,
    /// A receiver that does not answer within this many milliseconds is called again later.
    #[arg(long, env = "ESCALE_WEBHOOK_WITHIN_MS", value_name = "MS", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=60_000))]
    webhook_within_ms: u64,
    /// Wait after the first failure of a call, in milliseconds. The wait doubles with each further
    /// failure, up to six hours.
    #[arg(
        long,
        env = "ESCALE_WEBHOOK_RETRY_MS",
        value_name = "MS",
        default_value_t = 30_000
    )]
    webhook_retry_ms: u64,
}

fn address(text: &str) -> Result<(String, String), String> {
    let (name, url) = text
        .split_once('=')
        .ok_or("it is of the form crm=https://crm.example.com/escale")?;
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(
            "the address begins with https:// (or http://, inside of your own network)".into(),
        );
    }
    Ok((name.trim().to_owned(), url.trim().to_owned()))
}

impl Webhooks {
    /// Errors: webhooks without a secret, or a secret that cannot be used.
    pub fn receivers(&self) -> Result<Receivers, String> {
        let signer = match &self.webhook_secret_file {
            None if self.webhooks.is_empty() => None,
            None => return Err("--webhook needs --webhook-secret-file: calls are signed".into()),
            Some(path) => {
                let secret = crate::base::file::read_secret(path)
                    .map_err(|error| format!("{}: {error}", path.display()))?;
                Some(Signer::new(&secret).map_err(|why| format!("{}: {why}", path.display()))?)
            }
        };
        let roots = self.webhook_ca.as_deref().map(certificates).transpose()?;
        let within = Duration::from_millis(self.webhook_within_ms);
        Ok(Receivers::new(
            self.webhooks.iter().cloned().collect(),
            Trust { signer, roots },
            within,
            self.webhook_retry_ms,
        ))
    }
}

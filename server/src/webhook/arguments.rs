//! Arguments for webhooks. In: the command line. Out: receivers, or an error.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::deliver::{Backoff, Endpoint, Receivers};
use super::signer::Signer;
use crate::base::file;
use crate::base::tls::certificates;

/// Name under which the secret of all webhooks without an own one is kept.
const EVERY: &str = "";

#[derive(Args)]
pub struct Webhooks {
    /// Address of a webhook that the config's scenarios name. May be repeated, or given with
    /// commas.
    #[arg(long = "webhook", env = "ESCALE_WEBHOOKS", hide_env_values = true, value_name = "NAME=URL", value_delimiter = ',', value_parser = address)]
    webhooks: Vec<(String, String)>,
    /// File with the secret that signs the calls (Standard Webhooks): base64 of 24 to 64 bytes. A second line with the
    /// former secret signs too, until the receiver has the new one. NAME=FILE is the secret of one webhook.
    #[arg(
        long = "webhook-secret-file",
        env = "ESCALE_WEBHOOK_SECRET_FILE",
        value_name = "[NAME=]FILE",
        value_delimiter = ','
    )]
    webhook_secret_files: Vec<String>,
    /// A PEM file with the certificates of who signs those of the receivers, in place of whom the system trusts.
    #[arg(long, env = "ESCALE_WEBHOOK_CA", value_name = "FILE")]
    webhook_ca: Option<PathBuf>,
    /// A receiver that does not answer within this many milliseconds is called again later.
    #[arg(long, env = "ESCALE_WEBHOOK_WITHIN_MS", value_name = "MS", default_value_t = 15_000, value_parser = clap::value_parser!(u64).range(1..=60_000))]
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
    /// Reads the secrets and pairs them with the addresses.
    ///
    /// # Errors
    /// A webhook without a secret, or a secret that cannot be read or used.
    pub fn receivers(&self) -> Result<Receivers, String> {
        let secrets = self.secrets()?;
        let endpoints = self.webhooks.iter().map(|(name, url)| {
            let signer = secrets.get(name.as_str()).or_else(|| secrets.get(EVERY)).ok_or_else(|| {
                format!("--webhook {name} needs --webhook-secret-file {name}=FILE (or FILE for all): calls are signed")
            })?;
            let endpoint = Endpoint {
                url: url.clone(),
                signer: signer.clone(),
            };
            Ok((name.clone(), endpoint))
        });
        let endpoints: BTreeMap<_, _> = endpoints.collect::<Result<_, String>>()?;
        let roots = self.webhook_ca.as_deref().map(certificates).transpose()?;
        let backoff = Backoff {
            within: Duration::from_millis(self.webhook_within_ms),
            first_retry_ms: self.webhook_retry_ms,
        };
        Ok(Receivers::new(endpoints, roots, backoff))
    }

    /// Secrets by the name of their webhook, or [`EVERY`].
    fn secrets(&self) -> Result<BTreeMap<&str, Signer>, String> {
        let files = self.webhook_secret_files.iter().map(|text| {
            let (name, file) = self.named(text);
            let error = |why: String| format!("{file}: {why}");
            let secret =
                file::read_secret(Path::new(file)).map_err(|why| error(why.to_string()))?;
            let signer = Signer::new(&String::from_utf8_lossy(&secret))
                .map_err(|why| error(why.to_string()))?;
            Ok((name, signer))
        });
        files.collect()
    }

    /// Splits `NAME=FILE`; a path may contain `=` itself, so only a name that has an address counts.
    fn named<'a>(&self, text: &'a str) -> (&'a str, &'a str) {
        let is_webhook = |name: &str| self.webhooks.iter().any(|(known, _)| known == name);
        text.split_once('=')
            .filter(|(name, _)| is_webhook(name))
            .unwrap_or((EVERY, text))
    }
}

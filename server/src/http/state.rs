//! State that all requests share. In: the parts that `escale serve` opens at the start. Out: shared references to them.
//! Never: a route or a layer, so that handlers do not import the router.

use std::sync::Arc;

use crate::base::clock;
use crate::base::ids::{IdHash, Site, VisitorKey};
use crate::config_source::{LiveConfig, Served};
use crate::http::api_key::ApiKey;
use crate::http::body::BodyMemory;
use crate::http::error::ApiError;
use crate::http::metrics::Metrics;
use crate::http::rate_limiter::RateLimiter;
use crate::store::Store;
use crate::store::readiness::Readiness;
use crate::token::Tokens;

/// Cell of a limit that all callers share.
const EVERYBODY: IdHash = IdHash([0; 32]);

/// Shared state of the HTTP interface.
pub struct AppState {
    pub site: Site,
    pub store: Arc<dyn Store>,
    pub config: Arc<LiveConfig>,
    /// Origins whose pages may call, besides the server's own.
    pub origins: Vec<String>,
    /// `None` without an identity key.
    pub tokens: Option<Tokens>,
    /// Key of the site's back end.
    pub api_key: Option<ApiKey>,
    /// Key that opens the report and nothing else.
    pub report_key: Option<ApiKey>,
    /// True if the report needs no key: only for a demo without keys that this machine alone can reach.
    pub is_report_open: bool,
    pub rate_limiter: RateLimiter,
    /// Limit of a visitor's erasures, apart from all other requests: who calls too often can still erase.
    pub erasures: RateLimiter,
    /// Limit of erasures that find nobody, over all callers.
    pub unknown_erasures: RateLimiter,
    /// Memory for the bodies of all connections together.
    pub body_memory: BodyMemory,
    pub metrics: Metrics,
    pub readiness: Readiness,
}

impl AppState {
    /// Checks the site that a request names, so that a misconfigured page learns it at once.
    ///
    /// # Errors
    /// `UnknownSite` if this server serves another site.
    pub fn check_site(&self, name: &str) -> Result<(), ApiError> {
        if name == self.site.as_str() {
            Ok(())
        } else {
            Err(ApiError::UnknownSite)
        }
    }

    /// Returns the config that is served at this moment.
    pub fn config(&self) -> Arc<Served> {
        self.config.current()
    }

    /// Counts an erasure of a visitor.
    ///
    /// # Errors
    /// `TooFast` if the visitor has used up the limit.
    pub fn check_erasures(&self, visitor: &VisitorKey) -> Result<(), ApiError> {
        self.erasures
            .allow(&visitor.id, clock::now_ms())
            .map_err(ApiError::TooFast)
    }

    /// Counts an erasure that found nobody.
    ///
    /// # Errors
    /// `TooFast` if callers make up more ids than honest ones lose.
    pub fn check_unknown_erasures(&self) -> Result<(), ApiError> {
        self.unknown_erasures
            .allow(&EVERYBODY, clock::now_ms())
            .map_err(ApiError::TooFast)
    }

    /// Counts a request of a visitor against the rate limit.
    ///
    /// # Errors
    /// `TooFast` if the visitor has used up the limit.
    pub fn check_rate(&self, visitor: &VisitorKey) -> Result<(), ApiError> {
        self.rate_limiter
            .allow(&visitor.id, clock::now_ms())
            .map_err(ApiError::TooFast)
    }
}

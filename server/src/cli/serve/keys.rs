//! Keys of `escale serve`. In: arguments and files. Out: keys that can be compared, or the reason why not.

use std::path::Path;

use super::arguments::IdentityArgs;
use crate::base::errors::Errors;
use crate::base::file;
use crate::base::ids::Site;
use crate::http::api_key::ApiKey;
use crate::token::Tokens;

pub fn tokens(
    site: &Site,
    identity: &IdentityArgs,
    is_demo: bool,
) -> Result<Option<Tokens>, Errors> {
    let read =
        |path: &Path| file::read_secret(path).map_err(|error| Errors::of(path.display(), error));
    let tokens = if let Some(path) = &identity.identity_public_key {
        Tokens::public(site, &read(path)?)
    } else if let Some(path) = &identity.identity_secret_file {
        Tokens::shared(site, &read(path)?)
    } else if let Some(secret) = &identity.identity_secret {
        Tokens::shared(site, secret.as_bytes())
    } else if is_demo {
        // The demo's tokens expire within minutes, so a secret of this process is enough.
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)
            .map_err(|error| Errors::of("the source of randomness", error))?;
        Tokens::own(site, &secret)
    } else {
        return Ok(None);
    };
    tokens
        .map(Some)
        .map_err(|error| Errors::of("identity", error))
}

pub fn key(name: &str, file: Option<&Path>, text: Option<&str>) -> Result<Option<ApiKey>, Errors> {
    let key = match (file, text) {
        (Some(path), _) => {
            file::read_secret(path).map_err(|error| Errors::of(path.display(), error))?
        }
        (None, Some(key)) => key.as_bytes().to_vec(),
        (None, None) => return Ok(None),
    };
    ApiKey::new(&key)
        .map(Some)
        .map_err(|error| Errors::of(name, error))
}

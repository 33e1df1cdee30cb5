//! TLS towards others: the database, receivers of webhooks. In: a file of certificates. Out: what is trusted. Never: an
//! unencrypted line where an encrypted one was asked for.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// One provider of the algorithms, for all.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Reads the certificates of a PEM file, at least one.
///
/// # Errors
///
/// A message if the file cannot be read or has none.
pub fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let failure = |why: String| {
        format!(
            "{}: {why}. Give a PEM file with the certificate of who signs",
            file.display()
        )
    };
    let read = CertificateDer::pem_file_iter(file).map_err(|error| failure(error.to_string()))?;
    let all: Vec<_> = read
        .collect::<Result<_, _>>()
        .map_err(|error| failure(error.to_string()))?;
    if all.is_empty() {
        Err(failure("it has no certificate".into()))
    } else {
        Ok(all)
    }
}

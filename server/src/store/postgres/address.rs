//! Address of the database and encryption of the connection. In: a URL. Out: the settings of the
//! client. Never: a mode that promises more than is checked.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio_postgres::config::{SslMode, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::url;
use crate::base::tls;

/// A database's address.
#[derive(Clone)]
pub struct Address {
    pub config: tokio_postgres::Config,
    trust: Trust,
}

/// Certificates that are accepted.
#[derive(Clone)]
enum Trust {
    /// Anyone's: who listens in learns nothing, who stands in between is not noticed.
    Any,
    /// One that the system trusts, of the host's name.
    System,
    /// One that was signed by these, of the host's name.
    SignedBy(PathBuf),
}

impl FromStr for Address {
    type Err = String;

    /// Reads an address with PostgreSQL's own mode names. `verify-full` and `sslrootcert` are
    /// handled here, all other parameters by the client. Without a mode, or with `prefer`, a
    /// database without encryption is accessed in plain text. With `sslrootcert`, `prefer` means
    /// `verify-full`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (mut verifies, mut root, mut rest) = (false, None, Vec::new());
        for (key, value) in url::parameters(url::unwrapped(text))? {
            match (key.as_str(), value.as_str()) {
                ("sslmode", "verify-full") => verifies = true,
                ("sslmode", "verify-ca") => return Err(
                    "sslmode=verify-ca is not known here: say verify-full, which checks the name too"
                        .into(),
                ),
                ("sslmode", "allow") => return Err(
                    "sslmode=allow is not known here: say prefer, which encrypts wherever it can"
                        .into(),
                ),
                ("sslrootcert", "system") => verifies = true,
                ("sslrootcert", file) => root = Some(PathBuf::from(file)),
                _ => rest.push((key, value)),
            }
        }
        let mut config = tokio_postgres::Config::from_str(&url::key_values(&rest))
            .map_err(|error| explained(&error))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err("it names no host: write postgres://user:password@host/database".into());
        }
        if verifies || (root.is_some() && config.get_ssl_mode() == SslMode::Prefer) {
            config.ssl_mode(SslMode::Require);
        }
        // Of several servers, one that takes writes.
        let names_session = rest.iter().any(|(key, _)| key == "target_session_attrs");
        if config.get_hosts().len() > 1 && !names_session {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        let trust = match root {
            Some(file) => Trust::SignedBy(file),
            None if verifies => Trust::System,
            None => Trust::Any,
        };
        Ok(Self { config, trust })
    }
}

/// Message of the client, which names the parameter and not its value.
fn explained(error: &tokio_postgres::Error) -> String {
    std::error::Error::source(error)
        .map_or_else(|| "it cannot be read".to_owned(), ToString::to_string)
}

impl Address {
    /// Returns the encryption of the connection.
    ///
    /// # Errors
    ///
    /// A message if the certificates cannot be read.
    pub fn encryption(&self) -> Result<MakeRustlsConnect, String> {
        let provider = tls::provider();
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let config = match &self.trust {
            Trust::Any => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Anyone(provider)))
                .with_no_client_auth(),
            Trust::System => builder
                .with_platform_verifier()
                .map_err(|error| error.to_string())?
                .with_no_client_auth(),
            Trust::SignedBy(file) => {
                let mut roots = RootCertStore::empty();
                for certificate in tls::certificates(file)? {
                    roots
                        .add(certificate)
                        .map_err(|error| format!("{}: {error}", file.display()))?;
                }
                builder.with_root_certificates(roots).with_no_client_auth()
            }
        };
        Ok(MakeRustlsConnect::new(config))
    }
}

/// Accepts any certificate, as PostgreSQL's own `require` does. The peer must still prove that it
/// holds the certificate's key.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_what_is_checked() -> Result<(), String> {
        let read = |query: &str| {
            let address = Address::from_str(&format!("postgres://ana@db.example/voyages{query}"))?;
            let trust = match address.trust {
                Trust::Any => "any".to_owned(),
                Trust::System => "system".to_owned(),
                Trust::SignedBy(file) => file.display().to_string(),
            };
            Ok::<_, String>((address.config.get_ssl_mode(), trust))
        };
        let expected = |mode: SslMode, trust: &str| (mode, trust.to_owned());
        assert_eq!(read("")?, expected(SslMode::Prefer, "any"));
        assert_eq!(read("?sslmode=prefer")?, expected(SslMode::Prefer, "any"));
        assert_eq!(
            read("?sslmode=prefer&sslrootcert=ca.pem")?,
            expected(SslMode::Require, "ca.pem")
        );
        assert_eq!(
            read("?sslmode=disable&connect_timeout=3")?,
            expected(SslMode::Disable, "any")
        );
        assert_eq!(read("?sslmode=require")?, expected(SslMode::Require, "any"));
        assert_eq!(
            read("?connect_timeout=3&sslmode=verify-full")?,
            expected(SslMode::Require, "system")
        );
        assert_eq!(
            read("?sslmode=verify-full&sslrootcert=%2Fetc%2Fa%20b.pem")?,
            expected(SslMode::Require, "/etc/a b.pem")
        );
        assert_eq!(
            read("?sslrootcert=ca.pem")?,
            expected(SslMode::Require, "ca.pem")
        );
        assert_eq!(
            read("?sslrootcert=system")?,
            expected(SslMode::Require, "system")
        );
        assert!(read("?sslmode=allow").is_err_and(|why| why.contains("say prefer")));
        assert!(read("?sslmode=verify-ca").is_err() && read("?sslmode=often").is_err());
        Ok(())
    }
}

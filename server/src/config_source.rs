//! Config files. In: the path of a config, as JSON or compiled. Out: its bytes, checked and ready to serve, or every
//! error. Never: a config with an error is served.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use axum::body::Bytes;
use escale::internals::config::Scenario;
use escale::{Config, compile};

use crate::base::errors::Errors;
use crate::base::file;
use crate::model::Model;

/// Config that browsers get.
pub struct Served {
    pub bytes: Bytes,
    pub config: Config,
    /// Version that browsers compare: eight hexadecimal digits.
    pub version: String,
    /// Learned model that the config contains.
    pub model: Option<Model>,
    /// `true` if the config has scenarios that the server evaluates.
    pub has_scenarios: bool,
}

/// Config file as it was read. Later changes of the file have no effect until it is read again.
pub struct Source {
    path: PathBuf,
    file: Vec<u8>,
}

/// Compiled config and the warnings about it.
pub struct Compiled {
    pub bytes: Vec<u8>,
    pub warnings: Vec<String>,
}

impl Source {
    /// Reads a config file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(path: &Path) -> Result<Self, Errors> {
        let file = file::read(path).map_err(|error| {
            Errors::of(
                path.display(),
                format!(
                    "{error}. Give the path of an escale.json or of the output of `escale build`"
                ),
            )
        })?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    /// Compiles the file, unless it is compiled already.
    ///
    /// # Errors
    /// Every error of the config.
    pub fn compiled(&self) -> Result<Compiled, Errors> {
        if self.is_json() {
            return compile_json(&self.file);
        }
        check(self.file.clone()).map(|_| Compiled {
            bytes: self.file.clone(),
            warnings: Vec::new(),
        })
    }

    /// Compiles the file with a learned model in place of its own rates.
    ///
    /// # Errors
    /// Every error of the config; a compiled config, which cannot take a model.
    pub fn compiled_with(&self, model: Option<&Model>) -> Result<Compiled, Errors> {
        let Some(model) = model else {
            return self.compiled();
        };
        if !self.is_json() {
            return Err(Errors::of(
                self.path.display(),
                "a compiled config cannot take a model. Give the escale.json that it was built from",
            ));
        }
        // The compiler reports JSON that cannot be read, with its position.
        let Ok(mut json) = serde_json::from_slice::<serde_json::Value>(&self.file) else {
            return self.compiled();
        };
        let unknown = model.unknown_facets(&json).into_iter();
        let warnings: Vec<String> = unknown
            .map(|name| {
                format!("the model has the facet `{name}`, which the config lacks: it is left out")
            })
            .collect();
        model.put_into(&mut json);
        let mut compiled = compile_json(json.to_string().as_bytes())?;
        compiled.warnings.extend(warnings);
        Ok(compiled)
    }

    fn is_json(&self) -> bool {
        self.file
            .first()
            .is_some_and(|first| first.is_ascii_whitespace() || *first == b'{')
    }
}

/// Reads the output of `escale model`; `None` without a path.
///
/// # Errors
/// A file that cannot be read or is not a model.
pub fn model(path: Option<&Path>) -> Result<Option<Model>, Errors> {
    let Some(path) = path else { return Ok(None) };
    let error = |why: String| {
        Errors::of(
            path.display(),
            format!("{why}. Make one with `escale model`"),
        )
    };
    let text = file::read_text(path).map_err(|cause| error(cause.to_string()))?;
    Model::read(&text).map(Some).map_err(error)
}

/// Reads a config and compiles it, unless it is compiled already.
///
/// # Errors
/// Every error of the file and the config.
pub fn read(path: &Path) -> Result<Compiled, Errors> {
    Source::read(path)?.compiled()
}

/// Compiles a config from JSON.
///
/// # Errors
/// Every error of the config.
pub fn compile_json(file: &[u8]) -> Result<Compiled, Errors> {
    let json = std::str::from_utf8(file)
        .map_err(|error| Errors::message(format!("not UTF-8: {error}. Save it as UTF-8")))?;
    match compile(json) {
        Ok(compiled) => Ok(Compiled {
            bytes: compiled.bytes,
            warnings: compiled.warnings.iter().map(ToString::to_string).collect(),
        }),
        Err(errors) => Err(Errors(errors.iter().map(ToString::to_string).collect())),
    }
}

/// Opens compiled bytes as the engine does.
///
/// # Errors
/// Bytes that are not a compiled config.
pub fn check(bytes: Vec<u8>) -> Result<Config, Errors> {
    Config::from_bytes(bytes).map_err(|error| {
        Errors::message(format!(
            "not a compiled config ({error:?}). Build it again with `escale build`"
        ))
    })
}

/// Prepares a compiled config to be served.
///
/// # Errors
/// Bytes that are not a compiled config.
pub fn served(compiled: Compiled) -> Result<Served, Errors> {
    let config = check(compiled.bytes.clone())?;
    let version = format!("{:08x}", config.version_hash());
    Ok(Served {
        bytes: compiled.bytes.into(),
        has_scenarios: has_scenarios(&config),
        config,
        version,
        model: None,
    })
}

/// Returns `true` if the config has scenarios that the server evaluates.
pub fn has_scenarios(config: &Config) -> bool {
    config
        .indices::<Scenario>()
        .any(|index| config.scenario(index).offer.is_none())
}

/// The served config. It changes when the server learns a new model, or reads its file again.
pub struct LiveConfig {
    source: RwLock<Arc<Source>>,
    current: RwLock<Arc<Served>>,
}

impl LiveConfig {
    /// Serves `served`, which was compiled from `source`.
    pub fn new(source: Source, served: Served) -> Self {
        Self {
            source: RwLock::new(Arc::new(source)),
            current: RwLock::new(Arc::new(served)),
        }
    }

    /// Returns the file that every served config is compiled from.
    pub fn source(&self) -> Arc<Source> {
        self.source
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Reads the file again and serves it, with the model of this moment. Returns the warnings.
    ///
    /// # Errors
    /// Every error of the file and the config; the served config stays.
    pub fn reload(&self) -> Result<Vec<String>, Errors> {
        let source = Source::read(&self.source().path)?;
        let model = self.current().model.clone();
        let mut compiled = source.compiled_with(model.as_ref())?;
        let warnings = std::mem::take(&mut compiled.warnings);
        let mut replacement = served(compiled)?;
        replacement.model = model;
        *self.source.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(source);
        self.replace(replacement);
        Ok(warnings)
    }

    /// Returns the config that is served at this moment.
    pub fn current(&self) -> Arc<Served> {
        // A poisoned lock is usable: writers only replace a pointer.
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Replaces the served config.
    pub fn replace(&self, served: Served) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(served);
    }
}

//! In: the path of a config, people's JSON or compiled. Out: its bytes, checked and ready to serve, or every fault.

use std::path::{Path, PathBuf};

use axum::body::Bytes;
use escale::core::config::{Config, compile};

use crate::model::Model;

/// A config in use.
pub struct Served {
    pub bytes: Bytes,
    pub config: Config,
    /// Eight hexadecimal digits: what browsers compare.
    pub version: String,
    /// What was learned, and is in the config.
    pub model: Option<Model>,
}

/// A config's file as it was read, whatever it says by now.
pub struct Source {
    path: PathBuf,
    file: Vec<u8>,
}

/// Why there is none: everything that is wrong, one line each.
pub struct Faults(pub Vec<String>);

/// What a readable config still deserves to be told.
pub struct Compiled {
    pub bytes: Vec<u8>,
    pub warnings: Vec<String>,
}

impl Source {
    pub fn read(path: &Path) -> Result<Self, Faults> {
        let file = std::fs::read(path).map_err(|error| {
            Faults(vec![format!(
                "{}: {error}. Give the path of an escale.json or of what `escale build` made",
                path.display()
            )])
        })?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    /// Compiles it, unless it is compiled already.
    pub fn compiled(&self) -> Result<Compiled, Faults> {
        if self.is_json() {
            return compile_json(&self.file);
        }
        check(self.file.clone()).map(|_| Compiled {
            bytes: self.file.clone(),
            warnings: Vec::new(),
        })
    }

    /// The same, with what was learned in the place of the config's own rates. Errors: also a config that is compiled already.
    pub fn compiled_with(&self, model: Option<&Model>) -> Result<Compiled, Faults> {
        let Some(model) = model else {
            return self.compiled();
        };
        if !self.is_json() {
            return Err(Faults(vec![format!(
                "{}: a compiled config takes no model. Give the escale.json that it was built from",
                self.path.display()
            )]));
        }
        // What cannot be read is told of by the compiler, with its place.
        let Ok(mut json) = serde_json::from_slice::<serde_json::Value>(&self.file) else {
            return self.compiled();
        };
        model.put_into(&mut json);
        compile_json(json.to_string().as_bytes())
    }

    fn is_json(&self) -> bool {
        self.file
            .first()
            .is_some_and(|first| first.is_ascii_whitespace() || *first == b'{')
    }
}

/// What `escale model` has written, if there is any.
pub fn model(path: Option<&Path>) -> Result<Option<Model>, Faults> {
    let Some(path) = path else { return Ok(None) };
    let fault = |why: String| {
        Faults(vec![format!(
            "{}: {why}. Make one with `escale model`",
            path.display()
        )])
    };
    let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
    Model::read(&text).map(Some).map_err(fault)
}

/// Reads and, unless it is compiled already, compiles.
pub fn read(path: &Path) -> Result<Compiled, Faults> {
    Source::read(path)?.compiled()
}

/// Compiles people's JSON.
pub fn compile_json(file: &[u8]) -> Result<Compiled, Faults> {
    let json = std::str::from_utf8(file)
        .map_err(|error| Faults(vec![format!("not UTF-8: {error}. Save it as UTF-8")]))?;
    match compile(json) {
        Ok(compiled) => Ok(Compiled {
            bytes: compiled.bytes,
            warnings: compiled.warnings.iter().map(ToString::to_string).collect(),
        }),
        Err(issues) => Err(Faults(issues.iter().map(ToString::to_string).collect())),
    }
}

/// The engine's own view of compiled bytes.
pub fn check(bytes: Vec<u8>) -> Result<Config, Faults> {
    Config::from_bytes(bytes).map_err(|error| {
        Faults(vec![format!(
            "not a compiled config ({error:?}). Build it again with `escale build`"
        )])
    })
}

/// Ready to serve.
pub fn served(compiled: Compiled) -> Result<Served, Faults> {
    let config = check(compiled.bytes.clone())?;
    let version = format!("{:08x}", config.version_hash());
    Ok(Served {
        bytes: compiled.bytes.into(),
        config,
        version,
        model: None,
    })
}

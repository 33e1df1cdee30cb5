//! Opens people's configs. Comes in: JSON text or compiled bytes; goes out: a runtime, or every
//! error at once, each with its path and a hint.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::object;
use crate::core::base::validation_error::ValidationError;
use crate::core::config::{Compiled, Config, compile};
use crate::web::bindings::Runtime;

/// The entry point of the full module.
#[wasm_bindgen]
pub struct Full;

#[wasm_bindgen]
impl Full {
    /// Opens a config, JSON text or compiled bytes. Throws the errors as an array of `ValidationError`.
    ///
    /// # Errors
    ///
    /// The validation errors of a config that cannot be used.
    pub fn open(
        #[wasm_bindgen(unchecked_param_type = "string | Uint8Array")] config: &JsValue,
    ) -> Result<Runtime, JsValue> {
        let bytes = match config.as_string() {
            Some(json) => compile(&json).map_err(|errors| object(&errors))?.bytes,
            None => Uint8Array::new(config).to_vec(),
        };
        let config = Config::from_bytes(bytes).map_err(|_| object(&[not_compiled()]))?;
        Ok(Runtime::on(config))
    }
}

/// The result of compiling a config.
#[wasm_bindgen]
pub struct Compilation {
    bytes: Option<Vec<u8>>,
    errors: Vec<ValidationError>,
    warnings: Vec<ValidationError>,
}

#[wasm_bindgen]
impl Compilation {
    /// The compiled bytes; `undefined`: there are errors.
    #[wasm_bindgen(getter)]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        self.bytes.clone()
    }

    /// Every error.
    #[wasm_bindgen(getter, unchecked_return_type = "ValidationError[]")]
    pub fn errors(&self) -> JsValue {
        object(&self.errors)
    }

    /// Returns warnings: allowed, but probably not meant.
    #[wasm_bindgen(getter, unchecked_return_type = "ValidationError[]")]
    pub fn warnings(&self) -> JsValue {
        object(&self.warnings)
    }
}

/// Compiles people's `escale.json`.
#[wasm_bindgen(js_name = compileConfig)]
pub fn compile_config(json: &str) -> Compilation {
    match compile(json) {
        Ok(Compiled { bytes, warnings }) => Compilation {
            bytes: Some(bytes),
            errors: Vec::new(),
            warnings,
        },
        Err(errors) => Compilation {
            bytes: None,
            errors,
            warnings: Vec::new(),
        },
    }
}

fn not_compiled() -> ValidationError {
    ValidationError {
        path: String::new(),
        message: "the bytes are not a config compiled by this release".into(),
        hint: "Compile escale.json again with `escale build`".into(),
    }
}

//! Writes the JavaScript bindings of a compiled module. Input: the module and the output folder. Output: `escale.js`,
//! `escale.d.ts` and `escale_bg.wasm`. Never: a network, a choice of versions.

use std::env;
use std::process::ExitCode;

use wasm_bindgen_cli_support::{Bindgen, EncodeInto};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [module, folder] = arguments.as_slice() else {
        eprintln!("usage: escale-bindgen MODULE.wasm FOLDER");
        return ExitCode::FAILURE;
    };
    match write(module, folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{module}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes the bindings of `module` into `folder`.
///
/// # Errors
/// A module that cannot be read, or that another version of wasm-bindgen made.
fn write(module: &str, folder: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name("escale").web(true)?;
    bindgen
        .typescript(true)
        .omit_default_module_path(true)
        .remove_producers_section(true)
        .encode_into(EncodeInto::Always);
    Ok(bindgen.generate(folder)?)
}

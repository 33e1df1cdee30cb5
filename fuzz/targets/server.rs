//! The server's decoders under libFuzzer. `ESCALE_FUZZ=name` chooses one. Without it, the names are
//! printed.
#![no_main]
#![allow(unsafe_code, reason = "the entry point's name is libFuzzer's")]

use escale_fuzz::{decoders, target};

libfuzzer_sys::fuzz_target!(init: target::choose(decoders::SERVER), |bytes: &[u8]| target::take(bytes));

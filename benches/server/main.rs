//! The server's figures, each beside the machine's own limit in the same run. `make bench-server` runs all of them; one of
//! them: `cargo bench -p escale-server --bench server -- syncs visitors=100000 seconds=5 rounds=3`. What is measured is
//! printed, and written to `benches/results` with the machine and its load. Databases lie below `in=` (or the
//! system's temporary folder), and are removed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that cannot go on ends"
)]

mod arguments;
mod audience;
mod cluster;
mod filled;
mod http;
mod machine;
mod raw;
mod seed;
mod served;
mod stopwatch;
mod store;
mod syncs;
mod work;

use arguments::Arguments;

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments = Arguments::given();
    match arguments.first() {
        "audience" => audience::run(&arguments),
        "filled" => filled::run(&arguments),
        "syncs" => syncs::run(&arguments),
        _ => {
            syncs::run(&arguments);
            audience::run(&arguments);
            filled::run(&arguments);
        }
    }
}

//! `escale`: the server and the command line. One binary, a subcommand a job.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    escale_server::run()
}

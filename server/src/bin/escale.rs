//! `escale`: the server and the command line. One binary, a subcommand a job.

use std::process::ExitCode;

fn main() -> ExitCode {
    escale_server::run()
}

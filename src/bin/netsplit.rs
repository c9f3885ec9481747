//! The native command line. What it can do is in `netsplit/`.

#[path = "netsplit/cli.rs"]
mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}

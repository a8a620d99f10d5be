//! `azring-emulator`: reads the command line, starts the emulator, prints when it is ready, and
//! ends on SIGTERM or SIGINT.

mod arguments;
mod help;

use std::io::Write as _;
use std::process::ExitCode;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use azring_emulator_tests::emulator::Server;

use arguments::Invocation;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "azring-emulator: {message}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), String> {
    let (options, authority_file) = match arguments::read(std::env::args_os().skip(1))? {
        Invocation::Print(text) => return print(&text),
        Invocation::Serve {
            options,
            authority_file,
        } => (options, authority_file),
    };
    // Signals are handled from here on: for process 1 of a container the kernel ignores signals
    // without a handler.
    let mut signals = Signals::new([SIGTERM, SIGINT])
        .map_err(|error| format!("cannot watch for signals: {error}"))?;
    let server = Server::start(&options).map_err(|error| error.to_string())?;
    if let Some(path) = authority_file {
        let pem = server.authority_pem().ok_or("`--ca-out` needs `--https`")?;
        std::fs::write(&path, pem).map_err(|error| format!("cannot write `{path}`: {error}"))?;
    }
    let services = server.urls().map(|(label, url)| format!(" {label}={url}"));
    let services: String = services.collect();
    let identity = if server.has_identity() {
        let (https, http) = (server.identity_url(), server.identity_http_url());
        format!(" identity={https} identity-http={http}")
    } else {
        String::new()
    };
    print(&format!(
        "ready{services} control={}{identity}\n",
        server.control_url()
    ))
    .map_err(|error| format!("cannot print the ready line: {error}"))?;
    signals.forever().next();
    // Everything acknowledged was passed to the kernel, so nothing has to be written before the
    // end. Open connections are not waited for.
    std::mem::forget(server);
    Ok(())
}

fn print(text: &str) -> Result<(), String> {
    let mut stdout = std::io::stdout();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(|error| error.to_string())
}

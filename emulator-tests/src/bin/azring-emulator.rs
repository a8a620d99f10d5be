//! `azring-emulator`: reads the command line, starts the emulator, says when it is ready, and ends on SIGTERM or Ctrl-C.

use std::io::Write as _;
use std::process::ExitCode;

use base64::Engine as _;

use azring_emulator_tests::emulator::fault::Plan;
use azring_emulator_tests::emulator::{
    AccountOption, Behaviour, Options, PatternBlob, Server, StoreChoice, TlsChoice,
};

const HELP: &str = "\
azring-emulator: an emulator of Azure Blob Storage

usage: azring-emulator [OPTIONS]

  --blob-port PORT          port of the Blob service; 0 lets the system choose (default 0)
  --host ADDRESS            address to listen on (default 127.0.0.1)
  --store memory|null|DIR   keep bodies in memory, only their lengths, or all in a folder that survives
                            a restart (default memory)
  --memory-limit BYTES      the most that the memory store keeps (default 8589934592)
  --account NAME:BASE64KEY  an account; may be given several times (default devstoreaccount1 with its public key)
  --pattern-blob CONTAINER/NAME:BYTES
                            a blob of the null store that exists from the start; may be given several times
  --pattern-blobs CONTAINER/PREFIX:BYTES:COUNT
                            so many of them, with names of the prefix and a number from 0
  --no-verify               do not check Content-MD5 and x-ms-content-crc64 of uploads
  --https                   serve HTTPS with a certificate made at the start
  --ca-out FILE             where to write the authority of that certificate, PEM
  --cert PEM --key PEM      serve HTTPS with this certificate
  --faults FILE             a fault plan to begin with, JSON
  --behaviour FILE          how the service behaves (pending copies, short pages, ..), JSON
  --issuer-key FILE         accept bearer tokens (HS256) signed with the base64 key in this file
  --trust PEM               authorities of copy sources under HTTPS
  --log FILE                append the request log to a file, JSON lines
  --control-port PORT       port of the control endpoint on 127.0.0.1; 0 lets the system choose (default 0)
  --help                    this text

When it serves it prints one line: ready blob=URL control=URL
";

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
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help") {
        return std::io::stdout()
            .write_all(HELP.as_bytes())
            .map_err(|error| error.to_string());
    }
    let (options, authority_file) = parse(arguments.into_iter())?;
    let server = Server::start(&options).map_err(|error| error.to_string())?;
    if let Some(path) = authority_file {
        let pem = server.authority_pem().ok_or("`--ca-out` needs `--https`")?;
        std::fs::write(&path, pem).map_err(|error| format!("cannot write `{path}`: {error}"))?;
    }
    let mut stdout = std::io::stdout();
    writeln!(
        stdout,
        "ready blob={} control={}",
        server.blob_url(),
        server.control_url()
    )
    .and_then(|()| stdout.flush())
    .map_err(|error| format!("cannot print the ready line: {error}"))?;
    // SIGTERM and SIGINT end the process as they are: nothing is kept that would have to be written first.
    loop {
        std::thread::park();
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<(Options, Option<String>), String> {
    let mut options = Options::default();
    let (mut cert, mut key, mut authority_file) = (None, None, None);
    while let Some(argument) = arguments.next() {
        let (name, inline) = match argument.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        let mut value = || {
            inline
                .clone()
                .or_else(|| arguments.next())
                .ok_or_else(|| format!("`{name}` needs a value"))
        };
        match name.as_str() {
            "--blob-port" => options.blob_port = number(&name, &value()?)?,
            "--host" => options.host = value()?,
            "--store" => options.store = store(&value()?)?,
            "--memory-limit" => options.memory_bytes_max = number(&name, &value()?)?,
            "--account" => options.accounts.push(account(&value()?)?),
            "--pattern-blob" => options.pattern_blobs.push(pattern_blob(&value()?)?),
            "--pattern-blobs" => options.pattern_blobs.extend(pattern_blobs(&value()?)?),
            "--no-verify" => options.verify = false,
            "--faults" => options.faults = Some(plan(&value()?)?),
            "--log" => options.log_file = Some(value()?.into()),
            "--control-port" => options.control_port = number(&name, &value()?)?,
            "--behaviour" => options.behaviour = behaviour(&value()?)?,
            "--issuer-key" => options.issuer_key = Some(issuer_key(&value()?)?),
            "--trust" => options.trust = Some(value()?.into()),
            "--https" => options.tls = TlsChoice::Own,
            "--ca-out" => authority_file = Some(value()?),
            "--cert" => cert = Some(value()?.into()),
            "--key" => key = Some(value()?.into()),
            _ => return Err(format!("`{name}` is not an option; `--help` lists them")),
        }
    }
    options.tls = match (cert, key) {
        (Some(cert), Some(key)) => TlsChoice::Files { cert, key },
        (None, None) => options.tls,
        _ => return Err("`--cert` and `--key` go together".to_owned()),
    };
    Ok((options, authority_file))
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value
        .parse()
        .map_err(|_| format!("`{name}` needs a number, not `{value}`"))
}

fn store(value: &str) -> Result<StoreChoice, String> {
    match value {
        "memory" => Ok(StoreChoice::Memory),
        "null" => Ok(StoreChoice::Null),
        "" => Err("`--store` needs `memory`, `null` or a folder".to_owned()),
        folder => Ok(StoreChoice::Folder(folder.into())),
    }
}

fn plan(path: &str) -> Result<Plan, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read `{path}`: {error}"))?;
    Plan::parse(&text).map_err(|error| format!("`{path}`: {error}"))
}

fn behaviour(path: &str) -> Result<Behaviour, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read `{path}`: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("`{path}`: {error}"))
}

fn issuer_key(path: &str) -> Result<Vec<u8>, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read `{path}`: {error}"))?;
    base64::engine::general_purpose::STANDARD
        .decode(text.trim())
        .map_err(|_| format!("`{path}` does not hold a key in base64"))
}

fn account(value: &str) -> Result<AccountOption, String> {
    AccountOption::parse(value).ok_or_else(|| "`--account` needs NAME:BASE64KEY".to_owned())
}

fn pattern_blob(value: &str) -> Result<PatternBlob, String> {
    PatternBlob::parse(value)
        .ok_or_else(|| format!("`--pattern-blob` needs CONTAINER/NAME:BYTES, not `{value}`"))
}

fn pattern_blobs(value: &str) -> Result<impl Iterator<Item = PatternBlob>, String> {
    PatternBlob::parse_many(value).ok_or_else(|| {
        format!("`--pattern-blobs` needs CONTAINER/PREFIX:BYTES:COUNT, not `{value}`")
    })
}

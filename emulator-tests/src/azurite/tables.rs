//! Azurite's table service, from the pinned npm package.

use std::net::TcpListener;
use std::sync::OnceLock;

use tempfile::TempDir;

use super::{ADVICE, Installed, OAUTH, PACKAGE, known, our_accounts};
use crate::certificate::Certificate;
use crate::rest::TableService;
use crate::scratch;
use crate::server_process::{ServerCommand, ServerProcess};

/// A running table service of Azurite, with its data in memory. It ends when this is dropped.
#[derive(Debug)]
pub struct AzuriteTables {
    server: ServerProcess,
    _folder: TempDir,
    origin: String,
}

impl AzuriteTables {
    /// Starts one on a free port, with the accounts of every Azurite.
    ///
    /// # Panics
    /// When there is none; the message says what to install.
    pub fn start() -> Self {
        Self::start_with(None)
    }

    fn start_with(certificate: Option<&Certificate>) -> Self {
        let installed = Installed::find(PACKAGE)
            .unwrap_or_else(|missing| panic!("no Azurite: {missing}: {ADVICE}"));
        let folder = scratch::folder();
        let program = installed.program_of("table");
        let command = ServerCommand::new(&installed.node)
            .arg(&program)
            .args(["--tableHost", "127.0.0.1"])
            .args(["--tablePort", &free_port().to_string()])
            .args(["--inMemoryPersistence", "--silent", "--disableTelemetry"])
            .arg("--skipApiVersionCheck")
            .env("AZURITE_ACCOUNTS", known(&our_accounts()))
            .env("NODE_ENV", "production")
            .directory(folder.path());
        let (scheme, command) = match certificate {
            None => ("http", command),
            Some(certificate) => {
                let command = command.arg("--cert").arg(certificate.server());
                let command = command.arg("--key").arg(certificate.server_key());
                ("https", command.args(OAUTH))
            }
        };
        let (server, address) = ServerProcess::start(command, table_address)
            .unwrap_or_else(|error| panic!("no Azurite for tables: {error}\n{ADVICE}"));
        Self {
            server,
            _folder: folder,
            origin: format!("{scheme}://{address}"),
        }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.server.id()
    }

    /// The table service of its first account.
    pub fn service(&self) -> TableService {
        TableService::path_style(&self.origin, &our_accounts()[0])
    }
}

/// The process's table service, with the accounts of every Azurite; the first one's.
///
/// # Panics
/// When there is none; the message says what to install.
pub fn shared_tables() -> TableService {
    static TABLES: OnceLock<AzuriteTables> = OnceLock::new();
    TABLES.get_or_init(AzuriteTables::start).service()
}

/// The same over HTTPS, with the certificate of [`shared_https`](super::shared_https). It takes bearer tokens.
///
/// # Panics
/// When there is none; the message says what to install.
pub fn shared_https_tables() -> TableService {
    static TABLES: OnceLock<AzuriteTables> = OnceLock::new();
    let certificate = super::shared_https().certificate();
    let tables = TABLES.get_or_init(|| AzuriteTables::start_with(Some(certificate)));
    let account = &our_accounts()[0];
    TableService::over_https(&tables.origin, account, &certificate.authority())
}

/// A port that nobody listens on. Azurite's table service does not say which port the system chose.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("this machine has a free port");
    let address = listener.local_addr();
    address.expect("a bound socket has an address").port()
}

/// `... successfully started on 127.0.0.1:40123` comes when it listens.
fn table_address(line: &str) -> Option<String> {
    let (_, address) = line.split_once("Table service successfully started on ")?;
    Some(address.trim().to_owned())
}

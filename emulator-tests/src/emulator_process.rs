//! azring-emulator as a separate process, for tests and benchmarks whose client is a program too.

use std::path::Path;

use crate::account::Account;
use crate::certificate::Certificate;
use crate::program;
use crate::rest::{BlobService, FileService, TableService};
use crate::server_process::{ServerCommand, ServerProcess};

/// A running azring-emulator. It ends when this is dropped.
#[derive(Debug)]
pub struct EmulatorProcess {
    server: ServerProcess,
    origin: String,
    file_origin: String,
    table_origin: String,
    account: Account,
}

impl EmulatorProcess {
    /// Starts one with the account [`Account::second`] on a free port, with `options` besides
    /// (`--store`, `null`, for instance).
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(options: &[&str]) -> Self {
        let account = Account::second();
        let known = format!("{}:{}", account.name(), account.key_in_base64());
        let command = ServerCommand::new(program::built("azring-emulator"))
            .args(["--blob-port", "0", "--file-port", "0", "--account", &known])
            .args(options);
        let ready = |line: &str| {
            let line = line.strip_prefix("ready ")?;
            let origin = |label: &str| {
                let mut words = line.split_whitespace();
                words.find_map(|word| Some(word.strip_prefix(label)?.to_owned()))
            };
            Some((origin("blob=")?, origin("file=")?, origin("table=")?))
        };
        let (server, (origin, file_origin, table_origin)) =
            ServerProcess::start(command, ready).unwrap_or_else(|error| panic!("{error}"));
        Self {
            server,
            origin,
            file_origin,
            table_origin,
            account,
        }
    }

    /// The same over HTTPS with `certificate`.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_https(certificate: &Certificate, options: &[&str]) -> Self {
        let (server, key) = (certificate.server(), certificate.server_key());
        let files = [server.to_string_lossy(), key.to_string_lossy()];
        let tls = ["--cert", files[0].as_ref(), "--key", files[1].as_ref()];
        Self::start(&[&tls, options].concat())
    }

    /// Scheme, address and port of the Blob service.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Scheme, address and port of the File service.
    pub fn file_origin(&self) -> &str {
        &self.file_origin
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.server.id()
    }

    /// The port of its Blob service.
    pub fn port(&self) -> u16 {
        let (_, port) = self
            .origin
            .rsplit_once(':')
            .expect("an origin names its port");
        port.parse().expect("a port is a number")
    }

    /// Its account.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Its account's blob service. Over HTTPS the client trusts the authority in the PEM file
    /// `trusted`.
    pub fn blob_service(&self, trusted: Option<&Path>) -> BlobService {
        BlobService::path_style(&self.origin, &self.account, trusted)
    }

    /// Its account's file service. Over HTTPS the client trusts the authority in the PEM file
    /// `trusted`.
    pub fn file_service(&self, trusted: Option<&Path>) -> FileService {
        FileService::path_style(&self.file_origin, &self.account, trusted)
    }

    /// Its account's table service.
    pub fn table_service(&self) -> TableService {
        TableService::path_style(&self.table_origin, &self.account)
    }
}

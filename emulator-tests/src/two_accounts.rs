//! Two accounts on each of the test servers, for copies between services.

use crate::account::Account;
use crate::azurite;
use crate::command::Azring;
use crate::emulator::{AccountOption, Options, Server};
use crate::rest::{BlobService, Container, FileService};

/// Two accounts and the server that has them.
pub struct TwoAccounts {
    /// The server's name in messages.
    pub server: &'static str,
    /// One of them.
    pub one: BlobService,
    /// The other.
    pub other: BlobService,
    emulator: Option<Server>,
}

impl TwoAccounts {
    /// Two accounts of the process's Azurite.
    ///
    /// # Panics
    /// When there is none.
    pub fn of_azurite() -> Self {
        let azurite = azurite::shared();
        let [one, other] = azurite.accounts() else {
            panic!("Azurite is started with two accounts")
        };
        Self {
            server: "Azurite",
            one: azurite.blob_service_of(one),
            other: azurite.blob_service_of(other),
            emulator: None,
        }
    }

    /// Two accounts of an azring-emulator of its own.
    ///
    /// # Panics
    /// When it does not start.
    pub fn of_emulator() -> Self {
        Self::of_emulator_with(Options {
            log_lines: 10_000,
            ..Options::default()
        })
    }

    /// The same, and the other account has a hierarchical namespace.
    ///
    /// # Panics
    /// When it does not start.
    pub fn flat_and_hierarchical(options: Options) -> Self {
        Self::of_emulator_with(Options {
            hierarchical: vec![Account::second().name().to_owned()],
            ..options
        })
    }

    fn of_emulator_with(options: Options) -> Self {
        let accounts = [Account::development(), Account::second()];
        let options = Options {
            accounts: accounts.iter().map(known).collect(),
            ..options
        };
        let server = Server::start(&options).expect("an emulator starts");
        let [one, other] =
            accounts.map(|account| BlobService::path_style(&server.blob_url(), &account, None));
        Self {
            server: "azring-emulator",
            one,
            other,
            emulator: Some(server),
        }
    }

    /// Two accounts of each server.
    pub fn of_both() -> [Self; 2] {
        [Self::of_azurite(), Self::of_emulator()]
    }

    /// The emulator.
    ///
    /// # Panics
    /// When it is Azurite.
    pub fn emulator(&self) -> &Server {
        self.emulator.as_ref().expect("it is azring-emulator")
    }

    /// The file services of both accounts.
    ///
    /// # Panics
    /// When it is Azurite, which has none.
    pub fn file_services(&self) -> [FileService; 2] {
        let origin = self.emulator().file_url();
        [&self.one, &self.other]
            .map(|service| FileService::path_style(&origin, service.account(), None))
    }

    /// A container in one account, and the name of a missing container in the other.
    pub fn between(&self) -> (Container, Container) {
        (
            self.one.fresh_container("from"),
            self.other.unmade_container("to"),
        )
    }
}

/// The account as an option of an emulator.
pub fn known(account: &Account) -> AccountOption {
    AccountOption {
        name: account.name().to_owned(),
        key: account.key_in_base64(),
        second_key: None,
    }
}

/// `azring /Source:source /Dest:target` with the keys of both. It replaces existing blobs.
pub fn copy(source: &Container, target: &Container) -> Azring {
    Azring::between(source, target)
}

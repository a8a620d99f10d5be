//! Services over HTTPS that trust the tokens of their identity provider, with two accounts.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::certificate::Certificate;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::identity::{
    CLIENT_SECRET, CONFIDENTIAL_CLIENT, DEFAULT_TENANT, IDENTITY_HEADER, Role, RoleAssignment,
};
use azring_emulator_tests::emulator::{IdentityOptions, Options, Server, TlsChoice};
use azring_emulator_tests::rest::{
    BlobService, Container, FileService, Share, Table, TableService,
};
use azring_emulator_tests::tree::{Tree, noise};
use azring_emulator_tests::two_accounts::known;
use serde_json::Value;

/// Services over HTTPS that trust the tokens of their identity provider.
pub(crate) struct Provided {
    pub(crate) server: Server,
    pub(crate) folder: Folder,
    /// The authority of its certificate, PEM.
    pub(crate) authority: PathBuf,
    _certificate: Certificate,
}

impl Provided {
    pub(crate) fn new() -> Self {
        let accounts = [Account::development(), Account::second()];
        let certificate = Certificate::make();
        let authority = certificate.authority();
        let server = Server::start(&Options {
            accounts: accounts.iter().map(known).collect(),
            tls: TlsChoice::Files {
                cert: certificate.server(),
                key: certificate.server_key(),
            },
            trust: Some(authority.clone()),
            identity: Some(IdentityOptions::default()),
            log_lines: 10_000,
            ..Options::default()
        });
        let server = server.expect("an emulator starts");
        Self {
            server,
            folder: Folder::new(),
            authority,
            _certificate: certificate,
        }
    }

    pub(crate) fn container(&self, name: &str) -> Container {
        self.container_of(&Account::development(), name)
    }

    pub(crate) fn container_of(&self, account: &Account, name: &str) -> Container {
        BlobService::path_style(&self.server.blob_url(), account, Some(&self.authority))
            .container(name)
    }

    pub(crate) fn share_of(&self, account: &Account, name: &str) -> Share {
        FileService::path_style(&self.server.file_url(), account, Some(&self.authority)).share(name)
    }

    pub(crate) fn table(&self, name: &str) -> Table {
        let account = Account::development();
        TableService::over_https(&self.server.table_url(), &account, &self.authority).table(name)
    }

    /// A file with this text.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.join(name);
        fs::write(&path, text).expect("a folder of ours");
        path.display().to_string()
    }

    /// A command whose state is in this emulator's folder, and which trusts its certificate.
    pub(crate) fn command(&self, words: &[&str]) -> Azring {
        Azring::new()
            .args(words)
            .env("XDG_STATE_HOME", self.folder.path())
            .arg("--ca-file")
            .arg(&self.authority)
    }

    /// A command that may send its token to these services.
    pub(crate) fn trusting(&self, words: &[&str]) -> Azring {
        let urls = [
            self.server.blob_url(),
            self.server.file_url(),
            self.server.table_url(),
        ];
        let hosts = urls.map(|url| url.split("://").nth(1).expect("a host").to_owned());
        self.command(words)
            .args(["--trusted-microsoft-suffixes", &hosts.join(";")])
    }

    /// A copy that may send its token to these services.
    pub(crate) fn copy(&self, source: &str, dest: &str) -> Azring {
        self.trusting(&["--source", source, "--destination", dest])
            .args(["--recursive", "--quiet"])
    }

    /// The same as an application with a secret.
    pub(crate) fn copy_as_application(&self, source: &str, dest: &str) -> Azring {
        self.as_application(self.copy(source, dest))
    }

    /// A command as an application with a secret.
    pub(crate) fn as_application(&self, command: Azring) -> Azring {
        command
            .env("AZURE_CLIENT_ID", CONFIDENTIAL_CLIENT)
            .env("AZURE_TENANT_ID", DEFAULT_TENANT)
            .env("AZURE_CLIENT_SECRET", CLIENT_SECRET)
            .env("AZURE_AUTHORITY_HOST", self.server.identity_url())
    }

    /// Gives the application a role more, in both accounts.
    pub(crate) fn assign(&self, role: Role) {
        self.server.identity().change(|settings| {
            settings.roles.push(RoleAssignment {
                principal: CONFIDENTIAL_CLIENT.to_owned(),
                role,
                account: None,
            });
        });
    }

    /// The requests that name the source of a copy, as the log has them.
    pub(crate) fn copies(&self) -> Vec<Value> {
        let lines = self.server.watch().log.lines();
        let requests = lines
            .iter()
            .map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
        requests
            .filter(|request| !request["headers"]["x-ms-copy-source"].is_null())
            .collect()
    }

    /// How often a key for signatures was asked for.
    pub(crate) fn key_requests(&self) -> u64 {
        let counters = &self.server.watch().counters;
        counters.of("GetUserDelegationKey").requests
    }

    /// Uploads a tree, copies it to the other account, lists and downloads it with these variables.
    pub(crate) fn goes_up_across_and_comes_back(&self, name: &str, variables: &[(&str, &str)]) {
        let (source, target) = (Folder::new(), Folder::new());
        tree().write_to(source.path());
        let container = self.container(name);
        let other = self.container_of(&Account::second(), name);
        let run = |command: Azring| {
            let set = |command: Azring, (name, value): &(&str, &str)| command.env(name, value);
            let outcome = variables.iter().fold(command, set).run().succeeded();
            hides_secrets(&outcome);
            outcome
        };
        let path = |folder: &Folder| folder.path().display().to_string();
        let files = tree().len() as u64;
        run(self.copy(&path(&source), &container.url())).counting(files, 0, 0);
        assert_same(&tree(), &Tree::get_from(&container));
        run(self.copy(&container.url(), &other.url())).counting(files, 0, 0);
        assert_same(&tree(), &Tree::get_from(&other));
        let listed = run(self.trusting(&["list", &other.url()]));
        assert!(listed.stdout.contains("b/c"), "{listed}");
        run(self.copy(&other.url(), &path(&target))).counting(files, 0, 0);
        assert_same(&tree(), &Tree::read_from(target.path()));
    }
}

/// Small files and a large one.
pub(crate) fn tree() -> Tree {
    static TREE: OnceLock<Tree> = OnceLock::new();
    let made = || Tree::named(["a", "b/c"]).with("large", noise(3, 5 << 20));
    TREE.get_or_init(made).clone()
}

/// A JSON web token begins with these letters in base64.
#[track_caller]
pub(crate) fn hides_secrets(outcome: &Outcome) {
    let shown = format!("{}{}", outcome.stdout, outcome.stderr);
    for secret in ["eyJ", CLIENT_SECRET, IDENTITY_HEADER, "sig=", "skoid"] {
        assert!(!shown.contains(secret), "{outcome}");
    }
}

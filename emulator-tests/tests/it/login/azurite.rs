//! Blobs and tables of Azurite with a login (`--oauth basic`): a server of other people, which checks issuer, audience and
//! times of each token. The identity provider is azring-emulator's.

use std::fs;
use std::path::PathBuf;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::rest::{Container, Table, TableService};
use azring_emulator_tests::tree::Tree;

use super::provided::{Provided, hides_secrets, tree};

/// Azurite, and the identity provider that gives tokens for it.
struct AzuriteLogin {
    provided: Provided,
    authorities: PathBuf,
    tables: TableService,
}

impl AzuriteLogin {
    fn new() -> Self {
        let provided = Provided::new();
        let azurites = azurite::shared_https().certificate().authority();
        let azurites = fs::read_to_string(azurites).expect("the file of a running server");
        let providers = fs::read_to_string(&provided.authority).expect("a file of ours");
        let both = provided.folder.join("authorities.pem");
        fs::write(&both, azurites + &providers).expect("a folder of ours");
        Self {
            provided,
            authorities: both,
            tables: azurite::shared_https_tables(),
        }
    }

    /// The command as an application, whose token Azurite may get.
    fn run(&self, command: Azring) -> String {
        let origins = [
            azurite::shared_https().origin().to_owned(),
            self.tables.url(),
        ];
        let hosts = origins.map(|url| {
            let authority = url.split("://").nth(1).expect("a host");
            authority.split('/').next().expect("a host").to_owned()
        });
        let command = command
            .args(["--trusted-microsoft-suffixes", &hosts.join(";")])
            .arg("--ca-file")
            .arg(&self.authorities)
            .env("XDG_STATE_HOME", self.provided.folder.path());
        let outcome = self.provided.as_application(command).run().succeeded();
        hides_secrets(&outcome);
        outcome.stdout
    }

    fn copy(&self, source: &str, dest: &str, words: &[&str]) -> String {
        let command = Azring::new()
            .args(["--source", source, "--destination", dest])
            .args(["--recursive", "--quiet"]);
        self.run(command.args(words))
    }
}

/// A container that does not exist yet.
fn container(account: &Account, purpose: &str) -> Container {
    let blobs = azurite::shared_https().blob_service_of(account);
    blobs.unmade_container(purpose)
}

#[test]
fn blobs_of_azurite_go_up_across_and_come_back_with_a_login() {
    let login = AzuriteLogin::new();
    let (source, target) = (Folder::new(), Folder::new());
    tree().write_to(source.path());
    let path = |folder: &Folder| folder.path().display().to_string();
    let [one, other] = azurite::shared_https().accounts() else {
        panic!("it has two accounts");
    };
    let first = container(one, "login");
    login.copy(&path(&source), &first.url(), &[]);
    assert_same(&tree(), &Tree::get_from(&first));
    // Within the account by the login of the request, to the other by a signature of the login.
    let within = container(one, "within");
    login.copy(&first.url(), &within.url(), &[]);
    assert_same(&tree(), &Tree::get_from(&within));
    let across = container(other, "across");
    login.copy(&first.url(), &across.url(), &["--server-copy", "async"]);
    assert_same(&tree(), &Tree::get_from(&across));
    let through = container(other, "through");
    login.copy(&first.url(), &through.url(), &["--sync-copy"]);
    assert_same(&tree(), &Tree::get_from(&through));
    let listed = login.run(Azring::new().args(["list", &across.url()]));
    assert!(listed.contains("b/c"), "{listed}");
    login.copy(&across.url(), &path(&target), &[]);
    assert_same(&tree(), &Tree::read_from(target.path()));
}

#[test]
fn a_table_of_azurite_is_exported_and_imported_with_a_login() {
    let login = AzuriteLogin::new();
    let table = login.tables.fresh_table("login");
    let copy = login.tables.unmade_table("copied");
    for row in 0..20 {
        let keys = format!(r#""PartitionKey":"p{}","RowKey":"{row:04}""#, row / 8);
        table.insert(&format!("{{{keys}}}"));
    }
    let exported = container(&Account::development(), "export");
    let folder = Folder::new();
    let places = [folder.path().display().to_string(), exported.url()];
    for (number, place) in places.iter().enumerate() {
        let manifest = format!("login{number}.manifest");
        let words = ["--manifest", manifest.as_str()];
        let export = Azring::new()
            .args(["--source", &table.url(), "--source-type", "Table"])
            .args(["--destination", place])
            .args(words);
        login.run(export);
        let import = Azring::new()
            .args(["--source", place])
            .args(["--destination", &copy.url(), "--dest-type", "Table"])
            .args(["--entity-operation", "InsertOrReplace"])
            .args(words);
        login.run(import);
        assert_eq!(keys(&copy), keys(&table), "{place}");
        copy.delete();
    }
}

fn keys(table: &Table) -> Vec<String> {
    let entities = table.entities();
    let keys = entities
        .iter()
        .map(|entity| format!("{} {}", entity["PartitionKey"], entity["RowKey"]));
    keys.collect()
}

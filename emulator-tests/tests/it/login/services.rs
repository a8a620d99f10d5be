//! Files and tables with a login, and a login by the command `login` for each kind.

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::identity::{
    CLIENT_SECRET, CONFIDENTIAL_CLIENT, DEFAULT_TENANT, FEDERATED_SUBJECT,
};
use azring_emulator_tests::tree::Tree;

use super::provided::{Provided, hides_secrets, tree};

#[test]
fn files_of_a_share_go_up_across_and_come_back_with_a_login() {
    let provided = Provided::new();
    let (source, target) = (Folder::new(), Folder::new());
    tree().write_to(source.path());
    let path = |folder: &Folder| folder.path().display().to_string();
    let files = tree().len() as u64;
    let share = provided.share_of(&Account::development(), "files");
    let other = provided.share_of(&Account::second(), "files");
    let run = |source: &str, dest: &str, words: &[&str]| {
        let outcome = provided.copy_as_application(source, dest).args(words).run();
        hides_secrets(&outcome.succeeded().counting(files, 0, 0));
    };
    run(&path(&source), &share.url(), &["--dest-type", "File"]);
    assert_same(&tree(), &Tree::get_from(&share));
    run(
        &share.url(),
        &other.url(),
        &["--source-type", "File", "--dest-type", "File"],
    );
    assert_same(&tree(), &Tree::get_from(&other));
    run(&other.url(), &path(&target), &["--source-type", "File"]);
    assert_same(&tree(), &Tree::read_from(target.path()));
    let list = provided.trusting(&["list", &other.url(), "--source-type", "File"]);
    let listed = provided.as_application(list).run().succeeded();
    assert!(listed.stdout.contains("large"), "{listed}");
}

#[test]
fn a_table_is_exported_and_imported_with_a_login() {
    let provided = Provided::new();
    let (table, copy) = (provided.table("logged"), provided.table("copied"));
    table.make();
    for partition in 0..3 {
        let entities: Vec<_> = (0..80)
            .map(|row| {
                format!(r#"{{"PartitionKey":"p{partition}","RowKey":"{row:04}","n":{row}}}"#)
            })
            .collect();
        table.insert_all(&entities);
    }
    let folder = Folder::new();
    let path = folder.path().display().to_string();
    let copying = |source: &str, dest: &str, words: &[&str]| {
        let command = provided.trusting(&["--source", source, "--destination", dest]);
        let outcome = provided.as_application(command).args(words).run();
        hides_secrets(&outcome.succeeded());
    };
    copying(
        &table.url(),
        &path,
        &["--source-type", "Table", "--manifest", "logged.manifest"],
    );
    let import = [
        "--dest-type",
        "Table",
        "--manifest",
        "logged.manifest",
        "--entity-operation",
        "InsertOrReplace",
    ];
    copying(&path, &copy.url(), &import);
    let keys = |table: &azring_emulator_tests::rest::Table| {
        let entities = table.entities();
        let keys = entities.iter().map(|entity| {
            let key = |name: &str| entity[name].as_str().expect("a key is text").to_owned();
            (
                key("PartitionKey"),
                key("RowKey"),
                entity["n"].clone().to_string(),
            )
        });
        keys.collect::<Vec<_>>()
    };
    let list = provided.trusting(&["list", &table.url(), "--source-type", "Table"]);
    let listed = provided.as_application(list).run().succeeded();
    assert!(listed.stdout.contains("0079"), "{listed}");
    assert_eq!(keys(&table).len(), 240);
    assert_eq!(keys(&copy), keys(&table));
}

#[test]
fn each_kind_of_login_is_stored_by_the_command_and_serves_later_ones() {
    let provided = Provided::new();
    let identity = provided.server.identity();
    let certificate = identity.certificate(CONFIDENTIAL_CLIENT);
    let certificate = provided.file("app.pem", &certificate.expect("an application"));
    let token = provided.file("token", &identity.federated_token(FEDERATED_SUBJECT));
    let (https, http) = (
        provided.server.identity_url(),
        provided.server.identity_http_url(),
    );
    let application = ["--application-id", CONFIDENTIAL_CLIENT];
    let tenant = ["--tenant-id", DEFAULT_TENANT, "--aad-endpoint", &https];
    let secret = ("AZCOPY_SPA_CLIENT_SECRET", CLIENT_SECRET);
    let file = ("AZURE_FEDERATED_TOKEN_FILE", token.as_str());
    let machine = ("AZURE_POD_IDENTITY_AUTHORITY_HOST", http.as_str());
    for (name, words, variable, said) in [
        (
            "secret",
            [&["--service-principal"], &application[..], &tenant].concat(),
            Some(secret),
            "SPN Auth via secret succeeded.",
        ),
        (
            "certificate",
            [
                &["--login-type", "spn", "--certificate-path", &certificate],
                &application[..],
                &tenant,
            ]
            .concat(),
            None,
            "SPN Auth via cert succeeded.",
        ),
        (
            "workload",
            [&["--login-type", "workload"], &application[..], &tenant].concat(),
            Some(file),
            "Login with Workload Identity succeeded.",
        ),
        (
            "machine",
            vec!["--identity"],
            Some(machine),
            "Login with identity succeeded.",
        ),
    ] {
        let with = |command: Azring| match variable {
            Some((name, value)) => command.env(name, value),
            None => command,
        };
        let words = [&["login"], &words[..]].concat();
        let login = with(provided.command(&words)).run().succeeded();
        assert!(login.stdout.contains(said), "{login}");
        hides_secrets(&login);
        provided.goes_up_across_and_comes_back(name, variable.as_slice());
        let status = with(provided.command(&["login", "status"])).run();
        status.succeeded();
    }
}

//! Logins at the emulator's identity provider, whose tokens its services verify: each kind in the environment, and the
//! command `login`.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::time::Instant;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::identity::{
    CLIENT_SECRET, CONFIDENTIAL_CLIENT, DEFAULT_TENANT, DEFAULT_USER, FEDERATED_SUBJECT,
    IDENTITY_HEADER, PUBLIC_CLIENT,
};
use azring_emulator_tests::tree::Tree;

use super::provided::{Provided, hides_secrets};

#[test]
fn applications_workloads_and_machines_log_in_by_the_environment() {
    let provided = Provided::new();
    let identity = provided.server.identity();
    let certificate = identity.certificate(CONFIDENTIAL_CLIENT);
    let certificate = provided.file("certificate.pem", &certificate.expect("an application"));
    let token = identity.federated_token(FEDERATED_SUBJECT);
    let token = provided.file("token", &format!("{token}\n"));
    let (https, http) = (
        provided.server.identity_url(),
        provided.server.identity_http_url(),
    );
    let app = format!("{http}/msi/token");
    let tenant = ("AZCOPY_TENANT_ID", DEFAULT_TENANT);
    let endpoint = ("AZCOPY_ACTIVE_DIRECTORY_ENDPOINT", https.as_str());
    let application = ("AZCOPY_SPA_APPLICATION_ID", CONFIDENTIAL_CLIENT);
    let auto = |kind| ("AZCOPY_AUTO_LOGIN_TYPE", kind);
    let of_library = [
        ("AZURE_CLIENT_ID", CONFIDENTIAL_CLIENT),
        ("AZURE_TENANT_ID", DEFAULT_TENANT),
        ("AZURE_AUTHORITY_HOST", https.as_str()),
    ];
    let with = |more: &[(&'static str, &str)]| {
        let all = of_library.iter().chain(more);
        all.map(|&(name, value)| (name, value.to_owned()))
            .collect::<Vec<_>>()
    };
    let owned = |variables: &[(&'static str, &str)]| {
        let pairs = variables.iter();
        pairs
            .map(|&(name, value)| (name, value.to_owned()))
            .collect::<Vec<_>>()
    };
    for (name, variables) in [
        (
            "secret",
            owned(&[
                auto("SPN"),
                tenant,
                endpoint,
                application,
                ("AZCOPY_SPA_CLIENT_SECRET", CLIENT_SECRET),
            ]),
        ),
        (
            "certificate",
            owned(&[
                auto("SPN"),
                tenant,
                endpoint,
                application,
                ("AZCOPY_SPA_CERT_PATH", &certificate),
            ]),
        ),
        ("library", with(&[("AZURE_CLIENT_SECRET", CLIENT_SECRET)])),
        (
            "workload",
            with(&[auto("WORKLOAD"), ("AZURE_FEDERATED_TOKEN_FILE", &token)]),
        ),
        (
            "machine",
            owned(&[auto("MSI"), ("AZURE_POD_IDENTITY_AUTHORITY_HOST", &http)]),
        ),
        (
            "app",
            owned(&[
                auto("MSI"),
                ("IDENTITY_ENDPOINT", &app),
                ("IDENTITY_HEADER", IDENTITY_HEADER),
            ]),
        ),
    ] {
        let variables: Vec<_> = variables
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        provided.goes_up_across_and_comes_back(name, &variables);
    }
}

#[test]
fn a_user_logs_in_by_a_code_once_for_later_commands_until_the_logout() {
    let provided = Provided::new();
    provided.server.identity().change(|settings| {
        settings.device_code.interval = 1;
        settings.device_code.approved_after_polls = Some(1);
    });
    let url = provided.server.identity_url();
    let login = provided
        .command(&[
            "login",
            "--application-id",
            PUBLIC_CLIENT,
            "--aad-endpoint",
            &url,
        ])
        .run()
        .succeeded();
    hides_secrets(&login);
    for text in ["open the webpage", "Login succeeded.", DEFAULT_USER] {
        assert!(login.stdout.contains(text), "{login}");
    }
    let stored = provided.folder.join("azring/login.json");
    let mode = fs::metadata(&stored).expect("a stored login").mode();
    assert_eq!(mode & 0o777, 0o600);
    provided.goes_up_across_and_comes_back("user", &[]);
    let status = provided.command(&["login", "status", "--tenant"]).run();
    let status = status.succeeded();
    assert!(status.stdout.contains(DEFAULT_TENANT), "{status}");

    let logout = Azring::new()
        .arg("logout")
        .env("XDG_STATE_HOME", provided.folder.path())
        .run()
        .succeeded();
    assert!(logout.stdout.contains("Logout succeeded."), "{logout}");
    assert!(!stored.exists());
    let source = provided.folder.path().display().to_string();
    let container = provided.container("user").url();
    provided.copy(&source, &container).run().failed();
}

#[test]
fn a_wrong_secret_is_one_error_that_says_so_and_shows_nothing() {
    let provided = Provided::new();
    let url = provided.server.identity_url();
    let login = provided
        .command(&[
            "login",
            "--service-principal",
            "--tenant-id",
            DEFAULT_TENANT,
        ])
        .args([
            "--application-id",
            CONFIDENTIAL_CLIENT,
            "--aad-endpoint",
            &url,
        ])
        .env("AZCOPY_SPA_CLIENT_SECRET", "canaryofthesecret")
        .run()
        .failed()
        .naming(&["AADSTS7000215", "the client secret is wrong"]);
    assert!(!login.stderr.contains("canaryofthesecret"), "{login}");
    assert!(!provided.folder.join("azring/login.json").exists());
}

#[test]
fn a_run_longer_than_its_tokens_asks_for_one_in_each_life() {
    let provided = Provided::new();
    provided
        .server
        .identity()
        .change(|settings| settings.token_seconds = 4);
    // Each request waits a little, so that the run outlives a few tokens.
    provided.server.set_faults(
        r#"{ "when": { "method": "PUT", "path": "*/cont/*" }, "then": { "delay_ms": 200 } }"#,
    );
    let source = Folder::new();
    let names: Vec<_> = (0..60).map(|number| format!("f{number}")).collect();
    let tree = Tree::named(names.iter().map(String::as_str));
    tree.write_to(source.path());
    let container = provided.container("cont");
    let url = provided.server.identity_url();
    let begun = Instant::now();
    let outcome = provided
        .copy(&source.path().display().to_string(), &container.url())
        .args(["--parallel-level", "1"])
        .env("AZURE_CLIENT_ID", CONFIDENTIAL_CLIENT)
        .env("AZURE_TENANT_ID", DEFAULT_TENANT)
        .env("AZURE_CLIENT_SECRET", CLIENT_SECRET)
        .env("AZURE_AUTHORITY_HOST", url)
        .run();
    outcome.succeeded().counting(60, 0, 0);
    assert_same(&tree, &Tree::get_from(&container));
    let tokens = provided.server.watch().counters.of("Token").requests;
    // The requests take 12 s at least. A token lasts four seconds and is used for three of them.
    let most = begun.elapsed().as_secs() / 3 + 3;
    assert!((3..=most).contains(&tokens), "{tokens} tokens");
}

//! Copies with a login: by Azure's command line, a program that prints a token. The service accepts any token with its
//! audience and times.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::{Options, Server, TlsChoice};
use azring_emulator_tests::rest::{BlobService, Container, FileService, Share};
use azring_emulator_tests::tree::{Tree, noise};
use azring_emulator_tests::two_accounts::known;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A part of every token, which no output may show.
const CANARY: &str = "canaryofthetoken";

/// A service over HTTPS, and a program `az` that gives tokens for it.
struct LoggedIn {
    server: Server,
    folder: Folder,
    authority: PathBuf,
}

impl LoggedIn {
    fn new() -> Self {
        let accounts = [Account::development(), Account::second()];
        let server = Server::start(&Options {
            accounts: accounts.iter().map(known).collect(),
            tls: TlsChoice::Own,
            unsigned_tokens: true,
            ..Options::default()
        });
        let server = server.expect("an emulator starts");
        let folder = Folder::new();
        let authority = folder.join("authority.pem");
        let pem = server.authority_pem().expect("a certificate");
        fs::write(&authority, pem).expect("a folder of ours");
        let logged_in = Self {
            server,
            folder,
            authority,
        };
        logged_in.az_gives(3600);
        logged_in
    }

    /// From now on `az` gives tokens that last so long, in seconds.
    fn az_gives(&self, lasts: u64) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let expires = now.expect("a clock after 1970").as_secs() + lasts;
        let part = |text: String| URL_SAFE_NO_PAD.encode(text);
        let head = part(r#"{"alg":"none"}"#.into());
        let claims = part(format!(
            r#"{{"aud":"https://storage.azure.com","exp":{expires},"oid":"o","tid":"t"}}"#
        ));
        let answer = format!(
            r#"{{"accessToken":"{head}.{claims}.{CANARY}","expires_on":{expires},"tenant":"t"}}"#
        );
        self.az_runs(&format!("printf '%s' '{answer}'"));
    }

    /// From now on `az` is this line of a shell. It notes each of its calls.
    fn az_runs(&self, line: &str) {
        let calls = self.folder.join("calls");
        let script = format!("#!/bin/sh\necho \"$@\" >>'{}'\n{line}\n", calls.display());
        // A program that is being written cannot be run, so it is made beside its place.
        let (made, az) = (self.folder.join("az.made"), self.folder.join("az"));
        fs::write(&made, script).expect("a folder of ours");
        fs::set_permissions(&made, Permissions::from_mode(0o755)).expect("a file of ours");
        fs::rename(made, az).expect("a folder of ours");
    }

    /// The words of each call of `az`.
    fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.folder.join("calls")).unwrap_or_default();
        calls.lines().map(str::to_owned).collect()
    }

    fn container(&self, name: &str) -> Container {
        self.blobs(&Account::development()).container(name)
    }

    fn blobs(&self, account: &Account) -> BlobService {
        BlobService::path_style(&self.server.blob_url(), account, Some(&self.authority))
    }

    fn share(&self, name: &str) -> Share {
        let account = Account::development();
        FileService::path_style(&self.server.file_url(), &account, Some(&self.authority))
            .share(name)
    }

    /// A run with the login of `az`, which this service may get.
    fn run(&self, command: Azring) -> Outcome {
        let path = std::env::var("PATH").unwrap_or_default();
        let host = |url: String| url.split("://").nth(1).unwrap_or_default().to_owned();
        let trusted = format!(
            "/TrustedMicrosoftSuffixes:{};{}",
            host(self.server.blob_url()),
            host(self.server.file_url())
        );
        let outcome = command
            .env("PATH", format!("{}:{path}", self.folder.path().display()))
            .env("AZCOPY_AUTO_LOGIN_TYPE", "AZCLI")
            .arg(trusted)
            .arg(format!("/CaFile:{}", self.authority.display()))
            .run();
        let shown = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(!shown.contains(CANARY), "{shown}");
        outcome
    }
}

fn tree() -> Tree {
    Tree::named(["a.txt", "b/c.txt", "b/ü"]).with("large", noise(9, 9 * 1024 * 1024 + 1))
}

#[test]
fn one_token_serves_for_all_requests_in_each_direction_and_is_not_shown() {
    let logged_in = LoggedIn::new();
    let (source, target) = (Folder::new(), Folder::new());
    tree().write_to(source.path());
    let files = tree().len() as u64;
    let container = logged_in.container("login");
    let up = Azring::copy(source.path(), container.url()).args(["/S", "/Y"]);
    logged_in.run(up).succeeded().counting(files, 0, 0);
    assert_same(&tree(), &Tree::get_from(&container));
    let down = Azring::copy(container.url(), target.path()).args(["/S", "/Y"]);
    logged_in.run(down).succeeded().counting(files, 0, 0);
    assert_same(&tree(), &Tree::read_from(target.path()));
    let other = logged_in.container("other");
    let between = Azring::copy(container.url(), other.url()).args(["/S", "/Y"]);
    logged_in.run(between).succeeded().counting(files, 0, 0);
    assert_same(&tree(), &Tree::get_from(&other));
    let across = logged_in.blobs(&Account::second()).container("across");
    let copy = Azring::copy(container.url(), across.url()).args(["/S", "/Y"]);
    logged_in.run(copy).succeeded().counting(files, 0, 0);
    assert_same(&tree(), &Tree::get_from(&across));
    let list = Azring::new().args(["list", &container.url()]);
    logged_in.run(list.arg("/S")).succeeded();
    let question = "account get-access-token --output json --resource https://storage.azure.com";
    assert_eq!(logged_in.calls(), [question; 5]);
}

#[test]
fn files_of_a_share_go_up_and_come_back() {
    let logged_in = LoggedIn::new();
    let (source, target) = (Folder::new(), Folder::new());
    tree().write_to(source.path());
    let files = tree().len() as u64;
    let share = logged_in.share("login");
    let words = ["/S", "/Y", "/DestType:File"];
    let up = Azring::copy(source.path(), share.url()).args(words);
    logged_in.run(up).succeeded().counting(files, 0, 0);
    let words = ["/S", "/Y", "/SourceType:File"];
    let down = Azring::copy(share.url(), target.path()).args(words);
    logged_in.run(down).succeeded().counting(files, 0, 0);
    assert_same(&tree(), &Tree::read_from(target.path()));
}

#[test]
fn a_login_that_ends_is_one_error_and_the_same_command_goes_on_later() {
    let logged_in = LoggedIn::new();
    let source = Folder::new();
    let names: Vec<_> = (0..50).map(|number| format!("f{number}")).collect();
    let tree = Tree::named(names.iter().map(String::as_str));
    tree.write_to(source.path());
    let container = logged_in.container("login");
    logged_in.az_runs("echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1");
    let journal = format!("/Z:{}", logged_in.folder.join("journal").display());
    let up = || Azring::copy(source.path(), container.url()).args(["/S", "/Y", journal.as_str()]);
    let outcome = logged_in.run(up()).failed();
    let errors: Vec<_> = outcome
        .stderr
        .lines()
        .filter(|line| line.contains("az login"))
        .collect();
    assert_eq!(errors.len(), 1, "{}", outcome.stderr);
    assert_eq!(
        logged_in.calls().len(),
        1,
        "a login that has ended is asked once"
    );
    logged_in.az_gives(3600);
    logged_in.run(up()).succeeded();
    assert_same(&tree, &Tree::get_from(&container));
}

#[test]
fn a_service_that_is_not_named_gets_no_token() {
    let logged_in = LoggedIn::new();
    let source = Folder::new();
    Tree::named(["a"]).write_to(source.path());
    let path = std::env::var("PATH").unwrap_or_default();
    let command = |auth: &str| {
        Azring::copy(source.path(), logged_in.container("login").url())
            .args(["/S", "/Y", auth])
            .arg(format!("/CaFile:{}", logged_in.authority.display()))
            .env("AZCOPY_AUTO_LOGIN_TYPE", "AZCLI")
            .env(
                "PATH",
                format!("{}:{path}", logged_in.folder.path().display()),
            )
    };
    command("/Auth:auto").run().failed().naming(&["anonymous"]);
    let refused = command("/Auth:login").run().refused();
    refused.naming(&["/TrustedMicrosoftSuffixes:"]);
    assert!(logged_in.calls().is_empty(), "nobody asked for a token");
}

#[test]
fn the_status_is_that_of_the_login_and_no_login_is_an_exit_code() {
    let logged_in = LoggedIn::new();
    let path = std::env::var("PATH").unwrap_or_default();
    let status = || {
        Azring::new().args(["login", "status", "--method"]).env(
            "PATH",
            format!("{}:{path}", logged_in.folder.path().display()),
        )
    };
    let active = status().env("AZCOPY_AUTO_LOGIN_TYPE", "AZCLI").run();
    let active = active.succeeded();
    assert!(active.stdout.contains("still active"), "{}", active.stdout);
    assert!(
        active.stdout.contains("Authorized using: azcli"),
        "{}",
        active.stdout
    );
    status().run().failed().naming(&["currently not logged in"]);
    let logout = Azring::new().arg("logout").run().succeeded();
    assert!(logout.stdout.contains("not logged in"), "{}", logout.stdout);
}

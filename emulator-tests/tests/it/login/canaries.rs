//! Secrets of logins in everything that a command writes: standard output and error, log, ledger, report, journal,
//! trace and records. Identity services and storage services repeat what they were sent.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;

use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::emulator::identity::{
    CLIENT_SECRET, CONFIDENTIAL_CLIENT, DEFAULT_TENANT, FEDERATED_SUBJECT, IDENTITY_HEADER,
    PUBLIC_CLIENT,
};
use azring_emulator_tests::tree::Tree;
use serde_json::{Value, json};

use super::provided::Provided;
use super::user;
use crate::secrets::assert_free_of;

/// A login by the environment: its variables.
type Variables = Vec<(&'static str, String)>;

/// What proves who asks, and pieces of it in every form that an echo has.
struct Canaries(Vec<String>);

impl Canaries {
    /// Nothing that the command has written repeats a secret: not what it printed, and no file of the folder.
    #[track_caller]
    fn are_in_nothing_of(&self, outcome: &Outcome, folder: &Path) {
        assert_free_of(&self.0, outcome, folder);
    }
}

/// The logins of each kind at an identity service with these addresses, by name.
fn logins(
    provided: &Provided,
    https: &str,
    http: &str,
) -> (Vec<(&'static str, Variables)>, Canaries) {
    let identity = provided.server.identity();
    let pem = identity
        .certificate(CONFIDENTIAL_CLIENT)
        .expect("an application");
    let certificate = provided.file("application.pem", &pem);
    let token = identity.federated_token(FEDERATED_SUBJECT);
    let token_file = provided.file("workload", &token);
    let application = |more: Variables| {
        let own = [
            ("AZURE_TENANT_ID", DEFAULT_TENANT.to_owned()),
            ("AZURE_CLIENT_ID", CONFIDENTIAL_CLIENT.to_owned()),
            ("AZURE_AUTHORITY_HOST", https.to_owned()),
        ];
        own.into_iter().chain(more).collect::<Variables>()
    };
    let logins = vec![
        (
            "secret",
            application(vec![("AZURE_CLIENT_SECRET", CLIENT_SECRET.to_owned())]),
        ),
        (
            "certificate",
            application(vec![("AZURE_CLIENT_CERTIFICATE_PATH", certificate)]),
        ),
        (
            "workload",
            application(vec![("AZURE_FEDERATED_TOKEN_FILE", token_file)]),
        ),
        (
            "app",
            vec![
                ("AZCOPY_AUTO_LOGIN_TYPE", "MSI".to_owned()),
                ("IDENTITY_ENDPOINT", format!("{http}/msi/token")),
                ("IDENTITY_HEADER", IDENTITY_HEADER.to_owned()),
            ],
        ),
        (
            "machine",
            vec![
                ("AZCOPY_AUTO_LOGIN_TYPE", "MSI".to_owned()),
                ("AZURE_POD_IDENTITY_AUTHORITY_HOST", http.to_owned()),
            ],
        ),
    ];
    // JSON web tokens (access tokens, assertions) begin like this in base64: with `typ` or with `alg`.
    let tokens = ["eyJ0eXAiOi", "eyJhbGciOi"];
    assert!(
        tokens.iter().any(|begin| token.starts_with(begin)),
        "another form"
    );
    let secrets = [CLIENT_SECRET, IDENTITY_HEADER];
    let mut canaries: Vec<_> = tokens
        .into_iter()
        .chain(secrets)
        .map(str::to_owned)
        .collect();
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    canaries.extend(lines.filter_map(|line| Some(line.get(..16)?.to_owned())));
    (logins, Canaries(canaries))
}

/// Words that make a run write everything that it can write, and fail where the service refuses a file.
fn recorded(provided: &Provided, made: &Folder) -> Azring {
    let source = provided.folder.join("source");
    Tree::named(["a", "b"]).write_to(&source);
    let target = provided.container("canaries").url();
    let path = |name: &str| made.join(name).display().to_string();
    let words = [
        ("--resume", "journal"),
        ("--verbose", "log"),
        ("--ledger", "ledger"),
        ("--report", "report.html"),
        ("--trace-controller", "trace"),
    ];
    let words = words.map(|(name, file)| format!("{name}={}", path(file)));
    provided
        .copy(&source.display().to_string(), &target)
        .args(words)
}

fn with(command: Azring, variables: &Variables) -> Azring {
    let set = |command: Azring, (name, value): &(&'static str, String)| command.env(name, value);
    variables.iter().fold(command, set)
}

#[test]
fn no_kind_of_login_leaves_a_secret_in_what_a_run_writes() {
    let provided = Provided::new();
    let (https, http) = (
        provided.server.identity_url(),
        provided.server.identity_http_url(),
    );
    let (mut kinds, canaries) = logins(&provided, &https, &http);
    user::log_in(&provided);
    let stored = fs::read(provided.folder.join("azring/login.json")).expect("a stored login");
    let stored: Value = serde_json::from_slice(&stored).expect("JSON");
    let refresh = stored["refresh_token"].as_str().expect("a refresh token");
    let canaries = Canaries([canaries.0, vec![refresh[..16].to_owned()]].concat());
    kinds.push(("user", Vec::new()));
    for (echo, status) in [
        ("headers", 409),
        ("authorization", 403),
        ("authorization", 401),
    ] {
        provided.server.set_faults(&format!(
            r#"{{ "when": {{ "method": "PUT", "path": "*/canaries/b" }},
                 "then": {{ "answer": {{ "status": {status}, "code": "Odd", "echo": "{echo}" }} }} }}"#
        ));
        for (kind, variables) in &kinds {
            let made = Folder::new();
            let json = (status == 409).then_some("--output=json");
            let command = recorded(&provided, &made).args(json);
            let outcome = with(command, variables).run();
            assert_eq!(outcome.status, Some(1), "{kind}: {outcome}");
            canaries.are_in_nothing_of(&outcome, made.path());
            assert!(
                made.join("journal").exists() && made.join("log").exists(),
                "{kind}"
            );
        }
    }
    for words in [["login", "status"].as_slice(), &["jobs"]] {
        for (_, variables) in &kinds {
            let made = Folder::new();
            let mut command = Azring::new()
                .args(words)
                .env("XDG_STATE_HOME", provided.folder.path());
            if words[0] == "login" {
                command = command.arg("--ca-file").arg(&provided.authority);
            }
            let outcome = with(command, variables).run();
            canaries.are_in_nothing_of(&outcome, made.path());
        }
    }
}

/// An identity service that refuses everything and repeats what it was sent.
struct EchoService(String);

impl EchoService {
    /// A service that repeats the fields decoded, or as they are.
    fn start(decodes: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("it listens");
        // The thread ends with the process, because nothing else interrupts a listener.
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                // A client that has gone away was answered.
                let _gone = refuse(client, decodes);
            }
        });
        Self(format!("http://{address}"))
    }
}

fn refuse(mut client: TcpStream, decodes: bool) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut buffer = [0; 4_096];
    loop {
        let text = String::from_utf8_lossy(&request).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.and_then(|length| length.parse().ok()).unwrap_or(0) {
                break;
            }
        }
        match client.read(&mut buffer)? {
            0 => return Ok(()),
            count => request.extend_from_slice(&buffer[..count]),
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    // In one line, and the fields first, since only the beginning is shown.
    let (head, body) = request.split_once("\r\n\r\n").unwrap_or_default();
    let mut echo = format!("{body} {}", head.replace("\r\n", " "));
    if decodes {
        echo = percent_encoding::percent_decode_str(&echo.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned();
    }
    let (status, answer) = if request.contains("/devicecode") {
        let code = json!({
            "user_code": "ABC",
            "device_code": "canary-of-the-device-code",
            "verification_uri": "https://v",
            "expires_in": 60,
            "interval": 1,
        });
        ("200 OK", code)
    } else {
        let secret = echo.split(['=', ' ']).max_by_key(|part| part.len());
        let refusal = json!({ "error": secret, "error_description": echo, "message": echo });
        ("400 Bad Request", refusal)
    };
    let answer = answer.to_string();
    write!(
        client,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{answer}",
        answer.len()
    )
}

#[test]
fn an_identity_service_that_repeats_what_it_was_sent_reveals_nothing() {
    let provided = Provided::new();
    for decodes in [false, true] {
        let EchoService(echo) = EchoService::start(decodes);
        reveals_nothing(&provided, &echo);
    }
}

/// No kind of login shows a secret that the identity service at this address repeats.
fn reveals_nothing(provided: &Provided, echo: &str) {
    let (mut kinds, canaries) = logins(provided, echo, echo);
    let canaries = Canaries(
        [
            canaries.0,
            vec![
                "canary-of-the-device".into(),
                "canary-of-the-refresh".into(),
            ],
        ]
        .concat(),
    );
    // The login of a user who logged in at this service before.
    let state = Folder::new();
    fs::create_dir(state.join("azring")).expect("a folder of ours");
    let stored = state.join("azring/login.json");
    let login = json!({
        "form": 1,
        "kind": "device",
        "endpoint": echo,
        "cloud": "public",
        "tenant": DEFAULT_TENANT,
        "client_id": PUBLIC_CLIENT,
        "refresh_token": "canary-of-the-refresh",
    });
    fs::write(&stored, login.to_string()).expect("a folder of ours");
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(&stored, private).expect("a file of ours");
    let state_home = ("XDG_STATE_HOME", state.path().display().to_string());
    kinds.push(("user", vec![state_home]));
    kinds.push((
        "code",
        vec![
            ("AZCOPY_AUTO_LOGIN_TYPE", "DEVICE".to_owned()),
            ("AZRING_CLIENT_ID", PUBLIC_CLIENT.to_owned()),
            ("AZURE_AUTHORITY_HOST", echo.to_owned()),
        ],
    ));
    for (kind, variables) in &kinds {
        let made = Folder::new();
        let outcome = with(recorded(provided, &made), variables).run();
        assert!(matches!(outcome.status, Some(1 | 2)), "{kind}: {outcome}");
        assert!(!outcome.errors().is_empty(), "{kind}: {outcome}");
        canaries.are_in_nothing_of(&outcome, made.path());
        let status = Azring::new().args(["login", "status", "--output=json"]);
        let status = status.env("XDG_STATE_HOME", provided.folder.path());
        let outcome = with(status, variables).run();
        canaries.are_in_nothing_of(&outcome, made.path());
    }
}

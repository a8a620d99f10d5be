//! Answers that no identity service should give: every login ends, in time, and shows no secret.

use std::cell::Cell;
use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::super::client_credentials::{ClientCredentials, ClientProof};
use super::super::device_code::DeviceCodeLogin;
use super::super::entra_login::{Login, LoginMethod};
use super::super::managed_identity::{IdentityChoice, ManagedIdentity};
use super::super::refresh_token::RefreshTokenLogin;
use super::super::{Authority, ClientCertificate};
use super::simulation::{ScriptedAnswer, SimulatedService, run};
use crate::Result;
use crate::auth::{AccessToken, Cloud, Need, Secret, TokenIssuer as _};

/// A part of every secret and of every token. No output may have it.
const CANARY: &str = "canary";

/// A secret with characters that a form encodes.
const SECRET: &str = "canary+secret/of=the application&~1";

/// The longest login: a code is valid for a day at most.
const LONGEST: Duration = Duration::from_hours(25);

/// The kinds of login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    DeviceCode,
    RefreshToken,
    Secret,
    Certificate,
    Workload,
    Metadata,
    App,
    Arc,
}

/// The kinds with their shares of the cases. A proof is signed for each request with a certificate, which
/// takes longer than all the rest.
fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        10 => Just(Kind::DeviceCode),
        10 => Just(Kind::RefreshToken),
        10 => Just(Kind::Secret),
        1 => Just(Kind::Certificate),
        10 => Just(Kind::Workload),
        10 => Just(Kind::Metadata),
        10 => Just(Kind::App),
        10 => Just(Kind::Arc),
    ]
}

/// What all cases use.
struct Shared {
    certificate: Arc<ClientCertificate>,
    token_file: PathBuf,
    _folder: tempfile::TempDir,
}

impl Shared {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let token_file = folder.path().join("token");
        std::fs::write(&token_file, "canary.of.the-workload\n").unwrap();
        Self {
            certificate: ClientCertificate::of_test(),
            token_file,
            _folder: folder,
        }
    }
}

fn authority() -> Authority {
    Authority::of_cloud(Cloud::Public, Some("t")).unwrap()
}

/// A login of this kind at this service; `None` where the user has to take part first.
fn login(kind: Kind, service: &Arc<SimulatedService>, shared: &Shared) -> Option<Login> {
    let application = |proof| {
        let login = ClientCredentials::over(authority(), "app", proof, service.client());
        LoginMethod::Application(login)
    };
    let machine = |variables: &[(&str, &str)]| {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let choice = IdentityChoice::System;
        let identity = ManagedIdentity::over(variable, choice, service.client());
        LoginMethod::ManagedIdentity(identity.unwrap())
    };
    let endpoint = ("IDENTITY_ENDPOINT", "http://127.0.0.1:40342/token");
    Some(Login::new(match kind {
        Kind::DeviceCode => return None,
        Kind::RefreshToken => LoginMethod::RefreshToken(RefreshTokenLogin::over(
            authority(),
            "app",
            Secret::new("canary-of-the-refresh".into()),
            None,
            service.client(),
        )),
        Kind::Secret => application(ClientProof::Secret(Secret::new(SECRET.into()))),
        Kind::Certificate => application(ClientProof::Certificate(Arc::clone(&shared.certificate))),
        Kind::Workload => application(ClientProof::TokenFile(shared.token_file.clone())),
        Kind::Metadata => machine(&[]),
        Kind::App => machine(&[endpoint, ("IDENTITY_HEADER", "canary-of-the-header")]),
        Kind::Arc => machine(&[endpoint, ("IMDS_ENDPOINT", "http://127.0.0.1:40342")]),
    }))
}

/// Logs in, and has the token renewed early and late. Gives the tokens, or the first error.
async fn log_in(
    kind: Kind,
    service: &Arc<SimulatedService>,
    shared: &Shared,
) -> Result<Vec<AccessToken>> {
    let login = if let Some(login) = login(kind, service, shared) {
        login.log_in().await?;
        login
    } else {
        let login = DeviceCodeLogin::over(authority(), "app", service.client());
        let code = login.begin().await?;
        login.wait(&code, None).await?.0
    };
    let mut tokens = Vec::new();
    for need in [Need::Now, Need::Soon, Need::Now] {
        tokens.push(login.issue(need).await?);
    }
    let _told = login.take_notice();
    Ok(tokens)
}

fn status() -> impl Strategy<Value = u16> {
    let known = select(vec![
        200, 200, 200, 201, 204, 302, 307, 400, 400, 401, 403, 404, 408, 410, 429, 500, 503,
    ]);
    prop_oneof![8 => known, 1 => 100..=999_u16]
}

fn header() -> impl Strategy<Value = (&'static str, String)> {
    let header = |name: &'static str, values: &'static [&'static str]| {
        select(values).prop_map(move |value| (name, value.to_owned()))
    };
    prop_oneof![
        header(
            "retry-after",
            &[
                "0",
                "1",
                "7",
                "299",
                "301",
                "-1",
                "18446744073709551616",
                "1e9",
                "",
                "Wed, 21 Oct 2026 07:28:00 GMT"
            ],
        ),
        header(
            "date",
            &[
                "Sun, 22 Nov 2026 12:10:00 GMT",
                "Sun, 22 Nov 2026 11:50:00 GMT",
                "Thu, 01 Jan 1970 00:00:00 GMT",
                "Fri, 31 Dec 9999 23:59:59 GMT",
                "yesterday",
                ""
            ],
        ),
        header(
            "location",
            &["https://evil.example/canary", "/", "http://127.0.0.1:1/"]
        ),
        header(
            "www-authenticate",
            &[
                "Basic realm=/var/opt/azcmagent/tokens/some.key",
                "Basic realm=/etc/shadow",
                "Basic realm=",
                "Negotiate",
                "Basic realm=/var/opt/azcmagent/tokens/../x.key"
            ],
        ),
        header(
            "content-type",
            &["text/html", "application/json", "", "image/png"]
        ),
    ]
}

/// A time as a number, as a text, or nonsense.
fn time() -> impl Strategy<Value = serde_json::Value> {
    prop_oneof![
        select(vec![
            json!(60),
            json!("3599"),
            json!(0),
            json!(1),
            json!(-5),
            json!(1.5),
            json!("x"),
            json!(null),
            json!([]),
            json!(u64::MAX),
            json!(1_795_349_000_u64),
        ]),
        any::<u64>().prop_map(|seconds| json!(seconds)),
    ]
}

/// A document with a token or a code. Every field may be missing or of another type.
fn granted() -> impl Strategy<Value = String> {
    let kind = select(vec![
        json!("Bearer"),
        json!("bearer"),
        json!("mac"),
        json!(null),
    ]);
    let token = select(vec![
        json!("canary-token"),
        json!("canary-token"),
        json!("canary with blanks"),
        json!("canary\r\nx: y"),
        json!(""),
        json!(7),
        json!(null),
    ]);
    let id_token = select(vec![
        "",
        "a.b.c",
        "x.eyJ0aWQiOiJ0In0.y",
        "x.eyJ0aWQiOjd9.y",
        "..",
        "x.canary",
    ]);
    (kind, token, id_token, time(), time(), time()).prop_map(
        |(kind, token, id_token, expires_in, expires_on, interval)| {
            json!({
                "token_type": kind,
                "access_token": token,
                "refresh_token": token,
                "id_token": id_token,
                "expires_in": expires_in,
                "expires_on": expires_on,
                "user_code": "ABC",
                "device_code": "canary-of-the-device",
                "verification_uri": "https://v",
                "interval": interval,
            })
            .to_string()
        },
    )
}

/// A refusal that repeats what was sent, in any of its fields.
fn refused() -> impl Strategy<Value = String> {
    let text = select(vec![
        "invalid_grant",
        "invalid_client",
        "authorization_pending",
        "slow_down",
        "expired_token",
        "temporarily_unavailable",
        "AADSTS700024: it is not within its time",
        "AADSTS7000215: it was DECODED",
        "it was FORM",
        "DECODED",
        "FORM",
        "",
    ]);
    let code = select(vec![
        json!([700_024]),
        json!([90_033]),
        json!(["x"]),
        json!(7),
    ]);
    (text.clone(), text.clone(), text, code).prop_map(|(error, description, message, code)| {
        json!({
            "error": error,
            "error_description": description,
            "error_codes": code,
            "message": message,
        })
        .to_string()
    })
}

fn body() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => granted(),
        6 => refused(),
        1 => select(vec!["", "<html>FORM</html>", "[]", "null", "{}", "\"canary\"", "{\"error\":{}}", "[[[[[[[["])
            .prop_map(str::to_owned),
        1 => ".{0,40}",
        1 => (1_usize..30).prop_map(|kilobytes| format!("{{\"error\":\"{}", "x".repeat(kilobytes << 10))),
    ]
}

/// What an identity service should answer: with a token and a code.
fn sound() -> ScriptedAnswer {
    let document = json!({
        "token_type": "Bearer",
        "access_token": "canary-token",
        "refresh_token": "canary-refresh",
        "expires_in": 60,
        "user_code": "ABC",
        "device_code": "canary-of-the-device",
        "verification_uri": "https://v",
        "interval": 1,
    });
    ScriptedAnswer::json(200, &document)
}

fn answer() -> impl Strategy<Value = ScriptedAnswer> {
    let headers = prop::collection::vec(header(), 0..3);
    let cut = prop_oneof![7 => Just(None), 1 => (0_usize..200).prop_map(Some)];
    let answer =
        (status(), headers, body(), cut).prop_map(|(status, headers, body, cut)| ScriptedAnswer {
            status,
            headers,
            body,
            cut,
            is_lost: false,
        });
    prop_oneof![6 => answer, 3 => Just(sound()), 1 => Just(ScriptedAnswer::lost())]
}

fn shows(what: &impl Debug) -> bool {
    format!("{what:?}").to_lowercase().contains(CANARY)
}

#[test]
fn no_answer_makes_a_login_panic_hang_or_show_a_secret() {
    let shared = Shared::new();
    let cases = ProptestConfig::with_cases(10_000);
    let script = prop::collection::vec(answer(), 1..6);
    let succeeded = Cell::new(0);
    proptest!(cases, |(kind in kind(), script in script, repeats in any::<bool>())| {
        // A code that stays pending is asked for as long as it is valid, which may be a day.
        let repeats = repeats && kind != Kind::DeviceCode;
        let service = SimulatedService::with(script, repeats, 0);
        let ended = run(log_in(kind, &service, &shared));
        prop_assert!(service.clock().elapsed() < LONGEST);
        match ended {
            Ok(tokens) => {
                let is_granted = |token: &AccessToken| token.text().expose() == "canary-token";
                prop_assert!(tokens.iter().all(is_granted));
                prop_assert!(!shows(&tokens));
                succeeded.set(succeeded.get() + 1);
            }
            Err(error) => {
                prop_assert!(!shows(&error), "{error:?}");
                prop_assert!(!error.to_string().to_lowercase().contains(CANARY), "{error}");
            }
        }
    }); // About one in fifty: the cases have both ends.
    let succeeded = succeeded.get();
    assert!(
        (20..9_000).contains(&succeeded),
        "{succeeded} logins succeeded"
    );
}

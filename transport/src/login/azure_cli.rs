//! The login of Azure's command line, `az login`: the program `az` is run and gives the token.
//! <https://learn.microsoft.com/cli/azure/account#az-account-get-access-token>

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use serde_json::Value;
use tokio::sync::oneshot;

use super::RESOURCE;
use super::identity_retry::{Answerer, IdentityRetry, Setback, TokenPatience};
use super::token_answer::{IssuedTokens, LoggedIn};
use crate::auth::check_tenant;
use crate::auth::{AccessToken, Secret};
use crate::clock::{Clock as _, SystemClock};
use crate::{Error, Kind, Result};

/// `az` is a slow program: it may have to ask the identity service itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// The login of Azure's command line.
#[derive(Debug, Clone)]
pub struct AzureCli {
    program: PathBuf,
    tenant: Option<String>,
}

impl AzureCli {
    /// Tokens of this tenant, or of the one that `az` prefers.
    pub fn new(tenant: Option<&str>) -> Result<Self> {
        if let Some(tenant) = tenant {
            check_tenant(tenant)?;
        }
        Ok(Self {
            program: "az".into(),
            tenant: tenant.map(str::to_owned),
        })
    }

    /// Has a token issued. `az` is run again where it could not reach the identity service.
    pub(super) async fn issue(&self, patience: TokenPatience) -> Result<IssuedTokens> {
        let mut retry = IdentityRetry::new(Answerer::Entra, patience);
        let begun = SystemClock.monotonic();
        loop {
            let issued = self.issue_once().await;
            let elapsed = SystemClock.monotonic().saturating_sub(begun);
            let wait = match &issued {
                Err(error) if matches!(error.kind(), Kind::Unreachable | Kind::Timeout) => {
                    retry.wait_after(Setback::Silent, elapsed, 1.0)
                }
                Ok(_) | Err(_) => None,
            };
            match wait {
                Some(wait) => SystemClock.sleep(wait).await,
                None => return issued,
            }
        }
    }

    async fn issue_once(&self) -> Result<IssuedTokens> {
        let output = run(self.command()).await?;
        if !output.status.success() {
            return Err(failed(&String::from_utf8_lossy(&output.stderr)));
        }
        read(&output.stdout)
    }

    fn command(&self) -> Command {
        let words = [
            "account",
            "get-access-token",
            "--output",
            "json",
            "--resource",
            RESOURCE,
        ];
        let mut words: Vec<OsString> = words.map(Into::into).into();
        if let Some(tenant) = &self.tenant {
            words.extend(["--tenant".into(), tenant.into()]);
        }
        let mut command = Command::new(&self.program);
        command
            .args(words)
            .env("AZURE_CORE_NO_COLOR", "true")
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

/// Runs a program on a thread of its own, and ends it when it takes too long.
async fn run(mut command: Command) -> Result<Output> {
    let child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::new(
            Kind::Login,
            "Azure's command line `az` is not installed, or not in PATH",
        ),
        _ => Error::disk("cannot run Azure's command line `az`", &error),
    })?;
    let handle = Pid::from_raw(child.id() as i32)
        .and_then(|process| pidfd_open(process, PidfdFlags::empty()).ok());
    let (sender, ended) = oneshot::channel();
    std::thread::spawn(move || {
        // The receiver is gone once the login was given up.
        let _unheard = sender.send(child.wait_with_output());
    });
    let ended = tokio::time::timeout(PATIENCE, ended).await;
    if ended.is_err()
        && let Some(handle) = handle
    {
        // It may have ended by itself in the meantime.
        let _ended = pidfd_send_signal(handle, Signal::KILL);
    }
    let Ok(Ok(output)) = ended else {
        let seconds = PATIENCE.as_secs();
        let message = format!("Azure's command line `az` gave no token in {seconds} s");
        return Err(Error::new(Kind::Timeout, message));
    };
    output.map_err(|error| Error::disk("cannot run Azure's command line `az`", &error))
}

/// What the libraries of `az` write when they reach nobody.
const UNREACHABLE: [&str; 5] = [
    "max retries exceeded",
    "failed to establish a new connection",
    "connection aborted",
    "timed out",
    "temporary failure in name resolution",
];

fn failed(said: &str) -> Error {
    let wants_login = said.contains("az login") || said.contains("az account set");
    let is_refusal = said.contains("AADSTS");
    if wants_login && !is_refusal {
        return Error::new(
            Kind::Login,
            "Azure's command line has no login: run `az login`",
        );
    }
    let last = said.lines().map(str::trim).find(|line| !line.is_empty());
    let plain: String = last
        .unwrap_or("no reason was given")
        .chars()
        .filter(|one| !one.is_control())
        .take(400)
        .collect();
    let lower = said.to_lowercase();
    let is_unreachable = UNREACHABLE.iter().any(|text| lower.contains(text));
    let kind = if is_unreachable && !is_refusal {
        Kind::Unreachable
    } else {
        Kind::Login
    };
    let message = format!("Azure's command line gives no token: {plain}");
    Error::new(kind, message)
}

/// Reads what `az` prints.
fn read(output: &[u8]) -> Result<IssuedTokens> {
    let malformed = || {
        let message = "Azure's command line printed something that is not a token";
        Error::new(Kind::Protocol, message)
    };
    let document: Value = serde_json::from_slice(output).map_err(|_| malformed())?;
    let token = document["accessToken"].as_str().ok_or_else(malformed)?;
    let expires = expiry(&document).ok_or_else(malformed)?;
    Ok(IssuedTokens {
        access: AccessToken::new(Secret::new(token.to_owned()), expires)?,
        refresh: None,
        logged_in: LoggedIn {
            tenant: document["tenant"].as_str().map(str::to_owned),
            user: None,
        },
    })
}

/// `expires_on` in seconds, or `expiresOn` as local time: what versions before 2.54 print.
fn expiry(document: &Value) -> Option<SystemTime> {
    if let Some(seconds) = document["expires_on"].as_u64() {
        return UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
    }
    let local: DateTime = document["expiresOn"].as_str()?.parse().ok()?;
    let zoned = local.to_zoned(TimeZone::system()).ok()?;
    Some(zoned.timestamp().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_the_expiry_are_read() {
        let new = br#"{"accessToken":"a","expires_on":1795877185,"expiresOn":"2026-11-28 15:00:00.000000","tenant":"t"}"#;
        let issued = read(new).unwrap();
        assert_eq!(
            issued.access.expires(),
            UNIX_EPOCH + Duration::from_secs(1_795_877_185)
        );
        assert_eq!(issued.logged_in.tenant.as_deref(), Some("t"));
        let old = br#"{"accessToken":"a","expiresOn":"2026-11-28 15:00:00.123456"}"#;
        let local: DateTime = "2026-11-28T15:00:00.123456".parse().unwrap();
        let expected = local.to_zoned(TimeZone::system()).unwrap().timestamp();
        assert_eq!(read(old).unwrap().access.expires(), expected.into());
        for output in [&b"canary"[..], b"{}", br#"{"accessToken":"canary"}"#] {
            assert!(!read(output).unwrap_err().message().contains("canary"));
        }
    }

    #[test]
    fn the_failures_of_az_say_what_to_do() {
        let failed = |said| failed(said).message().to_owned();
        assert!(
            failed("ERROR: Please run 'az login' to setup account.").contains("run `az login`")
        );
        assert!(failed("\nERROR: AADSTS70043: expired. Run az login").contains("AADSTS70043"));
    }

    #[test]
    fn only_an_identity_service_that_cannot_be_reached_is_asked_again() {
        let unreachable = "ERROR: HTTPSConnectionPool(host='login.microsoftonline.com', port=443): Max retries exceeded with url: /x";
        for (said, kind) in [
            (unreachable, Kind::Unreachable),
            (
                "ERROR: AADSTS50173: revoked. Max retries exceeded",
                Kind::Login,
            ),
            ("ERROR: Please run 'az login'", Kind::Login),
            ("ERROR: something else", Kind::Login),
            ("", Kind::Login),
        ] {
            assert_eq!(super::failed(said).kind(), kind, "{said}");
        }
    }

    #[tokio::test]
    async fn a_missing_program_is_named() {
        let cli = AzureCli {
            program: "/nowhere/az".into(),
            tenant: None,
        };
        let error = cli.issue(TokenPatience::None).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Login);
        assert!(AzureCli::new(Some("a;b")).is_err());
    }
}

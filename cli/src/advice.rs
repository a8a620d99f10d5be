//! Why a service refuses, as far as it can be told from the refusal and from what was given: the likely cause, with the
//! name of the parameter or variable to change.
//!
//! `listener` shows it as the last line of a complaint, `doctor` beside what it found. Nothing here sends a request.

use azring_core::location::{AccountPlace, Location, SasGrant};
use azring_core::options::Options;
use azring_core::{Error, Side};
use azring_transport::{self as transport, Kind};
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{Span, Timestamp};

use crate::environment::Environment;
use crate::parameter::{self as row, Dialect, Parameter};
use crate::parsed::ParsedArgs;

/// The service refuses a signature whose time is further off than 15 minutes; a part of it is for the way.
/// <https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key#specifying-the-date-header>
pub(crate) const SKEW_BAD_SECONDS: i64 = 14 * 60;

/// The variables that hold credentials for the account that `AZURE_STORAGE_ACCOUNT` names.
const ACCOUNT_VARIABLES: [&str; 2] = ["AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_KEY"];

/// What was given to prove who asks: the parameters, and the variables that are set.
#[derive(Debug, Clone)]
pub(crate) struct Advice {
    dialect: Dialect,
    source: Origin,
    target: Origin,
    /// The names of the variables with credentials that are set.
    variables: Vec<String>,
    /// The value of `AZURE_STORAGE_ACCOUNT`.
    account: Option<String>,
    clock: fn() -> Timestamp,
}

/// Where the credential of one end stands in the command.
#[derive(Debug, Clone, Default)]
struct Origin {
    key: bool,
    sas: bool,
    url: bool,
}

impl Advice {
    /// What there is to know of this command.
    pub(crate) fn new(args: &ParsedArgs, environment: &Environment) -> Self {
        let origin = |place: &Parameter, key: &Parameter, sas: &Parameter| Origin {
            key: args.has(key),
            sas: args.has(sas),
            url: args
                .raw(place)
                .is_some_and(|text| text.to_string_lossy().contains('?')),
        };
        let mut known: Vec<String> = ["SOURCE", "DEST"]
            .iter()
            .flat_map(|side| [format!("AZRING_{side}_SAS"), format!("AZRING_{side}_KEY")])
            .collect();
        known.push("AZURE_STORAGE_CONNECTION_STRING".to_owned());
        known.extend(ACCOUNT_VARIABLES.map(str::to_owned));
        known.retain(|name| environment.raw(name).is_some());
        Self {
            dialect: args.dialect(),
            source: origin(&row::SOURCE, &row::SOURCE_KEY, &row::SOURCE_SAS),
            target: origin(&row::DEST, &row::DEST_KEY, &row::DEST_SAS),
            variables: known,
            account: environment.variable("AZURE_STORAGE_ACCOUNT"),
            clock: Timestamp::now,
        }
    }

    /// Advice for a command of which nothing but its dialect is known.
    #[cfg(test)]
    pub(crate) fn unknowing(dialect: Dialect) -> Self {
        Self {
            dialect,
            source: Origin::default(),
            target: Origin::default(),
            variables: Vec::new(),
            account: None,
            // 15:19:39 on 16 August 2018, as elsewhere in the tests.
            clock: || Timestamp::constant(1_534_432_779, 0),
        }
    }

    /// How parameters are spelled.
    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The likely cause of a failure at one end, as a sentence without its full stop.
    pub(crate) fn cause(&self, error: &Error, side: Side, location: &Location) -> Option<String> {
        let place = location.account_place()?;
        match error.bare() {
            Error::Credential(_) => {
                let origin = self.origin(side, place);
                Some(format!("Give another signature in {origin}"))
            }
            Error::Transport(error) => self.cause_of(error, side, location, place),
            _ => None,
        }
    }

    /// The likely cause of one object's failure. Which end refused follows from the ends, where only one is a service.
    pub(crate) fn cause_of_object(&self, error: &Error, options: &Options) -> Option<String> {
        let Error::Transport(refusal) = error.bare() else {
            return None;
        };
        let is_service = |location: &Location| location.account_place().is_some();
        let is_between = is_service(&options.source) && is_service(&options.target);
        let is_at_source = match error.side() {
            Some(side) => side == Side::Source,
            None if !is_between => is_service(&options.source),
            None if refusal.code() == Some("CannotVerifyCopySource") => true,
            // Either end may have refused.
            None if options.sync_copy => return None,
            None => false,
        };
        let (side, place) = if is_at_source {
            (Side::Source, &options.source)
        } else {
            (Side::Target, &options.target)
        };
        self.cause(error, side, place)
    }

    fn cause_of(
        &self,
        error: &transport::Error,
        side: Side,
        location: &Location,
        place: &AccountPlace,
    ) -> Option<String> {
        let Some(status) = error.status() else {
            return on_the_way(error.kind()).map(str::to_owned);
        };
        let account = account_name(place);
        let code = error.code().unwrap_or_default();
        match (status, code) {
            (_, "AccountIsDisabled") => {
                return Some(format!(
                    "{account} is disabled: its owner can see why in the portal"
                ));
            }
            (_, "AccountRequiresHttps") => {
                return Some(
                    "The account requires https: begin the URL with `https://`".to_owned(),
                );
            }
            (_, "CannotVerifyCopySource") => return Some(self.unreadable_source(place)),
            (404, "ContainerNotFound") if !is_anonymous(place) => {
                let container = location.container()?;
                return Some(format!("There is no container `{container}` in {account}"));
            }
            (400, "InvalidHeaderValue") if error.header() == Some("x-ms-version") => {
                let name = row::SERVICE_VERSION.with_value("2019-07-07", self.dialect);
                return Some(format!(
                    "The service does not support the API version {}: give the newest that it supports, for example `{name}` \
                     (Azure Stack Hub; older ones 2017-11-09)",
                    place.account.capabilities.version()
                ));
            }
            (401 | 403, _)
            | (404, "ResourceNotFound" | "ContainerNotFound" | "")
            | (409, "PublicAccessNotPermitted") => {}
            _ => return None,
        }
        if is_anonymous(place) {
            return Some(self.anonymous(side, place));
        }
        if status == 404 {
            return None;
        }
        if let Some(seconds) = error
            .date()
            .and_then(|date| clock_ahead_s(date, (self.clock)()))
            && seconds.abs() >= SKEW_BAD_SECONDS
        {
            return Some(format!(
                "This machine's clock is {}: set it, since the service refuses what is signed 15 minutes off",
                skew(seconds)
            ));
        }
        Some(self.refused(code, side, place))
    }

    /// A credential was given, and refused.
    fn refused(&self, code: &str, side: Side, place: &AccountPlace) -> String {
        let (account, origin) = (account_name(place), self.origin(side, place));
        let grant = SasGrant::of(&place.account);
        match (code, &grant) {
            ("KeyBasedAuthenticationNotPermitted", None) => {
                let sas = self.sas(side);
                format!(
                    "{account} does not allow its keys: give a shared access signature in `{sas}`"
                )
            }
            ("AuthorizationFailure", None) => format!(
                "The network rules of {account} (firewall, private endpoint) may block this machine"
            ),
            ("AuthorizationSourceIPMismatch", Some(_)) => {
                format!("The signature in {origin} does not allow this machine's address (`sip`)")
            }
            ("AuthenticationFailed" | "", Some(_)) | (_, None) => {
                let what = if grant.is_some() { "signature" } else { "key" };
                let remedy = if grant.is_some() {
                    "it was cut off or changed, or the key that signed it was replaced"
                } else {
                    "compare it with the portal, under Access keys"
                };
                format!("The {what} in {origin} does not belong to {account}: {remedy}")
            }
            (_, Some(grant)) => lacking(grant, side, &origin),
        }
    }

    /// Nothing was given.
    fn anonymous(&self, side: Side, place: &AccountPlace) -> String {
        if let Some(unused) = self.unused_variable(place) {
            return unused;
        }
        let (key, sas) = (self.key(side), self.sas(side));
        format!(
            "No key and no signature was given, so the request was anonymous: give `{key}` or `{sas}`, or set \
             `AZURE_STORAGE_KEY` with `AZURE_STORAGE_ACCOUNT`"
        )
    }

    /// A variable with a credential is set, but was not for this place.
    fn unused_variable(&self, place: &AccountPlace) -> Option<String> {
        let is_set = |name: &&str| self.variables.iter().any(|set| set == name);
        let connection = "AZURE_STORAGE_CONNECTION_STRING";
        if is_set(&connection) {
            return Some(format!(
                "The variable `{connection}` is set, but for another account or endpoint, so the request was anonymous"
            ));
        }
        let variable = ACCOUNT_VARIABLES.into_iter().find(|name| is_set(name))?;
        Some(match &self.account {
            None => format!(
                "The variable `{variable}` is set but not `AZURE_STORAGE_ACCOUNT`, so it was not used: set both"
            ),
            Some(account) if *account != place.account_name => format!(
                "The variable `AZURE_STORAGE_ACCOUNT` names `{account}` and not {}, so `{variable}` was not used",
                account_name(place)
            ),
            Some(_) => format!(
                "The variable `{variable}` is used only at hosts of Azure Storage and on this machine, not at `{}`",
                place.account.endpoint.host
            ),
        })
    }

    /// The destination's service could not read the source.
    fn unreadable_source(&self, place: &AccountPlace) -> String {
        let origin = self.origin(Side::Source, place);
        if is_anonymous(place) {
            format!(
                "The service could not read the source: give `{}` or `{}`",
                self.key(Side::Source),
                self.sas(Side::Source)
            )
        } else {
            format!(
                "The service could not read the source with the credential in {origin}: it may belong to another account, be expired or lack `r`, or the source's network rules block the service"
            )
        }
    }

    /// The parameter or variable that the credential of this place is from.
    fn origin(&self, side: Side, place: &AccountPlace) -> String {
        let (name, end) = match side {
            Side::Source => (&row::SOURCE, &self.source),
            Side::Target => (&row::DEST, &self.target),
        };
        if end.key {
            return format!("`{}`", self.key(side));
        }
        if end.sas {
            return format!("`{}`", self.sas(side));
        }
        if end.url || is_anonymous(place) {
            return format!("the URL of `{}`", name.spelled(self.dialect));
        }
        let other = match side {
            Side::Source => "AZRING_DEST_",
            Side::Target => "AZRING_SOURCE_",
        };
        let variable = self.variables.iter().find(|name| !name.starts_with(other));
        match variable {
            Some(variable) => format!("the variable `{variable}`"),
            None => format!("`{}`", self.sas(side)),
        }
    }

    fn key(&self, side: Side) -> String {
        match side {
            Side::Source => row::SOURCE_KEY.spelled(self.dialect),
            Side::Target => row::DEST_KEY.spelled(self.dialect),
        }
    }

    fn sas(&self, side: Side) -> String {
        match side {
            Side::Source => row::SOURCE_SAS.spelled(self.dialect),
            Side::Target => row::DEST_SAS.spelled(self.dialect),
        }
    }
}

fn is_anonymous(place: &AccountPlace) -> bool {
    place.account.credential.is_anonymous()
}

fn account_name(place: &AccountPlace) -> String {
    if place.account_name.is_empty() {
        format!("the account at `{}`", place.account.endpoint.host)
    } else {
        format!("the account `{}`", place.account_name)
    }
}

/// The signature is right, but not enough.
fn lacking(grant: &SasGrant, side: Side, origin: &str) -> String {
    let Some(permissions) = grant.permissions() else {
        return format!(
            "The stored access policy that the signature in {origin} names does not allow this"
        );
    };
    let wanted = match side {
        Side::Source => ["r", "l"],
        Side::Target => ["w", "c"],
    };
    let missing = wanted
        .into_iter()
        .find(|letter| !permissions.contains(letter));
    match missing {
        Some(letter) => format!("The signature in {origin} lacks `{letter}` (`sp={permissions}`)"),
        None => format!("The signature in {origin} does not allow this (`sp={permissions}`)"),
    }
}

/// What to do about a service that was not reached.
pub(crate) fn on_the_way(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Resolve => Some("Check the name of the account and this machine's resolver"),
        Kind::Tls => {
            Some("Give the certificate of the intercepting authority, or check the host's name")
        }
        Kind::Proxy(_) => Some("Ask the administrator of the proxy, or add the host to `NO_PROXY`"),
        Kind::Connect | Kind::Unreachable | Kind::Reset { .. } | Kind::Timeout => {
            Some("Check the network to the service: firewall, routing, proxy")
        }
        _ => None,
    }
}

/// How far this machine's clock is ahead of the `Date` of an answer, in seconds.
pub(crate) fn clock_ahead_s(date: &str, now: Timestamp) -> Option<i64> {
    let theirs = DateTimeParser::new().parse_timestamp(date).ok()?;
    Some(now.as_second() - theirs.as_second())
}

/// `20m ahead of the service's`.
pub(crate) fn skew(seconds: i64) -> String {
    let span = |seconds: i64| {
        let span = match seconds {
            0..3_600 => Span::new().minutes(seconds / 60).seconds(seconds % 60),
            3_600..172_800 => Span::new()
                .hours(seconds / 3_600)
                .minutes(seconds / 60 % 60),
            _ => Span::new().days(seconds / 86_400),
        };
        format!("{span:#}")
    };
    if seconds >= 0 {
        format!("{} ahead of the service's", span(seconds))
    } else {
        format!("{} behind the service's", span(-seconds))
    }
}

#[cfg(test)]
mod tests {
    use azring_core::location::{Access, parse};
    use azring_transport::Error as Transport;
    use azring_transport::auth::Secret;

    use super::*;

    const NOW: &str = "Thu, 16 Aug 2018 15:19:39 GMT";

    fn place(sas: Option<&str>) -> Location {
        let secret = |text: &str| Some(Secret::new(text.to_owned()));
        let access = match sas {
            Some("") => Access::default(),
            Some(sas) => Access {
                sas: secret(sas),
                key: None,
            },
            None => Access {
                key: secret("a2V5"),
                sas: None,
            },
        };
        parse("https://acct.blob.core.windows.net/c", access, None).unwrap()
    }

    fn cause(sas: Option<&str>, status: u16, code: &str, date: &str) -> String {
        let advice = Advice::unknowing(Dialect::Slash);
        let error = Transport::new(Kind::Status(status), "told").answered(
            Some(code.to_owned()),
            None,
            Some(date.to_owned()),
        );
        let cause = advice.cause(&error.into(), Side::Target, &place(sas));
        cause.unwrap_or_default()
    }

    #[test]
    fn the_cause_of_a_refusal_follows_from_code_and_credential() {
        for (sas, status, code, says) in [
            (None, 403, "AuthenticationFailed", "The key in"),
            (None, 403, "AuthorizationFailure", "network rules"),
            (
                None,
                403,
                "KeyBasedAuthenticationNotPermitted",
                "`/DestSAS`",
            ),
            (
                None,
                404,
                "ContainerNotFound",
                "no container `c` in the account `acct`",
            ),
            (None, 403, "AccountIsDisabled", "is disabled"),
            (
                Some("sp=rl&sig=x"),
                403,
                "AuthorizationPermissionMismatch",
                "lacks `w` (`sp=rl`)",
            ),
            (
                Some("si=p&sig=x"),
                403,
                "AuthorizationPermissionMismatch",
                "stored access policy",
            ),
            (
                Some("sp=w&sig=x"),
                403,
                "AuthenticationFailed",
                "The signature in `/DestSAS`",
            ),
            (
                Some(""),
                401,
                "NoAuthenticationInformation",
                "`/DestKey` or `/DestSAS`",
            ),
            (Some(""), 404, "ResourceNotFound", "anonymous"),
            (Some(""), 409, "PublicAccessNotPermitted", "anonymous"),
            (None, 404, "BlobNotFound", ""),
            (None, 412, "ConditionNotMet", ""),
        ] {
            let told = cause(sas, status, code, NOW);
            assert!(
                told.contains(says) && told.is_empty() == says.is_empty(),
                "{code}: {told}"
            );
        }
    }

    #[test]
    fn a_clock_that_is_far_off_is_the_cause_before_the_key() {
        let told = cause(
            None,
            403,
            "AuthenticationFailed",
            "Thu, 16 Aug 2018 15:39:39 GMT",
        );
        assert!(told.contains("20m behind the service's"), "{told}");
        let told = cause(
            None,
            403,
            "AuthenticationFailed",
            "Thu, 16 Aug 2018 15:29:39 GMT",
        );
        assert!(told.contains("The key in"), "{told}");
    }

    #[test]
    fn a_variable_that_was_not_used_is_named() {
        let mut advice = Advice::unknowing(Dialect::Dash);
        let error: Error = Transport::new(Kind::Status(404), "told").into();
        let mut told = |variables: &[&str], account: Option<&str>| {
            advice.variables = variables.iter().map(|&name| name.to_owned()).collect();
            advice.account = account.map(str::to_owned);
            advice
                .cause(&error, Side::Source, &place(Some("")))
                .unwrap()
        };
        let without = told(&["AZURE_STORAGE_KEY"], None);
        assert!(without.contains("not `AZURE_STORAGE_ACCOUNT`"), "{without}");
        let other = told(&["AZURE_STORAGE_SAS_TOKEN"], Some("other"));
        assert!(other.contains("names `other`"), "{other}");
        let none = told(&[], None);
        assert!(none.contains("`--source-key` or `--source-sas`"), "{none}");
    }
}

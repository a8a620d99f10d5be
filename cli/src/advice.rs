//! The likely cause of a failed request, with the parameter or variable to change.
//!
//! The cause follows from the error and from the credentials that the command was given. `listener`
//! prints it below an error, and `doctor` beside a finding. Nothing here sends a request.

mod given_credentials;
mod root_name;

use azring_core::location::{AccountPlace, Location, SasGrant};
use azring_core::options::Options;
use azring_core::{Error, Side};
use azring_transport::auth::Credential;
use azring_transport::service::Service;
use azring_transport::{self as transport, Kind};
use jiff::Timestamp;

use crate::clock_skew::{SKEW_BAD_SECONDS, clock_ahead_s, skew};
use crate::environment::Environment;
use crate::login::is_trusted;
use crate::parameter::{self as row, Dialect};
use crate::parsed::ParsedArgs;
use given_credentials::GivenCredentials;

/// Finds the likely cause of a failure, with the credentials that the command was given.
#[derive(Debug, Clone)]
pub(crate) struct Advice {
    given: GivenCredentials,
    clock: fn() -> Timestamp,
}

impl Advice {
    /// With the credentials that this command was given.
    pub(crate) fn new(args: &ParsedArgs, environment: &Environment) -> Self {
        Self {
            given: GivenCredentials::of(args, environment),
            clock: Timestamp::now,
        }
    }

    /// Advice for a command without any credential.
    #[cfg(test)]
    pub(crate) fn unknowing(dialect: Dialect) -> Self {
        Self {
            given: GivenCredentials::none(dialect),
            // 15:19:39 on 16 August 2018, as elsewhere in the tests.
            clock: || Timestamp::constant(1_534_432_779, 0),
        }
    }

    /// How parameters are spelled.
    pub(crate) fn dialect(&self) -> Dialect {
        self.given.dialect
    }

    /// The likely cause of a failure at one end, as a sentence without its full stop.
    pub(crate) fn cause(&self, error: &Error, side: Side, location: &Location) -> Option<String> {
        let place = location.account_place()?;
        match error.bare() {
            Error::Credential(_) => {
                let origin = self.given.origin(side, place);
                Some(format!("Give another signature in {origin}"))
            }
            Error::Transport(error) => self.cause_of(error, side, location, place),
            _ => None,
        }
    }

    /// The likely cause of one object's failure. If both ends are services, either may have
    /// refused; then there is no advice.
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
            return unreachable_advice(error.kind()).map(str::to_owned);
        };
        let code = error.code().unwrap_or_default();
        if let Some(cause) = self.cause_by_code(error, status, code, location, place) {
            return Some(cause);
        }
        if !is_about_credential(status, code) {
            return None;
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
        Some(self.refused(error, code, side, place))
    }

    /// The cause that status and error code name by themselves, whatever the credential.
    fn cause_by_code(
        &self,
        error: &transport::Error,
        status: u16,
        code: &str,
        location: &Location,
        place: &AccountPlace,
    ) -> Option<String> {
        let account = account_name(place);
        Some(match (status, code) {
            (_, "AccountIsDisabled") => {
                format!("{account} is disabled: its owner can see why in the portal")
            }
            (_, "AccountRequiresHttps") => {
                "The account requires https: begin the URL with `https://`".to_owned()
            }
            (_, "CannotVerifyCopySource") => self.unreadable_source(place),
            (404, "ContainerNotFound") if !is_anonymous(place) => {
                format!("There is no container `{}` in {account}", location.root()?)
            }
            (404, "ShareNotFound") => {
                format!("There is no share `{}` in {account}", location.root()?)
            }
            (400, "OutOfRangeInput" | "InvalidResourceName") => {
                root_name::advice(location.root()?)?
            }
            (400, "InvalidHeaderValue") if error.header() == Some("x-ms-version") => {
                let name = row::SERVICE_VERSION.with_value("2019-07-07", self.given.dialect);
                format!(
                    "The service does not support the API version {}: give the newest that it supports, for example `{name}` \
                     (Azure Stack Hub; older ones 2017-11-09)",
                    place.account.capabilities.version()
                )
            }
            _ => return None,
        })
    }

    /// The cause when a service refuses a given credential.
    fn refused(
        &self,
        error: &transport::Error,
        code: &str,
        side: Side,
        place: &AccountPlace,
    ) -> String {
        if let Credential::Bearer(_) = place.account.credential {
            return self.login_refused(error, code, side, place);
        }
        let (account, origin) = (account_name(place), self.given.origin(side, place));
        let grant = SasGrant::of(&place.account);
        match (code, &grant) {
            ("KeyBasedAuthenticationNotPermitted", None) => {
                let sas = self.given.sas(side);
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

    /// The cause when a service refuses the token of a login.
    fn login_refused(
        &self,
        error: &transport::Error,
        code: &str,
        side: Side,
        place: &AccountPlace,
    ) -> String {
        let account = account_name(place);
        match (code, error.tenant()) {
            ("AuthorizationPermissionMismatch", _) => format!(
                "The login lacks a role at {account}: `{}` (a new role takes up to ten minutes)",
                error
                    .role()
                    .unwrap_or_else(|| role(place.account.service, side))
            ),
            ("AuthorizationFailure", _) => format!(
                "The network rules of {account} (firewall, private endpoint) may block this machine"
            ),
            (_, Some(tenant)) => format!(
                "The login is not valid at {account}, which takes logins of the tenant `{tenant}`: log in by `azring login {}`",
                row::TENANT_ID.with_value(tenant, self.given.dialect)
            ),
            (_, None) => format!(
                "The login is not valid at {account}: `azring login status` says who it is; it may belong to another tenant"
            ),
        }
    }

    /// The cause when no credential was given.
    fn anonymous(&self, side: Side, place: &AccountPlace) -> String {
        if let Some(unused) = self.given.unused_variable(place) {
            return unused;
        }
        let (key, sas) = (self.given.key(side), self.given.sas(side));
        let endpoint = &place.account.endpoint;
        let naming = if is_trusted(endpoint, "") {
            String::new()
        } else {
            let parameter = &row::TRUSTED_MICROSOFT_SUFFIXES;
            let named = parameter.with_value(&endpoint.authority(), self.given.dialect);
            format!(" and give `{named}`")
        };
        format!(
            "No key, no signature and no login was given, so the request was anonymous: give `{key}` or `{sas}`, set \
             `AZURE_STORAGE_KEY` with `AZURE_STORAGE_ACCOUNT`, or log in (`azring login`){naming}"
        )
    }

    /// The cause when the destination's service cannot read the source.
    fn unreadable_source(&self, place: &AccountPlace) -> String {
        if let Credential::Bearer(_) = place.account.credential {
            let (account, role) = (
                account_name(place),
                role(place.account.service, Side::Source),
            );
            return format!(
                "The service could not read the source with the login: it may lack the role `{role}` at {account}, or the source's network rules block the service"
            );
        }
        let origin = self.given.origin(Side::Source, place);
        if is_anonymous(place) {
            format!(
                "The service could not read the source: give `{}` or `{}`",
                self.given.key(Side::Source),
                self.given.sas(Side::Source)
            )
        } else {
            format!(
                "The service could not read the source with the credential in {origin}: it may belong to another account, be expired or lack `r`, or the source's network rules block the service"
            )
        }
    }
}

/// Whether an answer with this status and code may be about the credential.
fn is_about_credential(status: u16, code: &str) -> bool {
    matches!(
        (status, code),
        (401 | 403, _)
            | (404, "ResourceNotFound" | "ContainerNotFound" | "")
            | (409, "PublicAccessNotPermitted")
    )
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

/// The role that a login needs for this end of a copy.
/// <https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage>
fn role(service: Service, side: Side) -> &'static str {
    match (service, side) {
        (Service::Blob, Side::Source) => "Storage Blob Data Reader",
        (Service::Blob, Side::Target) => "Storage Blob Data Contributor",
        (Service::Share, Side::Source) => "Storage File Data Privileged Reader",
        (Service::Share, Side::Target) => "Storage File Data Privileged Contributor",
        (Service::Table, Side::Source) => "Storage Table Data Reader",
        (Service::Table, Side::Target) => "Storage Table Data Contributor",
    }
}

/// The cause when the signature is valid and lacks a permission.
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

/// What to do about a service that cannot be reached.
fn unreachable_advice(kind: Kind) -> Option<&'static str> {
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
        let error = Transport::new(Kind::Status(status), "refused").answered(
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
            let text = cause(sas, status, code, NOW);
            assert!(
                text.contains(says) && text.is_empty() == says.is_empty(),
                "{code}: {text}"
            );
        }
    }

    #[test]
    fn a_clock_that_is_far_off_is_the_cause_before_the_key() {
        let text = cause(
            None,
            403,
            "AuthenticationFailed",
            "Thu, 16 Aug 2018 15:39:39 GMT",
        );
        assert!(text.contains("20m behind the service's"), "{text}");
        let text = cause(
            None,
            403,
            "AuthenticationFailed",
            "Thu, 16 Aug 2018 15:29:39 GMT",
        );
        assert!(text.contains("The key in"), "{text}");
    }

    #[test]
    fn a_variable_that_was_not_used_is_named() {
        let mut advice = Advice::unknowing(Dialect::Dash);
        let error: Error = Transport::new(Kind::Status(404), "refused").into();
        let mut text = |variables: &[&str], account: Option<&str>| {
            advice.given.variables = variables.iter().map(|&name| name.to_owned()).collect();
            advice.given.account = account.map(str::to_owned);
            advice
                .cause(&error, Side::Source, &place(Some("")))
                .unwrap()
        };
        let without = text(&["AZURE_STORAGE_KEY"], None);
        assert!(without.contains("not `AZURE_STORAGE_ACCOUNT`"), "{without}");
        let other = text(&["AZURE_STORAGE_SAS_TOKEN"], Some("other"));
        assert!(other.contains("names `other`"), "{other}");
        let none = text(&[], None);
        assert!(none.contains("`--source-key` or `--source-sas`"), "{none}");
    }
}

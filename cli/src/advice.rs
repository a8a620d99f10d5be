//! The likely cause of a failed request, with the parameter or variable to change.
//!
//! The cause follows from the error and from the credentials that the command was given. `listener`
//! prints it below an error, and `doctor` beside a finding. Nothing here sends a request.

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
use crate::parameter::{self as row, Dialect, Parameter};
use crate::parsed::ParsedArgs;

/// The variables that hold credentials for the account that `AZURE_STORAGE_ACCOUNT` names.
const ACCOUNT_VARIABLES: [&str; 2] = ["AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_KEY"];

/// The credentials that the command was given: parameters, and variables that are set.
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

/// The credential of one end of the copy.
#[derive(Debug, Clone, Default)]
struct Origin {
    key: bool,
    sas: bool,
    url: bool,
}

impl Advice {
    /// The credentials that this command was given.
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

    /// Advice for a command without any credential.
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
            (400, "OutOfRangeInput" | "InvalidResourceName") if !is_root_name(location.root()?) => {
                format!(
                    "`{}` cannot be the name of a container or share: it has 3 to 63 lower-case letters, digits and single \
                     hyphens between them",
                    location.root()?
                )
            }
            (400, "InvalidHeaderValue") if error.header() == Some("x-ms-version") => {
                let name = row::SERVICE_VERSION.with_value("2019-07-07", self.dialect);
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
                row::TENANT_ID.with_value(tenant, self.dialect)
            ),
            (_, None) => format!(
                "The login is not valid at {account}: `azring login status` says who it is; it may belong to another tenant"
            ),
        }
    }

    /// The cause when no credential was given.
    fn anonymous(&self, side: Side, place: &AccountPlace) -> String {
        if let Some(unused) = self.unused_variable(place) {
            return unused;
        }
        let (key, sas) = (self.key(side), self.sas(side));
        let endpoint = &place.account.endpoint;
        let naming = if is_trusted(endpoint, "") {
            String::new()
        } else {
            let parameter = &row::TRUSTED_MICROSOFT_SUFFIXES;
            let named = parameter.with_value(&endpoint.authority(), self.dialect);
            format!(" and give `{named}`")
        };
        format!(
            "No key, no signature and no login was given, so the request was anonymous: give `{key}` or `{sas}`, set \
             `AZURE_STORAGE_KEY` with `AZURE_STORAGE_ACCOUNT`, or log in (`azring login`){naming}"
        )
    }

    /// Advice about a variable that holds a credential of another place.
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

    /// The parameter or variable that this place's credential comes from.
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

/// Whether a container or a share may have this name.
/// <https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata#container-names>
fn is_root_name(name: &str) -> bool {
    let is_part = |part: &str| {
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        !part.is_empty() && part.bytes().all(is_letter)
    };
    let has_system_name = ["$root", "$web", "$logs"].contains(&name);
    has_system_name || (3..=63).contains(&name.len()) && name.split('-').all(is_part)
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_of_containers_are_those_that_the_service_takes() {
        for name in ["abc", "a-1", "$web", "0ab"] {
            assert!(super::is_root_name(name), "{name}");
        }
        for name in ["c1", "My-Container", "a_b_c", "-abc", "a--b", "", "$else"] {
            assert!(!super::is_root_name(name), "{name}");
        }
    }

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
            advice.variables = variables.iter().map(|&name| name.to_owned()).collect();
            advice.account = account.map(str::to_owned);
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

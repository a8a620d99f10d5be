//! What authenticates an end where several things could (`/Auth`), and the login of an end that has
//! no key and no signature.

use azring_core::Side;
use azring_core::location::{AccountPlace, Location};
use azring_transport::auth::Cloud;
use azring_transport::http::Scheme;

use super::options::engine;
use crate::environment::Environment;
use crate::login::{is_trusted, token_source};
use crate::parameter as row;
use crate::parsed::{ParsedArgs, read};
use crate::usage_error::UsageError;

/// What `/Auth` chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Auth {
    Auto,
    Key,
    Sas,
    Login,
    Anonymous,
}

/// Refuses the parameters of `login` in a copy.
pub(super) fn refuse_login(args: &ParsedArgs) -> Result<(), UsageError> {
    match row::OF_LOGIN.iter().find(|parameter| args.has(parameter)) {
        Some(parameter) => Err(UsageError::meaning(format!(
            "`{}` is only for `azring login`",
            parameter.spelled(args.dialect())
        ))),
        None => Ok(()),
    }
}

/// What `/Auth` says.
pub(super) fn auth(args: &ParsedArgs) -> Result<Auth, UsageError> {
    Ok(match read::choice(args, &row::AUTH)? {
        Some("key") => Auth::Key,
        Some("sas") => Auth::Sas,
        Some("login") => Auth::Login,
        Some("anonymous") => Auth::Anonymous,
        _ => Auth::Auto,
    })
}

impl Auth {
    /// Keys and signatures in variables are looked at.
    pub(super) fn reads_variables(self) -> bool {
        match self {
            Self::Auto | Self::Key | Self::Sas => true,
            Self::Login | Self::Anonymous => false,
        }
    }

    /// Gives the end its login where it is to have one, and checks that it has what was asked for.
    pub(super) fn complete(
        self,
        args: &ParsedArgs,
        side: Side,
        location: Location,
        environment: &Environment,
    ) -> Result<Location, UsageError> {
        let Some(place) = location.account_place() else {
            return Ok(location);
        };
        let credential = &place.account.credential;
        let kind = credential.kind_name();
        let refused = |what: String| {
            let name = row::AUTH.spelled(args.dialect());
            UsageError::meaning(format!("`{name}`: {what} for the {}", side_word(side)))
        };
        match self {
            Self::Key if credential.is_shared_key() => return Ok(location),
            Self::Key => return Err(refused("there is no key".into())),
            Self::Sas if credential.is_sas() => return Ok(location),
            Self::Sas => return Err(refused("there is no shared access signature".into())),
            Self::Auto if !credential.is_anonymous() => return Ok(location),
            Self::Anonymous | Self::Login if !credential.is_anonymous() => {
                return Err(refused(format!("a credential ({kind}) is given as well")));
            }
            Self::Anonymous => return Ok(location),
            Self::Auto | Self::Login => {}
        }
        let endpoint = &place.account.endpoint;
        let named = args
            .text(&row::TRUSTED_MICROSOFT_SUFFIXES)?
            .unwrap_or_default();
        let is_hidden = endpoint.scheme == Scheme::Https || endpoint.is_loopback();
        let may_have_token = is_trusted(endpoint, named) && is_hidden;
        if !may_have_token {
            return match self {
                Self::Login => Err(untrusted(args, place)),
                _ => Ok(location),
            };
        }
        let cloud = Cloud::of_storage_host(&endpoint.host).unwrap_or(Cloud::Public);
        let engine = engine(args, environment)?;
        let source = token_source(environment, &engine, cloud)?;
        match source {
            Some(source) => Ok(location.with_token(source)),
            None if self == Self::Login => Err(refused(
                "there is no login (`azring login` makes one)".into(),
            )),
            None => Ok(location),
        }
    }
}

/// Why this end gets no token.
fn untrusted(args: &ParsedArgs, place: &AccountPlace) -> UsageError {
    let endpoint = &place.account.endpoint;
    if endpoint.scheme == Scheme::Http && !endpoint.is_loopback() {
        return UsageError::meaning(format!(
            "a token is not sent to `{endpoint}` in plain text: begin the URL with `https://`"
        ));
    }
    let parameter = &row::TRUSTED_MICROSOFT_SUFFIXES;
    UsageError::meaning(format!(
        "a token is not sent to `{endpoint}`, which is no host of Azure: if it may have one, give `{}`",
        parameter.with_value(&endpoint.authority(), args.dialect())
    ))
}

fn side_word(side: Side) -> &'static str {
    match side {
        Side::Source => "source",
        Side::Target => "destination",
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::super::options;
    use super::super::tests::alone;
    use crate::args;
    use crate::usage_error::UsageError;

    /// The kind of the destination's credential.
    fn target(dest: &str, more: &[&str], variables: &[(&str, &str)]) -> Result<String, UsageError> {
        let words: Vec<OsString> = ["/Source:/data", &format!("/Dest:{dest}"), "/Y"]
            .iter()
            .chain(more)
            .map(OsString::from)
            .collect();
        let options = options(&args::read(&words)?, &alone(variables))?;
        let place = options.target.account_place().unwrap();
        Ok(place.account.credential.kind_name().to_owned())
    }

    const AZURE: &str = "https://a.blob.core.windows.net/c";
    const LOCAL: &str = "http://127.0.0.1:10000/a/c";
    const CLI: (&str, &str) = ("AZCOPY_AUTO_LOGIN_TYPE", "AZCLI");

    #[test]
    fn a_login_is_used_at_hosts_of_azure_where_nothing_else_is_given() {
        assert_eq!(target(AZURE, &[], &[CLI]).unwrap(), "bearer token");
        assert_eq!(
            target(AZURE, &["/DestKey:a2V5"], &[CLI]).unwrap(),
            "account key"
        );
        let key = ("AZRING_DEST_KEY", "a2V5");
        assert_eq!(target(AZURE, &[], &[CLI, key]).unwrap(), "account key");
        assert_eq!(
            target(AZURE, &["/Auth:login"], &[CLI, key]).unwrap(),
            "bearer token"
        );
        assert_eq!(
            target(AZURE, &["/Auth:anonymous"], &[CLI, key]).unwrap(),
            "no credential"
        );
        assert_eq!(target(AZURE, &[], &[]).unwrap(), "no credential");
    }

    #[test]
    fn a_host_that_is_not_azures_gets_a_token_only_by_name() {
        for host in [
            LOCAL,
            "https://a.blob.example.com/c",
            "http://a.blob.core.windows.net/c",
        ] {
            let more = &["/DestType:Blob"];
            assert_eq!(
                target(host, more, &[CLI]).unwrap(),
                "no credential",
                "{host}"
            );
        }
        let named = "/TrustedMicrosoftSuffixes:127.0.0.1:10000";
        assert_eq!(target(LOCAL, &[named], &[CLI]).unwrap(), "bearer token");
        let error = target(LOCAL, &["/Auth:login"], &[CLI])
            .unwrap_err()
            .to_string();
        assert!(error.contains(named), "{error}");
        let plain = target("http://a.blob.core.windows.net/c", &["/Auth:login"], &[CLI]);
        assert!(plain.unwrap_err().to_string().contains("plain text"));
    }

    #[test]
    fn what_is_asked_for_must_be_there() {
        for (more, says) in [
            (&["/Auth:login", "/DestKey:a2V5"][..], "is given as well"),
            (&["/Auth:anonymous", "/DestKey:a2V5"], "is given as well"),
            (
                &["/Auth:sas", "/DestKey:a2V5"],
                "no shared access signature",
            ),
            (&["/Auth:key"], "no key"),
            (&["/Auth:login"], "no login"),
        ] {
            let error = target(AZURE, more, &[]).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn a_bad_choice_of_a_login_ends_the_command() {
        let variables = [("AZCOPY_AUTO_LOGIN_TYPE", "PSCRED")];
        let error = target(AZURE, &[], &variables).unwrap_err().to_string();
        assert!(error.contains("PowerShell"), "{error}");
    }
}

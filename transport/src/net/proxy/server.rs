//! A proxy: its address, its credential, and what its refusals mean.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{HeaderValue, PROXY_AUTHORIZATION};
use hyper::{Request, Uri};
use percent_encoding::percent_decode_str;

use crate::auth::Secret;
use crate::endpoint::{Endpoint, Scheme};
use crate::{Error, Kind, Result};

/// A proxy. It is shown as `http://host:port`, without user and password.
#[derive(Debug, Clone)]
pub struct Proxy {
    endpoint: Endpoint,
    /// The value of `Proxy-Authorization`.
    pub(super) authorization: Option<Secret<String>>,
    /// The variable that names it.
    variable: &'static str,
}

impl Proxy {
    /// Reads `http://user:password@host:port`. Only the host is required.
    pub(super) fn read(variable: &'static str, text: &str) -> Result<Self> {
        let wrong =
            |why: &str| Error::new(Kind::Invalid, format!("the variable `{variable}` {why}"));
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        if !scheme.eq_ignore_ascii_case("http") {
            return Err(wrong(
                "names a proxy that does not use plain HTTP, the only supported kind: give `http://host:port`, or \
                 list the host in `NO_PROXY`",
            ));
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, authority),
        };
        let is_port =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if is_port(port) => (host, port.parse().ok()),
            Some((host, "")) => (host, Some(80)),
            _ => (place, Some(80)),
        };
        let is_address = host.starts_with('[') && host.ends_with(']');
        let is_name = !host.is_empty()
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
        let Some(port) = port.filter(|_| is_address || is_name) else {
            return Err(wrong(
                "is not the address of a proxy, such as `http://host:port`",
            ));
        };
        Ok(Self {
            endpoint: Endpoint {
                scheme: Scheme::Http,
                host: host.to_ascii_lowercase(),
                port,
            },
            authorization: user.map(basic),
            variable,
        })
    }

    /// The variable of the environment that names it.
    pub fn variable(&self) -> &'static str {
        self.variable
    }

    /// Where it answers.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Gives a plain request to `endpoint` its full address, so that the proxy can forward it.
    pub(crate) fn address<B>(&self, request: &mut Request<B>, endpoint: &Endpoint) -> Result<()> {
        let wrong = || {
            Error::new(
                Kind::Invalid,
                format!("`{endpoint}` cannot be asked for at a proxy"),
            )
        };
        let mut parts = request.uri().clone().into_parts();
        parts.scheme = Some(hyper::http::uri::Scheme::HTTP);
        parts.authority = Some(endpoint.authority().parse().map_err(|_| wrong())?);
        *request.uri_mut() = Uri::from_parts(parts).map_err(|_| wrong())?;
        if let Some(proof) = &self.authorization {
            let mut value = HeaderValue::from_str(proof.expose()).map_err(|_| wrong())?;
            value.set_sensitive(true);
            request.headers_mut().insert(PROXY_AUTHORIZATION, value);
        }
        Ok(())
    }

    /// The error of a proxy that answered with this status itself.
    pub(crate) fn refused(&self, status: u16) -> Error {
        let variable = self.variable;
        let why = match status {
            407 if self.authorization.is_some() => {
                format!("407: it does not accept the user and the password in `{variable}`")
            }
            407 => format!(
                "407: it asks for a user and a password: give them in `{variable}` (`http://user:password@host:port`)"
            ),
            403 => "403: it does not allow this destination".into(),
            _ => status.to_string(),
        };
        Error::new(
            Kind::Proxy(status),
            format!("the proxy `{self}` answered {why}"),
        )
    }

    /// Adds to the error of a connection that it went through this proxy.
    pub(crate) fn on_the_way(&self, error: Error) -> Error {
        match error.kind() {
            Kind::Resolve
            | Kind::Connect
            | Kind::Tls
            | Kind::Reset { .. }
            | Kind::Timeout
            | Kind::Protocol
            | Kind::Mismatch
            | Kind::Changed => error.within(format_args!(
                "through the proxy `{self}` (`{}`)",
                self.variable
            )),
            _ => error,
        }
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.endpoint)
    }
}

/// User and password as they are sent (RFC 7617). The variable has them percent-encoded.
fn basic(user: &str) -> Secret<String> {
    let decode = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    let pair = Secret::new([&decode(name)[..], b":", &decode(password)].concat());
    Secret::new(format!("Basic {}", STANDARD.encode(pair.expose())))
}

#[cfg(test)]
mod tests {
    use super::super::Proxies;
    use super::*;

    fn proxies(environment: &[(&str, &str)]) -> Proxies {
        Proxies::from_environment(|name| {
            let found = environment.iter().find(|(key, _)| *key == name)?;
            Some(found.1.to_owned())
        })
    }

    fn way(environment: &[(&str, &str)], scheme: Scheme, host: &str) -> Option<String> {
        let endpoint = Endpoint {
            scheme,
            host: host.into(),
            port: scheme.default_port(),
        };
        let proxies = proxies(environment);
        proxies.of(&endpoint).unwrap().map(ToString::to_string)
    }

    const ACCOUNT: &str = "a.blob.core.windows.net";

    #[test]
    fn each_scheme_has_its_variables_in_an_order() {
        let (http, https) = (Scheme::Http, Scheme::Https);
        let all = [("ALL_PROXY", "http://all:1"), ("https_proxy", "lower:2")];
        assert_eq!(way(&all, https, ACCOUNT).as_deref(), Some("http://lower:2"));
        assert_eq!(way(&all, http, ACCOUNT).as_deref(), Some("http://all:1"));
        let both = [("https_proxy", "lower:2"), ("HTTPS_PROXY", "http://upper")];
        assert_eq!(
            way(&both, https, ACCOUNT).as_deref(),
            Some("http://upper:80")
        );
        assert_eq!(way(&both, http, ACCOUNT), None);
        assert_eq!(way(&[("HTTPS_PROXY", " ")], https, ACCOUNT), None);
        assert_eq!(
            way(&[("all_proxy", "[::1]:8")], http, ACCOUNT).as_deref(),
            Some("http://[::1]:8")
        );
    }

    #[test]
    fn this_machine_and_what_is_excepted_are_reached_directly() {
        let around = [
            ("ALL_PROXY", "p:1"),
            ("no_proxy", "other.net, .windows.net"),
        ];
        for (host, is_direct) in [
            (ACCOUNT, true),
            ("a.blob.core.chinacloudapi.cn", false),
            ("localhost", true),
            ("a.blob.localhost", true),
            ("127.0.0.2", true),
            ("[::1]", true),
            ("169.254.169.254", true),
            ("10.0.0.1", false),
        ] {
            assert_eq!(
                way(&around, Scheme::Https, host).is_none(),
                is_direct,
                "{host}"
            );
        }
    }

    #[test]
    fn a_malformed_proxy_is_an_error_when_used_and_hides_its_password() {
        let endpoint = |host: &str| Endpoint {
            scheme: Scheme::Https,
            host: host.into(),
            port: 443,
        };
        for value in [
            "socks5://user:canary@p:1",
            "https://user:canary@p",
            "http://user:canary@",
            "http://user:canary@p:99999",
            "http://user:canary@p q",
        ] {
            let proxies = proxies(&[("HTTPS_PROXY", value)]);
            assert!(proxies.of(&endpoint("localhost")).unwrap().is_none());
            let error = proxies.of(&endpoint(ACCOUNT)).unwrap_err();
            assert_eq!(error.kind(), Kind::Invalid);
            let message = format!("{error} {error:?} {proxies:?}");
            assert!(
                message.contains("`HTTPS_PROXY`") && !message.contains("canary"),
                "{message}"
            );
        }
    }

    #[test]
    fn user_and_password_are_sent_decoded_and_never_shown() {
        let proxy = Proxy::read("HTTPS_PROXY", "http://me%40home:can%3Aary@p:8080/").unwrap();
        let sent = proxy.authorization.as_ref().unwrap().expose().clone();
        assert_eq!(
            sent,
            format!("Basic {}", STANDARD.encode("me@home:can:ary"))
        );
        let shown = format!("{proxy} {proxy:?} {}", proxy.refused(407));
        assert!(
            !shown.contains("ary") && !shown.contains(&sent[6..]),
            "{shown}"
        );
        assert!(shown.contains("does not accept the user and the password in `HTTPS_PROXY`"));
    }

    #[test]
    fn a_plain_request_is_addressed_in_full() {
        let proxy = Proxy::read("HTTP_PROXY", "p:1").unwrap();
        let mut request = Request::new(());
        *request.uri_mut() = "/c/a%20b?sv=1&sig=x".parse().unwrap();
        let endpoint = Endpoint {
            scheme: Scheme::Http,
            host: "h".into(),
            port: 10_000,
        };
        proxy.address(&mut request, &endpoint).unwrap();
        assert_eq!(
            request.uri().to_string(),
            "http://h:10000/c/a%20b?sv=1&sig=x"
        );
    }
}

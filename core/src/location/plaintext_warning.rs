//! Credentials that travel in plain text. AzCopy took `http://` from everybody and scripts count on it, so it is not refused;
//! but a signature that anybody on the way can read and use again is worth a warning.

use std::net::IpAddr;

use azring_transport::auth::Credential;
use azring_transport::http::Scheme;

use super::{Location, ServicePlace};

/// What is said of a location whose credential leaves this machine in plain text. Not of an emulator: one on this machine,
/// one that has a name of one label, as containers have, and whatever has the account that every emulator has.
pub(crate) fn warning(location: &Location, resolve: &[(String, u16, IpAddr)]) -> Option<String> {
    let place = location.in_service()?;
    let endpoint = &place.account().endpoint;
    if endpoint.scheme == Scheme::Https || is_emulator(place, resolve) {
        return None;
    }
    let what = match place.account().credential {
        // Every request with a token is refused before it is sent.
        Credential::Anonymous | Credential::Bearer(_) => return None,
        Credential::Sas(_) => {
            "the shared access signature goes over the network in plain text: whoever sees it can use it"
        }
        Credential::SharedKey { .. } => {
            "names and data go over the network in plain text, and so do tokens that are signed for copies (the key does not)"
        }
    };
    Some(format!("`{place}`: {what}; give the URL with `https://`"))
}

fn is_emulator(place: ServicePlace<'_>, resolve: &[(String, u16, IpAddr)]) -> bool {
    let endpoint = &place.account().endpoint;
    let host = endpoint.host_without_brackets();
    let stays_here = |address: &IpAddr| address.is_loopback();
    let is_sent_here = resolve
        .iter()
        .any(|(name, port, address)| name == host && *port == endpoint.port && stays_here(address));
    let is_address = host.parse::<IpAddr>();
    is_sent_here
        || is_address.as_ref().is_ok_and(stays_here)
        || (is_address.is_err() && !host.contains('.'))
        || host.ends_with(".localhost")
        || place.account_place.account_name == "devstoreaccount1"
}

#[cfg(test)]
mod tests {
    use azring_transport::auth::Secret;

    use super::*;
    use crate::location::{Access, parse};

    fn warned(url: &str, has_key: bool) -> Option<String> {
        let access = Access {
            key: has_key.then(|| Secret::new("a2V5".into())),
            sas: None,
        };
        let resolve = [(
            "here.blob.core.windows.net".to_owned(),
            80,
            IpAddr::from([127, 0, 0, 1]),
        )];
        warning(&parse(url, access, None).unwrap(), &resolve)
    }

    #[test]
    fn a_credential_in_plain_text_is_warned_of_and_not_shown() {
        let sas = warned("http://a.blob.core.windows.net/c?sv=1&sig=canary", false).unwrap();
        assert!(sas.contains("http://a.blob.core.windows.net/c"), "{sas}");
        assert!(!sas.contains("canary"), "{sas}");
        assert!(warned("http://a.blob.core.windows.net/c", true).is_some());
        assert!(warned("http://10.0.0.1/acct/c", true).is_some());
    }

    #[test]
    fn what_is_encrypted_public_or_an_emulator_is_not_warned_of() {
        for (url, has_key) in [
            ("https://a.blob.core.windows.net/c", true),
            ("http://a.blob.core.windows.net/c", false),
            ("http://here.blob.core.windows.net/c", true),
            ("http://127.0.0.1:10000/acct/c", true),
            ("http://[::1]:10000/acct/c", true),
            ("http://localhost:10000/acct/c", true),
            ("http://acct.blob.localhost:10000/c", true),
            ("http://azurite:10000/acct/c", true),
            ("http://10.0.0.1:10000/devstoreaccount1/c", true),
        ] {
            assert_eq!(warned(url, has_key), None, "{url}");
        }
    }
}

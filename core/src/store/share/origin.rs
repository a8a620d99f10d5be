//! The address and the access by which another service reads a file of a share.

use std::time::SystemTime;

use azring_transport::auth::SasResource;
use percent_encoding::utf8_percent_encode;

use crate::Result;
use crate::location::{RESERVED, ShareLocation};
use crate::store::Origin;
use crate::store::rest::source_access::SourceAccess;

/// The file of this full name as the source of a copy by a service.
///
/// The origin names no version: no service compares the version of a file.
/// <https://learn.microsoft.com/rest/api/storageservices/copy-blob#request-headers>
pub(super) fn origin(
    place: &ShareLocation,
    name: &str,
    access: &SourceAccess,
    now: SystemTime,
) -> Result<Origin> {
    let resource = SasResource::File {
        share: place.share.clone(),
        path: name.to_owned(),
    };
    Ok(Origin {
        url: url(place, name),
        access: access.to(place.account(), resource, now)?,
        etag: None,
    })
}

/// The address of a file, without a credential. It names the snapshot of the share.
fn url(place: &ShareLocation, name: &str) -> String {
    let mut url = place.file_url(name);
    if let Some(snapshot) = &place.snapshot {
        url.push_str("?sharesnapshot=");
        url.extend(utf8_percent_encode(snapshot, RESERVED));
    }
    url
}

#[cfg(test)]
mod tests {
    use azring_transport::auth::Secret;

    use super::*;
    use crate::location::{Access, Location, parse};

    fn origin_of(url: &str, access: Access, opens_to_target: bool) -> Origin {
        let Location::Share(place) = parse(url, access, None).unwrap() else {
            panic!("a place in a share");
        };
        let access = if opens_to_target {
            SourceAccess::OpenToTarget
        } else {
            SourceAccess::own(&place.account_place)
        };
        origin(&place, "d/ü", &access, SystemTime::UNIX_EPOCH).unwrap()
    }

    fn key() -> Access {
        Access {
            key: Some(Secret::new("a2V5".into())),
            sas: None,
        }
    }

    #[test]
    fn a_key_signs_for_one_file_by_the_rules_of_files() {
        let origin = origin_of("https://a.file.core.windows.net/s/d", key(), false);
        assert_eq!(origin.url, "https://a.file.core.windows.net/s/d/%C3%BC");
        assert!(origin.etag.is_none());
        let signed = origin.signed_url();
        let expected = "?sv=2022-11-02&sr=f&sp=r&se=1970-01-08T00%3A00%3A00Z&spr=https&sig=";
        assert!(signed.contains(expected), "{signed}");
    }

    #[test]
    fn a_signature_of_the_user_follows_the_snapshot() {
        let sas = Access {
            key: None,
            sas: Some(Secret::new("?sv=1&sig=x".into())),
        };
        let url = "https://a.file.core.windows.net/s?sharesnapshot=2020-09-24T08:09:27.0000000Z";
        assert_eq!(
            origin_of(url, sas, false).signed_url(),
            "https://a.file.core.windows.net/s/d/%C3%BC?sharesnapshot=2020-09-24T08%3A09%3A27.0000000Z&sv=1&sig=x"
        );
    }

    #[test]
    fn the_key_of_the_target_opens_a_file_of_its_own_account_without_a_token() {
        let origin = origin_of("https://a.file.core.windows.net/s", key(), true);
        assert_eq!(origin.signed_url(), origin.url);
    }
}

//! The address and the access by which another service reads a blob.

use std::time::SystemTime;

use azring_transport::auth::SasResource;
use percent_encoding::utf8_percent_encode;

use crate::Result;
use crate::entry::{ETag, VERSION_MARK};
use crate::location::{BlobLocation, RESERVED};
use crate::store::Origin;
use crate::store::rest::source_access::SourceAccess;

/// The blob, snapshot or version of this full name as the source of a copy by a service.
pub(super) fn origin(
    place: &BlobLocation,
    (name, etag): (&str, &ETag),
    snapshot: Option<&str>,
    access: &SourceAccess,
    now: SystemTime,
) -> Result<Origin> {
    let (container, own_name) = place.place().split_root(name);
    let resource = SasResource::Blob {
        container: container.to_owned(),
        name: own_name.to_owned(),
        snapshot: snapshot.map(|id| id.strip_prefix(VERSION_MARK).unwrap_or(id).to_owned()),
        is_version: snapshot.is_some_and(|id| id.starts_with(VERSION_MARK)),
    };
    Ok(Origin {
        url: url(place, name, snapshot),
        access: access.to(place.account(), resource, now)?,
        etag: Some(etag.clone()),
    })
}

/// The address of a blob, snapshot or version, without a credential.
fn url(place: &BlobLocation, name: &str, snapshot: Option<&str>) -> String {
    let mut url = place.blob_url(name);
    if let Some(snapshot) = snapshot {
        let version = snapshot.strip_prefix(VERSION_MARK);
        url.push_str(if version.is_some() {
            "?versionid="
        } else {
            "?snapshot="
        });
        url.extend(utf8_percent_encode(version.unwrap_or(snapshot), RESERVED));
    }
    url
}

#[cfg(test)]
mod tests {
    use azring_transport::auth::Secret;

    use super::*;
    use crate::location::{Access, Location, parse};
    use crate::store::OriginAccess;

    const SNAPSHOT: &str = "2011-03-09T01:42:34.9360000Z";

    fn place(access: Access) -> BlobLocation {
        let parsed = parse(
            "https://a-secondary.blob.core.windows.net/c/v",
            access,
            None,
        );
        match parsed.unwrap() {
            Location::Blob(place) => place,
            _ => panic!("a place in a service"),
        }
    }

    fn token_of(access: Access, snapshot: Option<&str>) -> Option<String> {
        let place = place(access);
        let version = ETag("1".into());
        let access = SourceAccess::own(&place.account_place);
        let now = SystemTime::UNIX_EPOCH;
        let origin = origin(&place, ("v/b", &version), snapshot, &access, now).unwrap();
        match origin.access {
            OriginAccess::Public => None,
            OriginAccess::Sas(token) => Some(token.expose().clone()),
            OriginAccess::Login(_) => panic!("no token was given"),
        }
    }

    #[test]
    fn a_snapshot_is_named_in_its_address() {
        let place = place(Access::default());
        assert_eq!(
            url(&place, "v/ü", Some(SNAPSHOT)),
            "https://a-secondary.blob.core.windows.net/c/v/%C3%BC?snapshot=2011-03-09T01%3A42%3A34.9360000Z"
        );
    }

    #[test]
    fn a_key_signs_for_one_blob_and_what_is_public_needs_no_token() {
        let key = || Access {
            key: Some(Secret::new("a2V5".into())),
            sas: None,
        };
        let signed = token_of(key(), None).unwrap();
        assert!(
            signed
                .starts_with("sv=2021-12-02&sr=b&sp=r&se=1970-01-08T00%3A00%3A00Z&spr=https&sig="),
            "{signed}"
        );
        assert!(token_of(key(), Some(SNAPSHOT)).unwrap().contains("&sr=bs&"));
        let version = format!("{VERSION_MARK}{SNAPSHOT}");
        assert!(token_of(key(), Some(&version)).unwrap().contains("&sr=bv&"));
        assert!(
            url(&place(Access::default()), "v/b", Some(&version))
                .ends_with("?versionid=2011-03-09T01%3A42%3A34.9360000Z")
        );
        let sas = Access {
            key: None,
            sas: Some(Secret::new("?sv=1&sig=x".into())),
        };
        assert_eq!(token_of(sas, None).unwrap(), "sv=1&sig=x");
        assert_eq!(token_of(Access::default(), None), None);
    }
}

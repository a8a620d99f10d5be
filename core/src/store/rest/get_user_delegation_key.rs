//! Get User Delegation Key: a key with which a login signs for others. 200 with the key.
//! <https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key>

use std::time::SystemTime;

use azring_transport::auth::{Secret, UserDelegationKey, iso_second};
use azring_transport::http::{Expected, Request};
use azring_transport::service::{ApiVersion, Service};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;

use super::xml::Xml;
use super::{iso_time, malformed};
use crate::Result;
use crate::location::AccountPlace;

/// The first version with this request; `None` for a service without it.
///
/// Azure's libraries have it for Azure Files since 2026-02-06.
pub(super) fn first_version(service: Service) -> Option<ApiVersion> {
    match service {
        Service::Blob => Some(ApiVersion::new(2018, 11, 9)),
        Service::Share => Some(ApiVersion::new(2026, 2, 6)),
        Service::Table => None,
    }
}

/// Asks for a key that is valid from `start` to `expiry`, seven days at most.
pub(super) fn request(
    place: &AccountPlace,
    start: SystemTime,
    expiry: SystemTime,
) -> Result<Request> {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><KeyInfo><Start>{}</Start><Expiry>{}</Expiry></KeyInfo>",
        iso_second(start)?,
        iso_second(expiry)?
    );
    let path = format!("{}/", place.base_path);
    let request = Request::new(Method::POST, &place.account, path)
        .query("restype", "service")
        .query("comp", "userdelegationkey")
        .header("content-type", "application/xml")
        .payload(body)
        .expect(Expected::status(200));
    Ok(request)
}

/// Reads the answer.
pub(super) fn read(body: &[u8]) -> Result<UserDelegationKey> {
    let mut fields: [Option<String>; 6] = Default::default();
    let mut value = None;
    Xml::open(body, "UserDelegationKey")?.children(|xml, tag| {
        let field = match tag.name() {
            "SignedOid" => 0,
            "SignedTid" => 1,
            "SignedStart" => 2,
            "SignedExpiry" => 3,
            "SignedService" => 4,
            "SignedVersion" => 5,
            "Value" => {
                value = STANDARD.decode(xml.text()?.trim()).ok().map(Secret::new);
                return Ok(());
            }
            _ => return Ok(()),
        };
        fields[field] = Some(xml.text()?.into_owned());
        Ok(())
    })?;
    let invalid = || malformed("it has no user delegation key");
    let [
        Some(object_id),
        Some(tenant),
        Some(start),
        Some(expiry),
        Some(service),
        Some(version),
    ] = fields
    else {
        return Err(invalid());
    };
    Ok(UserDelegationKey {
        expires: iso_time::parse(&expiry).ok_or_else(invalid)?,
        value: value.ok_or_else(invalid)?,
        object_id,
        tenant,
        start,
        expiry,
        service,
        version,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::location::{Access, parse};

    #[test]
    fn a_key_is_asked_for_at_the_account_as_azures_libraries_do() {
        let url = "https://a.blob.core.windows.net/c/v";
        let parsed = parse(url, Access::default(), None).unwrap();
        let place = parsed.account_place().unwrap();
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let request = request(place, at(1_795_824_000), at(1_795_910_400)).unwrap();
        assert_eq!((request.method.as_str(), &*request.path), ("POST", "/"));
        let query = [("restype", "service"), ("comp", "userdelegationkey")];
        assert_eq!(
            request.query,
            query.map(|(name, value)| (name, value.to_owned()))
        );
        let body: Vec<u8> = request.payload.pieces().iter().flatten().copied().collect();
        assert_eq!(
            String::from_utf8(body).unwrap(),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><KeyInfo><Start>2026-11-28T00:00:00Z</Start>\
             <Expiry>2026-11-29T00:00:00Z</Expiry></KeyInfo>"
        );
    }

    #[test]
    fn a_key_is_read_whole_or_not_at_all() {
        let body = "<UserDelegationKey><SignedOid>o</SignedOid><SignedTid>t</SignedTid>\
            <SignedStart>2026-11-28T00:00:00Z</SignedStart><SignedExpiry>2026-11-29T00:00:00Z</SignedExpiry>\
            <SignedService>b</SignedService><SignedVersion>2021-12-02</SignedVersion>\
            <Value>Y2FuYXJ5</Value></UserDelegationKey>";
        let key = read(body.as_bytes()).unwrap();
        assert_eq!(key.value.expose(), b"canary");
        assert_eq!(
            (&*key.object_id, &*key.tenant, &*key.service),
            ("o", "t", "b")
        );
        let expires = SystemTime::UNIX_EPOCH + Duration::from_hours(498_864);
        assert_eq!(key.expires, expires);
        assert!(!format!("{key:?}").contains("canary"));
        for (part, other) in [
            ("<SignedOid>o</SignedOid>", ""),
            ("Y2FuYXJ5", "?"),
            ("2026-11-29T00:00:00Z", "tomorrow"),
        ] {
            assert!(
                read(body.replace(part, other).as_bytes()).is_err(),
                "{part}"
            );
        }
    }
}

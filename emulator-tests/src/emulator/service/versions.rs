//! Which API version a request has, and what the service refuses because of it.

use crate::emulator::behaviour::Behaviour;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::head::Head;
use crate::emulator::http::query::Query;
use crate::emulator::http::response::Response;
use crate::emulator::version::ApiVersion;

/// Headers of a CRC-64, and the versions that they exist since.
const CRC64_HEADERS: [(&str, ApiVersion); 3] = [
    ("x-ms-content-crc64", ApiVersion::new(2019, 2, 2)),
    ("x-ms-range-get-content-crc64", ApiVersion::new(2019, 2, 2)),
    ("x-ms-structured-body", ApiVersion::new(2025, 1, 5)),
];

/// Headers of answers and the versions that they appeared with, newest first.
const HEADERS_SINCE: [(ApiVersion, &str); 27] = [
    (ApiVersion::new(2019, 12, 12), "x-ms-version-id"),
    (ApiVersion::new(2019, 12, 12), "x-ms-is-current-version"),
    (ApiVersion::new(2019, 12, 12), "x-ms-tag-count"),
    (ApiVersion::new(2019, 12, 12), "x-ms-blob-sealed"),
    (ApiVersion::new(2019, 7, 7), "x-ms-is-hns-enabled"),
    (ApiVersion::new(2019, 7, 7), "x-ms-default-encryption-scope"),
    (
        ApiVersion::new(2019, 7, 7),
        "x-ms-deny-encryption-scope-override",
    ),
    (ApiVersion::new(2019, 2, 2), "x-ms-encryption-key-sha256"),
    (ApiVersion::new(2017, 11, 9), "x-ms-creation-time"),
    (ApiVersion::new(2017, 11, 9), "x-ms-has-immutability-policy"),
    (ApiVersion::new(2017, 11, 9), "x-ms-has-legal-hold"),
    (ApiVersion::new(2017, 7, 29), "x-ms-error-code"),
    (ApiVersion::new(2017, 7, 29), "x-ms-delete-type-permanent"),
    (ApiVersion::new(2017, 4, 17), "x-ms-access-tier"),
    (ApiVersion::new(2017, 4, 17), "x-ms-access-tier-inferred"),
    (ApiVersion::new(2017, 4, 17), "x-ms-access-tier-change-time"),
    (ApiVersion::new(2017, 4, 17), "x-ms-archive-status"),
    (ApiVersion::new(2016, 5, 31), "x-ms-blob-public-access"),
    (ApiVersion::new(2016, 5, 31), "x-ms-blob-content-md5"),
    (ApiVersion::new(2015, 12, 11), "x-ms-server-encrypted"),
    (
        ApiVersion::new(2015, 12, 11),
        "x-ms-request-server-encrypted",
    ),
    (ApiVersion::new(2013, 8, 15), "Content-Disposition"),
    (ApiVersion::new(2012, 2, 12), "x-ms-lease-state"),
    (ApiVersion::new(2012, 2, 12), "x-ms-lease-duration"),
    (ApiVersion::new(2012, 2, 12), "x-ms-copy-id"),
    (ApiVersion::new(2012, 2, 12), "x-ms-copy-status"),
    (ApiVersion::new(2011, 8, 18), "Accept-Ranges"),
];

/// Removes the headers that the version does not have.
pub fn remove_newer_headers(response: &mut Response, version: ApiVersion) {
    let newer = HEADERS_SINCE
        .iter()
        .take_while(|(since, _)| version < *since);
    for (_, name) in newer {
        response.remove(name);
    }
}

/// The version of the header, else that of the SAS. Other requests have the default version of the
/// service, or the oldest.
pub fn version_of(head: &Head, query: &Query) -> ServiceResult<Option<ApiVersion>> {
    if let Some(text) = head.header("x-ms-version") {
        let version = ApiVersion::parse(text);
        let version = version.ok_or_else(|| Refusal::invalid_header("x-ms-version", text))?;
        return Ok(Some(version));
    }
    let from_sas = query.get("api-version").or_else(|| query.get("sv"));
    Ok(from_sas.and_then(ApiVersion::parse))
}

/// Refuses versions that the behaviour does not know, and headers that the version does not have.
pub fn check_known(behaviour: &Behaviour, head: &Head, version: ApiVersion) -> ServiceResult<()> {
    if let Some(newest) = ApiVersion::parse(&behaviour.newest_version)
        && version > newest
    {
        let mut refusal = Refusal::invalid_header("x-ms-version", &version.to_string());
        if behaviour.names_version {
            refusal.message = format!("The versions up to {newest} are supported.").into();
        }
        return Err(refusal);
    }
    let mut headers = CRC64_HEADERS.into_iter();
    let Some((name, since)) = headers.find(|(name, _)| head.header(name).is_some()) else {
        return Ok(());
    };
    if behaviour.no_crc64 {
        return Err(Refusal::new(
            500,
            "FeatureNotSupported",
            format!("{name} header or parameter is not supported."),
        ));
    }
    if version < since {
        return Err(Refusal::unsupported_header(name));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_headers_begins_with_the_newest_version() {
        assert!(HEADERS_SINCE.is_sorted_by(|(a, _), (b, _)| a >= b));
    }

    #[test]
    fn a_version_loses_the_headers_that_came_later() {
        let answer = || {
            Response::new(200)
                .header("x-ms-version-id", "1")
                .header("x-ms-access-tier", "Hot")
                .header("ETag", "2")
        };
        let names = |version| {
            let mut response = answer();
            remove_newer_headers(&mut response, version);
            let names = response.headers.into_iter().map(|(name, _)| name);
            names.collect::<Vec<_>>()
        };
        assert_eq!(names(ApiVersion::NEWEST).len(), 3);
        assert_eq!(
            names(ApiVersion::new(2018, 11, 9)),
            ["x-ms-access-tier", "ETag"]
        );
        assert_eq!(names(ApiVersion::OLDEST), ["ETag"]);
    }
}

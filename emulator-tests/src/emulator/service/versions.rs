//! Which API version a request has, and what the service refuses because of it.

use crate::emulator::behaviour::Behaviour;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::head::Head;
use crate::emulator::http::query::Query;
use crate::emulator::version::ApiVersion;

/// Headers that exist since version 2019-02-02.
const CRC64_HEADERS: [&str; 2] = ["x-ms-content-crc64", "x-ms-range-get-content-crc64"];

/// The version of the header, else that of the SAS, else the oldest.
pub fn version_of(head: &Head, query: &Query) -> ServiceResult<ApiVersion> {
    if let Some(text) = head.header("x-ms-version") {
        return ApiVersion::parse(text)
            .ok_or_else(|| Refusal::invalid_header("x-ms-version", text));
    }
    let from_sas = query.get("api-version").or_else(|| query.get("sv"));
    Ok(from_sas
        .and_then(ApiVersion::parse)
        .unwrap_or(ApiVersion::OLDEST))
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
    let Some(name) = headers.find(|name| head.header(name).is_some()) else {
        return Ok(());
    };
    if behaviour.no_crc64 {
        return Err(Refusal::new(
            500,
            "FeatureNotSupported",
            format!("{name} header or parameter is not supported."),
        ));
    }
    if !version.since(2019, 2, 2) {
        return Err(Refusal::new(
            400,
            "UnsupportedHeader",
            "One of the HTTP headers specified in the request is not supported.",
        )
        .with("HeaderName", name));
    }
    Ok(())
}

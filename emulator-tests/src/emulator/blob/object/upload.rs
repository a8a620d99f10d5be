//! What all uploads share: take the body, and hold it against the checksums that came with it.

use super::super::super::digest::{Digests, Wanted, from_base64};
use super::super::super::error::{Answer, Refusal};
use super::super::super::http::body::Body;
use super::super::super::http::response::Response;
use super::super::super::store::Extent;
use super::super::call::Call;
use super::super::headers;

/// A body that was taken.
pub struct Taken {
    /// Its bytes.
    pub extent: Extent,
    /// The checksums that were computed on the way.
    pub digests: Digests,
}

/// Takes the body into the store. `always` is computed even when the client claims nothing.
pub fn take(call: &Call<'_>, body: &mut Body<'_>, always: Wanted) -> Answer<Taken> {
    let md5 = call
        .head
        .header("content-md5")
        .filter(|value| !value.is_empty());
    let crc64 = call
        .head
        .header("x-ms-content-crc64")
        .filter(|value| !value.is_empty());
    check_forms(md5, crc64)?;
    let verify = call.service.verify;
    // A store that keeps no bytes computes only what it must compare.
    let always = if call.service.store.keeps_bytes() {
        always
    } else {
        Wanted::default()
    };
    let wanted = Wanted {
        md5: always.md5 || (verify && md5.is_some()),
        crc64: always.crc64 || (verify && crc64.is_some()),
    };
    let (extent, digests) = call.service.store.take(body, wanted)?;
    if verify {
        compare(md5, digests.md5.as_deref(), "Md5Mismatch", "MD5")?;
        compare(crc64, digests.crc64.as_deref(), "Crc64Mismatch", "CRC64")?;
    }
    Ok(Taken { extent, digests })
}

fn check_forms(md5: Option<&str>, crc64: Option<&str>) -> Answer<()> {
    if let Some(md5) = md5 {
        headers::check_md5("Content-MD5", md5)?;
    }
    if crc64.is_some_and(|crc64| from_base64(crc64).is_none_or(|bytes| bytes.len() != 8)) {
        return Err(Refusal::new(
            400,
            "InvalidCrc64",
            "The CRC64 value specified in the request is invalid. It must be 64 bits and base64 encoded.",
        ));
    }
    if md5.is_some() && crc64.is_some() {
        return Err(Refusal::new(
            400,
            "BothCrc64AndMd5HeaderPresent",
            "Both x-ms-content-crc64 header and Content-MD5 header are present. Only one may be given.",
        ));
    }
    Ok(())
}

fn compare(
    claimed: Option<&str>,
    computed: Option<&str>,
    code: &'static str,
    name: &str,
) -> Answer<()> {
    match (claimed, computed) {
        (Some(claimed), Some(computed)) if claimed != computed => Err(Refusal::new(
            400,
            code,
            format!(
                "The {name} value specified in the request did not match with the {name} value calculated by the server."
            ),
        )
        .with("UserSpecified", claimed)
        .with("ServerCalculated", computed)),
        _ => Ok(()),
    }
}

/// `Content-MD5` and `x-ms-content-crc64` of what was taken.
pub fn set_digests(response: &mut Response, digests: &Digests) {
    if let Some(md5) = &digests.md5 {
        response.set("Content-MD5", md5.clone());
    }
    if let Some(crc64) = &digests.crc64 {
        response.set("x-ms-content-crc64", crc64.clone());
    }
}

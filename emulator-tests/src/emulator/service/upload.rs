//! Uploads: receive the body, or read a copy's source, and compare the checksums that the client
//! sent.

use super::call::Call;
use super::content_properties::check_md5;
use super::copy_source;
use super::operations::Operations;
use crate::emulator::digest::{ChecksumSet, Digester, Digests, from_base64};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::payload::Piece;
use crate::emulator::http::response::Response;
use crate::emulator::store::Extent;

/// A body in the store.
pub struct ReceivedBody {
    /// Its bytes.
    pub extent: Extent,
    /// The checksums that the answer names.
    pub digests: Digests,
}

/// Refuses a body without a length, or over the limit.
pub fn check_length<S: Operations>(
    call: &Call<'_, S>,
    body: &Body<'_>,
    max: u64,
) -> ServiceResult<()> {
    if call.head.header("content-length").is_none() {
        return Err(Refusal::new(
            411,
            "MissingContentLengthHeader",
            "The Content-Length header was not specified.",
        ));
    }
    if body.length() > max {
        Err(Refusal::body_too_large(max))
    } else {
        Ok(())
    }
}

/// Refuses a body that is not as long as the range that it is for, or over the limit.
pub fn check_range<S: Operations>(
    call: &Call<'_, S>,
    body: &Body<'_>,
    range_bytes: u64,
    max: u64,
) -> ServiceResult<()> {
    check_length(call, body, max)?;
    check_body_is(body, range_bytes)
}

/// Refuses the body of a request that clears a range: it has none.
pub fn check_no_body(body: &Body<'_>) -> ServiceResult<()> {
    check_body_is(body, 0)
}

fn check_body_is(body: &Body<'_>, bytes: u64) -> ServiceResult<()> {
    match body.length() {
        length if length == bytes => Ok(()),
        length => Err(Refusal::invalid_header(
            "Content-Length",
            &length.to_string(),
        )),
    }
}

/// Receives a part of an object: a block, pages, a range. The answer names a CRC-64 unless the
/// client sent an MD5.
pub fn receive_part<S: Operations>(
    call: &Call<'_, S>,
    body: &mut Body<'_>,
) -> ServiceResult<ReceivedBody> {
    let always = ChecksumSet {
        md5: false,
        crc64: call.head.header("content-md5").is_none(),
    };
    receive(call, body, always, "content-md5")
}

/// Receives the body. Checksums of `always` are computed even when the client sent none; `md5` is
/// the header with the MD5 that the client sent.
pub fn receive<S: Operations>(
    call: &Call<'_, S>,
    body: &mut Body<'_>,
    always: ChecksumSet,
    md5: &str,
) -> ServiceResult<ReceivedBody> {
    let claims = ClientChecksums::of(call, md5, "x-ms-content-crc64")?;
    let verify = call.resources.verify;
    // A store that keeps no bytes computes only what it has to compare.
    let always = if call.resources.store.keeps_bytes() {
        of_version(call, always)
    } else {
        ChecksumSet::default()
    };
    let wanted = ChecksumSet {
        md5: always.md5 || (verify && claims.md5.is_some()),
        crc64: always.crc64 || (verify && claims.crc64.is_some()),
    };
    let (extent, digests) = call.resources.store.take(body, wanted)?;
    if verify {
        claims.compare(&digests)?;
    }
    Ok(ReceivedBody { extent, digests })
}

/// The checksums that answers of the request's version name: an MD5 where later versions name a
/// CRC-64.
fn of_version<S: Operations>(call: &Call<'_, S>, wanted: ChecksumSet) -> ChecksumSet {
    if call.version.since(2019, 2, 2) {
        return wanted;
    }
    ChecksumSet {
        md5: wanted.md5 || wanted.crc64,
        crc64: false,
    }
}

/// Stores bytes of a copy's source, and compares the checksums that the client sent for them.
pub fn store_source<S: Operations>(
    call: &Call<'_, S>,
    pieces: &[Piece],
) -> ServiceResult<ReceivedBody> {
    let claims = ClientChecksums::of(call, "x-ms-source-content-md5", "x-ms-source-content-crc64")?;
    let mut digests = Digests::default();
    if call.resources.store.keeps_bytes() {
        let wanted = of_version(
            call,
            ChecksumSet {
                md5: claims.md5.is_some(),
                crc64: claims.md5.is_none(),
            },
        );
        let mut digester = Digester::new(wanted);
        for piece in pieces {
            piece
                .read(|bytes| digester.update(bytes))
                .map_err(copy_source::unreadable)?;
        }
        digests = digester.finish();
        claims.compare(&digests).map_err(|refusal| Refusal {
            // Only Put Block From URL names both checksums.
            details: match call.query.filled("comp") {
                Some("block") => refusal.details,
                _ => Vec::new(),
            },
            ..refusal
        })?;
    }
    let extent = call.resources.store.put(pieces)?;
    Ok(ReceivedBody { extent, digests })
}

/// Compares the checksums that the client sent for a copy's source, all of whose bytes are at hand.
/// Returns those that the answer names: the MD5 if the client sent one, else the CRC-64; before
/// 2019-02-02 the MD5.
pub fn check_source<S: Operations>(
    call: &Call<'_, S>,
    digests_of: impl FnOnce(ChecksumSet) -> ServiceResult<Digests>,
) -> ServiceResult<Digests> {
    let claims = ClientChecksums::of(call, "x-ms-source-content-md5", "x-ms-source-content-crc64")?;
    let wanted = of_version(
        call,
        ChecksumSet {
            md5: claims.md5.is_some(),
            crc64: claims.md5.is_none(),
        },
    );
    let digests = digests_of(wanted)?;
    claims.compare(&digests)?;
    Ok(digests)
}

/// The checksums that the client sent.
struct ClientChecksums<'a> {
    md5: Option<&'a str>,
    crc64: Option<&'a str>,
}

impl<'a> ClientChecksums<'a> {
    fn of<S: Operations>(call: &'a Call<'_, S>, md5: &str, crc64: &str) -> ServiceResult<Self> {
        let filled = |name: &str| call.head.header(name).filter(|value| !value.is_empty());
        let claims = Self {
            md5: filled(md5),
            crc64: filled(crc64),
        };
        claims.check()?;
        Ok(claims)
    }

    fn check(&self) -> ServiceResult<()> {
        if let Some(md5) = self.md5 {
            check_md5(md5)?;
        }
        if let Some(crc64) = self.crc64
            && from_base64(crc64).is_none_or(|bytes| bytes.len() != 8)
        {
            return Err(Refusal::invalid_header("x-ms-content-crc64", crc64));
        }
        if self.md5.is_some() && self.crc64.is_some() {
            return Err(Refusal::new(
                400,
                "BothCrc64AndMd5HeaderPresent",
                "Both x-ms-content-crc64 header and Content-MD5 header are present. Only one may be given.",
            ));
        }
        Ok(())
    }

    fn compare(&self, digests: &Digests) -> ServiceResult<()> {
        if let Some((claimed, computed)) = differing(self.md5, digests.md5.as_deref()) {
            return Err(mismatch("Md5Mismatch", "MD5")
                .with("UserSpecifiedMd5", claimed)
                .with("ServerCalculatedMd5", computed));
        }
        if let Some((claimed, computed)) = differing(self.crc64, digests.crc64.as_deref()) {
            return Err(mismatch("Crc64Mismatch", "CRC64")
                .with("UserSpecifiedCrc", claimed)
                .with("ServerCalculatedCrc", computed));
        }
        Ok(())
    }
}

/// A client's checksum and the computed one, when both are known and differ.
fn differing<'a>(
    claimed: Option<&'a str>,
    computed: Option<&'a str>,
) -> Option<(&'a str, &'a str)> {
    claimed
        .zip(computed)
        .filter(|(claimed, computed)| claimed != computed)
}

fn mismatch(code: &'static str, name: &str) -> Refusal {
    Refusal::new(
        400,
        code,
        format!(
            "The {name} value specified in the request did not match with the {name} value calculated by the server."
        ),
    )
}

/// Compares a document, which was read whole, with the checksums that the client sent. Returns
/// those that the answer names: a CRC-64 unless the client sent an MD5.
pub fn check_document<S: Operations>(
    call: &Call<'_, S>,
    document: &[u8],
) -> ServiceResult<Digests> {
    let claims = ClientChecksums::of(call, "content-md5", "x-ms-content-crc64")?;
    let always = of_version(
        call,
        ChecksumSet {
            md5: false,
            crc64: claims.md5.is_none(),
        },
    );
    let mut digester = Digester::new(ChecksumSet {
        md5: always.md5 || claims.md5.is_some(),
        crc64: always.crc64 || claims.crc64.is_some(),
    });
    digester.update(document);
    let digests = digester.finish();
    claims.compare(&digests)?;
    Ok(digests)
}

/// Adds `Content-MD5` and `x-ms-content-crc64` to an answer.
pub fn set_digests(response: &mut Response, digests: &Digests) {
    if let Some(md5) = &digests.md5 {
        response.set("Content-MD5", md5.clone());
    }
    if let Some(crc64) = &digests.crc64 {
        response.set("x-ms-content-crc64", crc64.clone());
    }
}

//! What all uploads share: take the body, or fetch it, and hold it against the checksums that came with it.

use crate::emulator::blob::call::Call;
use crate::emulator::blob::headers;
use crate::emulator::blob::source::{self, Source};
use crate::emulator::digest::{Digester, Digests, Wanted, from_base64};
use crate::emulator::error::{Answer, Refusal};
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::store::Extent;

/// A body that was taken.
pub struct Taken {
    /// Its bytes.
    pub extent: Extent,
    /// The checksums that were computed on the way.
    pub digests: Digests,
}

/// A body must say its length, and keep within the limit.
pub fn check_length(call: &Call<'_>, body: &Body<'_>, max: u64) -> Answer<()> {
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

/// Takes the body into the store. `always` is computed even when the client claims nothing.
pub fn take(call: &Call<'_>, body: &mut Body<'_>, always: Wanted) -> Answer<Taken> {
    take_claimed(call, body, always, "content-md5")
}

/// The same for a body that is a whole blob: the MD5 that is to be stored with it counts as the body's, and before
/// `Content-MD5`. So says the service's owner (<https://github.com/Azure/azure-storage-ruby/issues/64>), and so Azurite's
/// maintainers saw it behave (<https://github.com/Azure/Azurite/pull/2644>).
pub fn take_whole(call: &Call<'_>, body: &mut Body<'_>, always: Wanted) -> Answer<Taken> {
    const STORED: &str = "x-ms-blob-content-md5";
    let is_given = call.head.header(STORED).is_some_and(|md5| !md5.is_empty());
    take_claimed(
        call,
        body,
        always,
        if is_given { STORED } else { "content-md5" },
    )
}

fn take_claimed(call: &Call<'_>, body: &mut Body<'_>, always: Wanted, md5: &str) -> Answer<Taken> {
    let claims = Claims::of(call, md5, "x-ms-content-crc64")?;
    let verify = call.service.verify;
    // A store that keeps no bytes computes only what it must compare.
    let always = if call.service.store.keeps_bytes() {
        as_of(call, always)
    } else {
        Wanted::default()
    };
    let wanted = Wanted {
        md5: always.md5 || (verify && claims.md5.is_some()),
        crc64: always.crc64 || (verify && claims.crc64.is_some()),
    };
    let (extent, digests) = call.service.store.take(body, wanted)?;
    if verify {
        claims.compare(&digests)?;
    }
    Ok(Taken { extent, digests })
}

/// The checksums that answers of the request's version tell: an MD5 where later ones tell a CRC64.
fn as_of(call: &Call<'_>, wanted: Wanted) -> Wanted {
    if call.version.since(2019, 2, 2) {
        return wanted;
    }
    Wanted {
        md5: wanted.md5 || wanted.crc64,
        crc64: false,
    }
}

/// Fetches a range of a copy's source into the store, checking what the client says about it.
pub fn fetch(
    call: &Call<'_>,
    source: &Source,
    offset: u64,
    length: u64,
) -> Answer<(Extent, Digests)> {
    let claims = Claims::of(call, "x-ms-source-content-md5", "x-ms-source-content-crc64")?;
    let pieces = source.read(offset, length);
    let mut digests = Digests::default();
    if call.service.store.keeps_bytes() {
        let wanted = as_of(
            call,
            Wanted {
                md5: claims.crc64.is_none(),
                crc64: claims.crc64.is_some(),
            },
        );
        let mut digester = Digester::new(wanted);
        for piece in &pieces {
            piece
                .read(|bytes| digester.update(bytes))
                .map_err(source::unreadable)?;
        }
        digests = digester.finish();
        claims.compare(&digests)?;
    }
    Ok((call.service.store.put(&pieces)?, digests))
}

/// What the client says that the bytes' checksums are.
struct Claims<'a> {
    md5: Option<&'a str>,
    crc64: Option<&'a str>,
}

impl<'a> Claims<'a> {
    fn of(call: &'a Call<'_>, md5: &str, crc64: &str) -> Answer<Self> {
        let filled = |name: &str| call.head.header(name).filter(|value| !value.is_empty());
        let claims = Self {
            md5: filled(md5),
            crc64: filled(crc64),
        };
        claims.check()?;
        Ok(claims)
    }

    fn check(&self) -> Answer<()> {
        if let Some(md5) = self.md5 {
            headers::check_md5(md5)?;
        }
        if self
            .crc64
            .is_some_and(|crc64| from_base64(crc64).is_none_or(|bytes| bytes.len() != 8))
        {
            return Err(Refusal::new(
                400,
                "InvalidCrc64",
                "The CRC64 value specified in the request is invalid. It must be 64 bits and base64 encoded.",
            ));
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

    fn compare(&self, digests: &Digests) -> Answer<()> {
        compare(self.md5, digests.md5.as_deref(), "Md5Mismatch", "MD5")?;
        compare(
            self.crc64,
            digests.crc64.as_deref(),
            "Crc64Mismatch",
            "CRC64",
        )
    }
}

/// Refuses when both are known and differ.
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

/// Holds a document that was read whole against the request's checksums.
pub fn check_document(call: &Call<'_>, document: &[u8]) -> Answer<()> {
    let claims = Claims::of(call, "content-md5", "x-ms-content-crc64")?;
    let mut digester = Digester::new(Wanted {
        md5: claims.md5.is_some(),
        crc64: claims.crc64.is_some(),
    });
    digester.update(document);
    claims.compare(&digester.finish())
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

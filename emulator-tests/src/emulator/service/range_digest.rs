//! The checksum of a range that a read asks for: `x-ms-range-get-content-md5` and
//! `x-ms-range-get-content-crc64`.

use super::call::Call;
use super::operations::Operations;
use crate::emulator::digest::{ChecksumSet, Digester, Digests};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::payload::Piece;

/// The longest range that the service computes checksums of, in bytes.
const HASHED_RANGE_MAX: u64 = 4 << 20;

/// The checksum that the client asks for: one, of a range of at most 4 MiB.
pub fn wanted<S: Operations>(
    call: &Call<'_, S>,
    ranged: bool,
    length: u64,
) -> ServiceResult<ChecksumSet> {
    let flag = |name: &'static str| match call.head.header(name) {
        None => Ok(false),
        Some(value) if value.eq_ignore_ascii_case("true") => Ok(true),
        Some(value) if value.eq_ignore_ascii_case("false") => Ok(false),
        Some(value) => Err(Refusal::invalid_header(name, value)),
    };
    let wanted = ChecksumSet {
        md5: flag("x-ms-range-get-content-md5")?,
        crc64: flag("x-ms-range-get-content-crc64")?,
    };
    let name = if wanted.md5 {
        "x-ms-range-get-content-md5"
    } else {
        "x-ms-range-get-content-crc64"
    };
    if !wanted.is_empty() && !ranged {
        return Err(Refusal::invalid_header(name, "true"));
    }
    if wanted.md5 && wanted.crc64 {
        return Err(Refusal::invalid_header(
            "x-ms-range-get-content-crc64",
            "true",
        ));
    }
    if !wanted.is_empty() && length > HASHED_RANGE_MAX {
        return Err(Refusal::new(
            400,
            "OutOfRangeInput",
            "The range whose checksum is asked for is longer than 4 MiB.",
        ));
    }
    Ok(wanted)
}

/// The checksums of these bytes; none are read when none are wanted.
pub fn of(pieces: &[Piece], wanted: ChecksumSet) -> ServiceResult<Digests> {
    if wanted.is_empty() {
        return Ok(Digests::default());
    }
    let mut digester = Digester::new(wanted);
    for piece in pieces {
        piece
            .read(|bytes| digester.update(bytes))
            .map_err(|error| Refusal::internal(format!("The store cannot be read: {error}.")))?;
    }
    Ok(digester.finish())
}

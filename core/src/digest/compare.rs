//! Compares the MD5 of a downloaded object with the one that its service has stored.

use std::fmt;

use super::follower::Md5;
use crate::{Error, Result};

/// Fails when the two differ, or when none is stored, as in AzCopy.
pub fn md5(arrived: Option<Md5>, stored: Option<Md5>, shown: impl fmt::Display) -> Result<()> {
    if arrived.is_some() && arrived == stored {
        return Ok(());
    }
    Err(Error::Integrity(format!(
        "the MD5 hash calculated from the downloaded data does not match the MD5 hash stored in the property of \
         source: `{shown}`; MD5 calculated: {}; MD5 in property: {}",
        hexadecimal(arrived),
        hexadecimal(stored)
    )))
}

fn hexadecimal(md5: Option<Md5>) -> String {
    md5.map_or_else(|| "none".into(), |md5| md5_simd::hex_encode(&md5))
}

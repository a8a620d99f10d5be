//! Metadata: the `x-ms-meta-*` headers, in requests and in answers.

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::head::Head;
use crate::emulator::http::response::Response;

const PREFIX: &str = "x-ms-meta-";
const BYTES_MAX: usize = 8 * 1024;

/// Names and values, in the order given.
pub type Metadata = Vec<(String, String)>;

/// The metadata of a request. Names must be C# identifiers; all together are at most 8 KiB.
pub fn read(head: &Head) -> ServiceResult<Metadata> {
    let mut pairs: Metadata = Vec::new();
    let mut bytes = 0;
    for (header, value) in head.headers() {
        if !header
            .get(..PREFIX.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
        {
            continue;
        }
        let name = &header[PREFIX.len()..];
        check_name(name)?;
        bytes += name.len() + value.len();
        match pairs
            .iter_mut()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
        {
            Some((_, joined)) => {
                joined.push(',');
                joined.push_str(value);
            }
            None => pairs.push((name.to_owned(), value.to_owned())),
        }
    }
    if bytes > BYTES_MAX {
        return Err(Refusal::new(
            400,
            "MetadataTooLarge",
            "The metadata specified exceeds the maximum permissible limit.",
        ));
    }
    Ok(pairs)
}

fn check_name(name: &str) -> ServiceResult<()> {
    if name.is_empty() {
        return Err(Refusal::new(
            400,
            "EmptyMetadataKey",
            "The key for one of the metadata key-value pairs is empty.",
        ));
    }
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    if !starts
        || !name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        return Err(Refusal::new(
            400,
            "InvalidMetadata",
            "The metadata specified is invalid. It has characters that are not permitted.",
        ));
    }
    Ok(())
}

/// Adds the metadata to an answer.
pub fn write(response: &mut Response, metadata: &[(String, String)]) {
    for (name, value) in metadata {
        response.set(format!("{PREFIX}{name}"), value.clone());
    }
}

//! The content headers of an object: what a client sets, the service stores, and reads return.

use serde::{Deserialize, Serialize};

use crate::emulator::digest;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::head::Head;
use crate::emulator::http::response::Response;

/// The properties that a client sets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentProperties {
    /// `Content-Type`; empty when Set Blob Properties gave none.
    pub content_type: String,
    /// `Content-Encoding`.
    pub content_encoding: String,
    /// `Content-Language`.
    pub content_language: String,
    /// `Content-MD5`, base64.
    pub content_md5: String,
    /// `Cache-Control`.
    pub cache_control: String,
    /// `Content-Disposition`.
    pub content_disposition: String,
}

impl ContentProperties {
    /// The properties of a request's headers. `prefix` is that of the service: `x-ms-blob-` or
    /// `x-ms-`.
    ///
    /// The MD5 is whatever the client says: the service stores `AQIDBA==` too.
    pub fn of(head: &Head, prefix: &str) -> Self {
        let mut full_name = String::with_capacity(64);
        let mut text = |name| {
            full_name.clear();
            full_name.push_str(prefix);
            full_name.push_str(name);
            head.header_or_empty(&full_name).to_owned()
        };
        Self {
            content_type: text("content-type"),
            content_encoding: text("content-encoding"),
            content_language: text("content-language"),
            content_md5: text("content-md5"),
            cache_control: text("cache-control"),
            content_disposition: text("content-disposition"),
        }
    }

    /// Adds the headers of a read's answer, but for the MD5.
    pub fn write(&self, response: &mut Response) {
        for (name, value) in [
            ("Content-Type", &self.content_type),
            ("Content-Encoding", &self.content_encoding),
            ("Content-Language", &self.content_language),
            ("Cache-Control", &self.cache_control),
            ("Content-Disposition", &self.content_disposition),
        ] {
            if !value.is_empty() {
                response.set(name, value.clone());
            }
        }
    }
}

/// Refuses an MD5 that is not 16 bytes in base64.
pub fn check_md5(value: &str) -> ServiceResult<()> {
    match digest::from_base64(value) {
        Some(bytes) if bytes.len() == 16 => Ok(()),
        _ => Err(Refusal::new(
            400,
            "InvalidMd5",
            "The MD5 value specified in the request is invalid. MD5 value must be 128 bits and base64 encoded.",
        )),
    }
}

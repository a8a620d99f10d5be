//! What a request addresses in the Blob service: an account, a container, or a blob.

use crate::emulator::auth::SignedTarget;
use crate::emulator::auth::sas::{signed_overrides, signed_snapshot};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::address::Address;
use crate::emulator::http::query::{Query, decode};
use crate::emulator::version::ApiVersion;

/// The container of a blob that names none.
pub const ROOT_CONTAINER: &str = "$root";

/// Container and blob.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlobTarget {
    /// Container, decoded; `None` for the account itself.
    pub container: Option<String>,
    /// Blob name, decoded; `None` for a container.
    pub blob: Option<String>,
}

impl BlobTarget {
    /// Reads the path. A single segment is a container with `restype=container`, else a blob of
    /// `$root`.
    pub fn of(address: &Address, query: &Query) -> Self {
        let is_container = query
            .get("restype")
            .is_some_and(|restype| restype.eq_ignore_ascii_case("container"));
        let path = address.path.as_str();
        let (container, blob) = match path.split_once('/') {
            _ if path.is_empty() => (None, None),
            Some((container, "")) => (Some(decode(container)), None),
            // The service treats a backslash as a slash.
            Some((container, blob)) => (
                Some(decode(container)),
                Some(decode(blob).replace('\\', "/")),
            ),
            None if is_container => (Some(decode(path)), None),
            None => (Some(ROOT_CONTAINER.to_owned()), Some(decode(path))),
        };
        Self { container, blob }
    }

    /// The container's name, for operations that have one.
    pub fn container(&self) -> &str {
        self.container.as_deref().unwrap_or_default()
    }

    /// The blob's name, for operations that have one.
    pub fn blob(&self) -> &str {
        self.blob.as_deref().unwrap_or_default()
    }
}

/// The SAS of a snapshot is valid for that snapshot only.
impl SignedTarget for BlobTarget {
    fn signed_path(&self, query: &Query) -> ServiceResult<String> {
        let refused =
            |of: &str| Refusal::authentication_failed(format!("The SAS was not made for {of}"));
        let container = self
            .container
            .as_deref()
            .ok_or_else(|| refused("the account"))?;
        match (query.or_empty("sr"), self.blob.as_deref()) {
            ("c", _) => Ok(container.to_owned()),
            ("b", Some(blob)) => Ok(format!("{container}/{blob}")),
            ("bs", Some(blob)) if query.filled("snapshot").is_some() => {
                Ok(format!("{container}/{blob}"))
            }
            ("bv", Some(blob)) if query.filled("versionid").is_some() => {
                Ok(format!("{container}/{blob}"))
            }
            ("b" | "bs" | "bv", _) => Err(refused("this resource")),
            _ => Err(Refusal::authentication_failed(
                "sr is mandatory. It has to be one of c, b, bs, bv",
            )),
        }
    }

    fn signed_fields<'q>(&self, query: &'q Query, version: ApiVersion) -> Vec<&'q str> {
        let mut fields = Vec::new();
        if version.since(2018, 11, 9) {
            fields.extend([query.or_empty("sr"), signed_snapshot(query)]);
        }
        if version.since(2020, 12, 6) {
            fields.push(query.or_empty("ses"));
        }
        if version.since(2013, 8, 15) {
            fields.extend(signed_overrides(query));
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::http::address::tests::address;

    fn target(host: &str, path: &str, query: &str) -> BlobTarget {
        BlobTarget::of(&address(host, path, "blob"), &Query::parse(query))
    }

    #[test]
    fn path_style_and_host_style_name_the_same_blob() {
        let by_path = target("127.0.0.1:9", "/acct/c/a%2Fb/c", "");
        let by_host = target("ACCT.blob.localhost:9", "/c/a/b/c", "");
        assert_eq!(by_path.blob(), "a/b/c");
        assert_eq!(by_host, by_path);
        assert_eq!(
            address("ACCT.blob.localhost:9", "/c", "blob").account,
            "acct"
        );
        assert_eq!(target("h", "/acct/c/a%5Cb", "").blob(), "a/b");
    }

    #[test]
    fn a_single_segment_is_a_container_only_when_asked_for() {
        let wanted = "restype=container";
        assert_eq!(target("h", "/acct/c", wanted).container(), "c");
        assert_eq!(target("h", "/acct/b", "").container(), ROOT_CONTAINER);
        assert_eq!(target("h", "/acct/c/", "").blob, None);
    }
}

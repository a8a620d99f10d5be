//! What a request addresses in the File service: an account, a share, or a path in a share.

use crate::emulator::auth::SignedTarget;
use crate::emulator::auth::sas::signed_overrides;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::address::Address;
use crate::emulator::http::query::{Query, decode};
use crate::emulator::version::ApiVersion;

/// A share and a path in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShareTarget {
    /// Share, decoded; `None` for the account itself.
    pub share: Option<String>,
    /// The parts of the path, decoded; empty for the root directory and for the share itself.
    pub parts: Vec<String>,
}

impl ShareTarget {
    /// Reads the path. It is decoded first, so that `%2F` separates parts too; empty parts do not
    /// count.
    pub fn of(address: &Address) -> Self {
        let path = decode(&address.path);
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        Self {
            share: parts.next().map(str::to_owned),
            parts: parts.map(str::to_owned).collect(),
        }
    }

    /// The share's name, for operations that have one.
    pub fn share(&self) -> &str {
        self.share.as_deref().unwrap_or_default()
    }
}

/// The SAS of a share opens its snapshots too.
impl SignedTarget for ShareTarget {
    fn signed_path(&self, query: &Query) -> ServiceResult<String> {
        let refused =
            |of: &str| Refusal::authentication_failed(format!("The SAS was not made for {of}"));
        let share = self
            .share
            .as_deref()
            .ok_or_else(|| refused("the account"))?;
        match query.or_empty("sr") {
            "s" => Ok(share.to_owned()),
            "f" if !self.parts.is_empty() => Ok(format!("{share}/{}", self.parts.join("/"))),
            "f" => Err(refused("this resource")),
            _ => Err(Refusal::authentication_failed(
                "sr is mandatory. It has to be one of s, f",
            )),
        }
    }

    fn signed_fields<'q>(&self, query: &'q Query, version: ApiVersion) -> Vec<&'q str> {
        if version.since(2013, 8, 15) {
            signed_overrides(query).to_vec()
        } else {
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::http::address::tests::address;

    #[test]
    fn path_style_and_host_style_name_the_same_file() {
        let by_path = ShareTarget::of(&address("127.0.0.1:9", "/acct/s/a%2Fb/c%20d/", "file"));
        let by_host = ShareTarget::of(&address("acct.file.localhost:9", "/s/a/b//c%20d", "file"));
        assert_eq!(by_path, by_host);
        assert_eq!(
            (by_path.share(), by_path.parts.join("/")),
            ("s", "a/b/c d".to_owned())
        );
        assert_eq!(ShareTarget::of(&address("h", "/acct/", "file")).share, None);
    }

    #[test]
    fn a_sas_of_a_file_names_its_path_and_that_of_a_share_does_not() {
        let target = ShareTarget::of(&address("h", "/acct/s/a/b", "file"));
        let path = |query: &str| target.signed_path(&Query::parse(query)).ok();
        assert_eq!(path("sr=s").as_deref(), Some("s"));
        assert_eq!(path("sr=f").as_deref(), Some("s/a/b"));
        assert_eq!(path("sr=b"), None);
    }
}

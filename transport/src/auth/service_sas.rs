//! A shared access signature that this program makes. Until it expires, whoever has it may read one
//! blob or file, and nothing else. A service reads the source of a copy with it; the account's key
//! never travels.
//! <https://learn.microsoft.com/rest/api/storageservices/create-service-sas>

use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::Sha256;

use super::Secret;
use crate::service::{ApiVersion, Service};
use crate::{Error, Kind, Result};

/// The first version that signs an encryption scope, and the first that signs the kind of resource
/// and the snapshot.
/// <https://learn.microsoft.com/rest/api/storageservices/create-service-sas#version-2020-12-06-and-later>
const WITH_SCOPE: ApiVersion = ApiVersion::new(2020, 12, 6);
const WITH_RESOURCE: ApiVersion = ApiVersion::new(2018, 11, 9);

/// The characters of a value that a query does not encode.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A signature that lets whoever has it read one object.
#[derive(Debug, Clone, Copy)]
pub struct ServiceSas<'a> {
    /// The account's name, without `-secondary`.
    pub account: &'a str,
    /// What may be read.
    pub resource: SasResource<'a>,
    /// The version whose rules the signature follows (`sv`), and by which the source is then read.
    pub version: ApiVersion,
    /// Only by HTTPS.
    pub https_only: bool,
    /// The end of its validity. It has no beginning: a machine whose clock is ahead of the
    /// service's would sign for the future.
    pub expires: SystemTime,
}

/// The object that a signature opens. Names are full names, not encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SasResource<'a> {
    /// A blob, or a snapshot of it.
    Blob {
        /// The container.
        container: &'a str,
        /// The blob's name.
        name: &'a str,
        /// The snapshot's time as the service writes it, for a snapshot. The URL names it too.
        snapshot: Option<&'a str>,
    },
    /// A file of a share. A signature for a file opens its snapshots too.
    File {
        /// The share.
        share: &'a str,
        /// The file's path in the share.
        path: &'a str,
    },
}

impl SasResource<'_> {
    fn service(&self) -> Service {
        match self {
            Self::Blob { .. } => Service::Blob,
            Self::File { .. } => Service::Share,
        }
    }

    /// The kind of resource as the field `sr` names it.
    fn kind(&self) -> &'static str {
        match self {
            Self::Blob { snapshot: None, .. } => "b",
            Self::Blob { .. } => "bs",
            Self::File { .. } => "f",
        }
    }

    /// The canonicalized resource: service, account and full name.
    fn canonical(&self, account: &str) -> String {
        let label = self.service().dialect().label;
        let (parent, name) = match self {
            Self::Blob {
                container, name, ..
            } => (container, name),
            Self::File { share, path } => (share, path),
        };
        format!("/{label}/{account}/{parent}/{name}")
    }

    /// The lines that follow the version: kind, snapshot and encryption scope, as far as the
    /// version signs them.
    fn version_lines(&self, version: ApiVersion) -> Vec<&str> {
        match self {
            Self::Blob { snapshot, .. } => {
                let mut lines = Vec::new();
                if version >= WITH_RESOURCE {
                    lines.extend([self.kind(), snapshot.unwrap_or_default()]);
                }
                if version >= WITH_SCOPE {
                    lines.push("");
                }
                lines
            }
            // Files are signed by the rules of 2015-04-05 in every version.
            Self::File { .. } => Vec::new(),
        }
    }
}

impl ServiceSas<'_> {
    /// The token, a query string without a leading `?`, signed with the account's key. Fails for a
    /// time beyond all dates.
    pub fn sign(&self, key: &Secret<Vec<u8>>) -> Result<Secret<String>> {
        let expires = self.expiry()?;
        let signature = signature(key, &self.text(&expires));
        let (version, kind) = (self.version, self.resource.kind());
        let mut token = format!("sv={version}&sr={kind}&sp=r&se={}", encoded(&expires));
        if self.https_only {
            token.push_str("&spr=https");
        }
        token.push_str("&sig=");
        token.push_str(&encoded(&signature));
        Ok(Secret::new(token))
    }

    /// The string to sign: permission, times, resource, then the fields that are not set, empty.
    fn text(&self, expires: &str) -> String {
        let path = self.resource.canonical(self.account);
        let protocol = if self.https_only { "https" } else { "" };
        let version = self.version.to_string();
        let mut lines = vec!["r", "", expires, &path, "", "", protocol, &version];
        lines.extend(self.resource.version_lines(self.version));
        // Five headers of the answer, of which none is set.
        lines.extend([""; 5]);
        lines.join("\n")
    }

    fn expiry(&self) -> Result<String> {
        let second = self
            .expires
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let time = Timestamp::from_second(second as i64).map_err(|error| {
            let message = format!("this machine's clock is out of range: {error}");
            Error::new(Kind::Invalid, message)
        })?;
        Ok(time.to_string())
    }
}

fn signature(key: &Secret<Vec<u8>>, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose()).expect("HMAC takes any key");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

fn encoded(value: &str) -> String {
    utf8_percent_encode(value, QUERY).to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn blob<'a>(name: &'a str, snapshot: Option<&'a str>) -> SasResource<'a> {
        SasResource::Blob {
            container: "c",
            name,
            snapshot,
        }
    }

    fn sas(resource: SasResource<'_>, https_only: bool) -> (String, String) {
        let sas = ServiceSas {
            account: "acct",
            resource,
            version: resource.service().dialect().sas_version,
            https_only,
            expires: SystemTime::UNIX_EPOCH + Duration::from_secs(1_534_432_779),
        };
        let key = Secret::new(b"key".to_vec());
        let token = sas.sign(&key).unwrap().expose().clone();
        let text = sas.text("2018-08-16T15:19:39Z");
        let signed = encoded(&signature(&key, &text));
        assert_eq!(token.rsplit_once("&sig=").unwrap().1, signed);
        (token.replace(&signed, "SIG"), text)
    }

    #[test]
    fn a_token_reads_one_blob_until_it_expires_as_the_signed_text_says() {
        let (token, text) = sas(blob("v/ü +.txt", None), true);
        assert_eq!(
            token,
            "sv=2021-12-02&sr=b&sp=r&se=2018-08-16T15%3A19%3A39Z&spr=https&sig=SIG"
        );
        assert_eq!(
            text,
            "r\n\n2018-08-16T15:19:39Z\n/blob/acct/c/v/ü +.txt\n\n\nhttps\n2021-12-02\nb\n\n\n\n\n\n\n"
        );
    }

    #[test]
    fn an_older_version_signs_less() {
        let text = |version| {
            let sas = ServiceSas {
                account: "acct",
                resource: blob("b", None),
                version,
                https_only: false,
                expires: SystemTime::UNIX_EPOCH,
            };
            sas.text("E")
        };
        let path = "r\n\nE\n/blob/acct/c/b\n\n\n\n";
        let stack = text(ApiVersion::new(2019, 7, 7));
        assert_eq!(stack, format!("{path}2019-07-07\nb\n\n\n\n\n\n"));
        let old_stack = text(ApiVersion::new(2017, 11, 9));
        assert_eq!(old_stack, format!("{path}2017-11-09\n\n\n\n\n"));
    }

    #[test]
    fn a_snapshots_token_opens_that_snapshot() {
        let snapshot = "2011-03-09T01:42:34.9360000Z";
        let (token, text) = sas(blob("v/ü +.txt", Some(snapshot)), false);
        assert_eq!(
            token,
            "sv=2021-12-02&sr=bs&sp=r&se=2018-08-16T15%3A19%3A39Z&sig=SIG"
        );
        assert!(text.contains("\n\n2021-12-02\nbs\n2011-03-09T01:42:34.9360000Z\n"));
    }

    #[test]
    fn a_files_token_is_signed_without_kind_and_snapshot() {
        let file = SasResource::File {
            share: "s",
            path: "d/f",
        };
        let (token, text) = sas(file, true);
        assert_eq!(
            token,
            "sv=2022-11-02&sr=f&sp=r&se=2018-08-16T15%3A19%3A39Z&spr=https&sig=SIG"
        );
        assert_eq!(
            text,
            "r\n\n2018-08-16T15:19:39Z\n/file/acct/s/d/f\n\n\nhttps\n2022-11-02\n\n\n\n\n"
        );
    }
}

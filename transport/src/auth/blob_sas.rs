//! A shared access signature of our own making: for as long as it lasts, whoever has it may read one blob, and nothing
//! else. A service that copies by itself reads the source with it; the account's key never travels.
//! <https://learn.microsoft.com/rest/api/storageservices/create-service-sas>

use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::Sha256;

use super::Secret;
use crate::service::ApiVersion;
use crate::{Error, Kind, Result};

/// The first version whose signatures name an encryption scope, and the first that name the resource and the snapshot.
/// <https://learn.microsoft.com/rest/api/storageservices/create-service-sas#version-2020-12-06-and-later>
const WITH_SCOPE: ApiVersion = ApiVersion::new(2020, 12, 6);
const WITH_RESOURCE: ApiVersion = ApiVersion::new(2018, 11, 9);

/// What a value keeps in a query.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The one blob that may be read.
#[derive(Debug, Clone, Copy)]
pub struct BlobSas<'a> {
    /// The account's name, without `-secondary`.
    pub account: &'a str,
    /// The container.
    pub container: &'a str,
    /// The blob's full name, not encoded.
    pub blob: &'a str,
    /// The snapshot's time as the service writes it, if it is a snapshot that is meant. The URL names it too.
    pub snapshot: Option<&'a str>,
    /// The version whose rules the signature follows (`sv`), and by which the source is then read.
    pub version: ApiVersion,
    /// Only by HTTPS.
    pub https_only: bool,
    /// Until when. There is no beginning: a machine whose clock is ahead of the service's would sign for the future.
    pub expires: SystemTime,
}

impl BlobSas<'_> {
    /// The token, a query string without a leading `?`, signed with the account's key. Fails for a time beyond all dates.
    pub fn sign(&self, key: &Secret<Vec<u8>>) -> Result<Secret<String>> {
        let expires = self.expiry()?;
        let resource = if self.snapshot.is_some() { "bs" } else { "b" };
        let protocol = if self.https_only { "https" } else { "" };
        let signature = signature(key, &self.text(&expires, resource, protocol));
        let version = self.version;
        let mut token = format!("sv={version}&sr={resource}&sp=r&se={}", encoded(&expires));
        if self.https_only {
            token.push_str("&spr=https");
        }
        token.push_str("&sig=");
        token.push_str(&encoded(&signature));
        Ok(Secret::new(token))
    }

    /// What is signed: permission, times, resource, then everything that may be left out, empty.
    fn text(&self, expires: &str, resource: &str, protocol: &str) -> String {
        let Self {
            account,
            container,
            blob,
            ..
        } = self;
        let path = format!("/blob/{account}/{container}/{blob}");
        let snapshot = self.snapshot.unwrap_or_default();
        let version = self.version.to_string();
        let mut parts = vec!["r", "", expires, &path, "", "", protocol, &version];
        if self.version >= WITH_RESOURCE {
            parts.extend([resource, snapshot]);
        }
        if self.version >= WITH_SCOPE {
            parts.push("");
        }
        // The headers of an answer, of which none is set.
        parts.extend([""; 5]);
        parts.join("\n")
    }

    fn expiry(&self) -> Result<String> {
        let second = self
            .expires
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let time = Timestamp::from_second(second as i64).map_err(|error| {
            let told = format!("this machine's clock is beyond all dates: {error}");
            Error::new(Kind::Invalid, told)
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
    use crate::service::Service;

    fn sas(snapshot: Option<&str>, https_only: bool) -> (String, String) {
        let sas = BlobSas {
            account: "acct",
            container: "c",
            blob: "v/ü +.txt",
            snapshot,
            version: Service::Blob.dialect().default_version,
            https_only,
            expires: SystemTime::UNIX_EPOCH + Duration::from_secs(1_534_432_779),
        };
        let resource = if snapshot.is_some() { "bs" } else { "b" };
        let protocol = if https_only { "https" } else { "" };
        let key = Secret::new(b"key".to_vec());
        let token = sas.sign(&key).unwrap().expose().clone();
        let text = sas.text("2018-08-16T15:19:39Z", resource, protocol);
        let signed = encoded(&signature(&key, &text));
        assert_eq!(token.rsplit_once("&sig=").unwrap().1, signed);
        (token.replace(&signed, "SIG"), text)
    }

    #[test]
    fn a_token_reads_one_blob_until_it_expires_and_says_so_in_the_signed_text() {
        let (token, text) = sas(None, true);
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
            let sas = BlobSas {
                account: "acct",
                container: "c",
                blob: "b",
                snapshot: None,
                version,
                https_only: false,
                expires: SystemTime::UNIX_EPOCH,
            };
            sas.text("E", "b", "")
        };
        let path = "r\n\nE\n/blob/acct/c/b\n\n\n\n";
        let stack = text(ApiVersion::new(2019, 7, 7));
        assert_eq!(stack, format!("{path}2019-07-07\nb\n\n\n\n\n\n"));
        let old_stack = text(ApiVersion::new(2017, 11, 9));
        assert_eq!(old_stack, format!("{path}2017-11-09\n\n\n\n\n"));
    }

    #[test]
    fn a_snapshots_token_is_good_for_that_snapshot() {
        let (token, text) = sas(Some("2011-03-09T01:42:34.9360000Z"), false);
        assert_eq!(
            token,
            "sv=2021-12-02&sr=bs&sp=r&se=2018-08-16T15%3A19%3A39Z&sig=SIG"
        );
        assert!(text.contains("\n\n2021-12-02\nbs\n2011-03-09T01:42:34.9360000Z\n"));
    }
}

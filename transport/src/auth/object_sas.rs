//! A shared access signature that this program makes. Until it expires, whoever has it may read one
//! blob or file, and nothing else. A service reads the source of a copy with it; the key that signs it
//! never travels. That is the account's key, or a key that the service gave a login
//! ([`UserDelegationKey`]).
//! <https://learn.microsoft.com/rest/api/storageservices/create-service-sas>
//! <https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas>

use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::Sha256;

use super::{Secret, UserDelegationKey};
use crate::service::{ApiVersion, Service};
use crate::{Error, Kind, Result};

/// The first version that signs an encryption scope, and the first that signs the kind of resource
/// and the snapshot.
/// <https://learn.microsoft.com/rest/api/storageservices/create-service-sas#version-2020-12-06-and-later>
const WITH_SCOPE: ApiVersion = ApiVersion::new(2020, 12, 6);
const WITH_RESOURCE: ApiVersion = ApiVersion::new(2018, 11, 9);

/// The first versions in which a login's key signs users of a directory tree and a correlation id, and the
/// user who alone may use the signature.
const WITH_USERS: ApiVersion = ApiVersion::new(2020, 2, 10);
const WITH_BOUND_USER: ApiVersion = ApiVersion::new(2025, 7, 5);

/// The characters of a value that a query does not encode.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A signature that lets whoever has it read one object.
#[derive(Debug, Clone, Copy)]
pub struct ObjectSas<'a> {
    /// The account's name, without `-secondary`.
    pub account: &'a str,
    /// What may be read.
    pub resource: &'a SasResource,
    /// The version whose rules the signature follows (`sv`), and by which the source is then read.
    pub version: ApiVersion,
    /// Only by HTTPS.
    pub https_only: bool,
    /// The end of its validity. It has no beginning: a machine whose clock is ahead of the
    /// service's would sign for the future.
    pub expires: SystemTime,
}

/// The object that a signature opens. Names are full names, not encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SasResource {
    /// A blob, or a snapshot or a version of it.
    Blob {
        /// The container.
        container: String,
        /// The blob's name.
        name: String,
        /// The snapshot's or the version's time as the service writes it. The URL names it too.
        snapshot: Option<String>,
        /// That time is the id of a version.
        is_version: bool,
    },
    /// A file of a share. A signature for a file opens its snapshots too.
    File {
        /// The share.
        share: String,
        /// The file's path in the share.
        path: String,
    },
}

impl SasResource {
    /// The service that has it.
    pub fn service(&self) -> Service {
        match self {
            Self::Blob { .. } => Service::Blob,
            Self::File { .. } => Service::Share,
        }
    }

    /// The kind of resource as the field `sr` names it.
    fn kind(&self) -> &'static str {
        match self {
            Self::Blob { snapshot: None, .. } => "b",
            Self::Blob {
                is_version: true, ..
            } => "bv",
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
                    lines.extend([self.kind(), snapshot.as_deref().unwrap_or_default()]);
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

impl ObjectSas<'_> {
    /// The token, a query string without a leading `?`, signed with the account's key. Fails for a
    /// time beyond all dates.
    pub fn sign(&self, key: &Secret<Vec<u8>>) -> Result<Secret<String>> {
        let expires = iso_second(self.expires)?;
        // No stored access policy.
        let text = self.text(&expires, vec![""]);
        Ok(self.token(&expires, "", &signature(key, &text)))
    }

    /// The same, signed with a key that the service gave a login. It allows no more than the login's
    /// roles, at any time.
    pub fn sign_for_login(&self, key: &UserDelegationKey) -> Result<Secret<String>> {
        let expires = iso_second(self.expires)?;
        let text = self.text(&expires, self.login_lines(key));
        let mut fields = String::new();
        for (name, value) in key.fields() {
            for part in ["&", name, "=", &encoded(value)] {
                fields.push_str(part);
            }
        }
        Ok(self.token(&expires, &fields, &signature(&key.value, &text)))
    }

    fn token(&self, expires: &str, fields: &str, signature: &str) -> Secret<String> {
        let (version, kind) = (self.version, self.resource.kind());
        let mut token = format!("sv={version}&sr={kind}&sp=r&se={}", encoded(expires));
        if self.https_only {
            token.push_str("&spr=https");
        }
        token.push_str(fields);
        token.push_str("&sig=");
        token.push_str(&encoded(signature));
        Secret::new(token)
    }

    /// The string to sign: permission, times, resource, who signs, then the fields that are not set,
    /// empty.
    fn text(&self, expires: &str, signer: Vec<&str>) -> String {
        let path = self.resource.canonical(self.account);
        let protocol = if self.https_only { "https" } else { "" };
        let version = self.version.to_string();
        let mut lines = vec!["r", "", expires, &path];
        lines.extend(signer);
        lines.extend(["", protocol, &version]);
        lines.extend(self.resource.version_lines(self.version));
        // Five headers of the answer, of which none is set.
        lines.extend([""; 5]);
        lines.join("\n")
    }

    /// The lines of a login's key, and those that the version signs after them: users and an id, of which
    /// none is set.
    fn login_lines<'k>(&self, key: &'k UserDelegationKey) -> Vec<&'k str> {
        let mut lines: Vec<&str> = key.fields().iter().map(|(_, value)| *value).collect();
        let empty = match self.resource {
            SasResource::Blob { .. } => {
                3 * usize::from(self.version >= WITH_USERS)
                    + 2 * usize::from(self.version >= WITH_BOUND_USER)
            }
            // Files sign the user in every version that has such keys.
            SasResource::File { .. } => 2,
        };
        lines.extend(std::iter::repeat_n("", empty));
        lines
    }
}

/// A time as signatures and keys write it: `2018-08-16T15:19:39Z`. Fails for a time beyond all dates.
pub fn iso_second(time: SystemTime) -> Result<String> {
    let second = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let time = Timestamp::from_second(second as i64).map_err(|error| {
        let message = format!("this machine's clock is out of range: {error}");
        Error::new(Kind::Invalid, message)
    })?;
    Ok(time.to_string())
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

    fn blob(name: &str, snapshot: Option<&str>) -> SasResource {
        SasResource::Blob {
            container: "c".into(),
            name: name.into(),
            snapshot: snapshot.map(str::to_owned),
            is_version: false,
        }
    }

    fn sas(resource: &SasResource, https_only: bool) -> (String, String) {
        let sas = ObjectSas {
            account: "acct",
            resource,
            version: resource.service().dialect().sas_version,
            https_only,
            expires: SystemTime::UNIX_EPOCH + Duration::from_secs(1_534_432_779),
        };
        let key = Secret::new(b"key".to_vec());
        let token = sas.sign(&key).unwrap().expose().clone();
        let text = sas.text("2018-08-16T15:19:39Z", vec![""]);
        let signed = encoded(&signature(&key, &text));
        assert_eq!(token.rsplit_once("&sig=").unwrap().1, signed);
        (token.replace(&signed, "SIG"), text)
    }

    #[test]
    fn a_token_reads_one_blob_until_it_expires_as_the_signed_text_says() {
        let (token, text) = sas(&blob("v/ü +.txt", None), true);
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
            let sas = ObjectSas {
                account: "acct",
                resource: &blob("b", None),
                version,
                https_only: false,
                expires: SystemTime::UNIX_EPOCH,
            };
            sas.text("E", vec![""])
        };
        let path = "r\n\nE\n/blob/acct/c/b\n\n\n\n";
        let stack = text(ApiVersion::new(2019, 7, 7));
        assert_eq!(stack, format!("{path}2019-07-07\nb\n\n\n\n\n\n"));
        let old_stack = text(ApiVersion::new(2017, 11, 9));
        assert_eq!(old_stack, format!("{path}2017-11-09\n\n\n\n\n"));
    }

    #[test]
    fn a_versions_token_is_signed_with_the_version_in_the_snapshots_line() {
        let version = "2023-11-14T09:15:30.1234567Z";
        let mut resource = blob("v/b", Some(version));
        let (of_snapshot, text) = sas(&resource, false);
        if let SasResource::Blob { is_version, .. } = &mut resource {
            *is_version = true;
        }
        let (token, of_version) = sas(&resource, false);
        assert!(token.contains("&sr=bv&"), "{token}");
        assert!(of_snapshot.contains("&sr=bs&"), "{of_snapshot}");
        assert_eq!(of_version, text.replace("\nbs\n", "\nbv\n"));
    }

    #[test]
    fn a_snapshots_token_opens_that_snapshot() {
        let snapshot = "2011-03-09T01:42:34.9360000Z";
        let (token, text) = sas(&blob("v/ü +.txt", Some(snapshot)), false);
        assert_eq!(
            token,
            "sv=2021-12-02&sr=bs&sp=r&se=2018-08-16T15%3A19%3A39Z&sig=SIG"
        );
        assert!(text.contains("\n\n2021-12-02\nbs\n2011-03-09T01:42:34.9360000Z\n"));
    }

    #[test]
    fn a_files_token_is_signed_without_kind_and_snapshot() {
        let file = SasResource::File {
            share: "s".into(),
            path: "d/f".into(),
        };
        let (token, text) = sas(&file, true);
        assert_eq!(
            token,
            "sv=2022-11-02&sr=f&sp=r&se=2018-08-16T15%3A19%3A39Z&spr=https&sig=SIG"
        );
        assert_eq!(
            text,
            "r\n\n2018-08-16T15:19:39Z\n/file/acct/s/d/f\n\n\nhttps\n2022-11-02\n\n\n\n\n"
        );
    }
    fn login_key(service: &str, version: &str) -> UserDelegationKey {
        UserDelegationKey {
            object_id: "oid".into(),
            tenant: "tid".into(),
            start: "2018-08-16T00:00:00Z".into(),
            expiry: "2018-08-22T00:00:00Z".into(),
            service: service.into(),
            version: version.into(),
            value: Secret::new(b"key".to_vec()),
            expires: SystemTime::UNIX_EPOCH,
        }
    }

    fn login_sas(
        resource: &SasResource,
        key: &UserDelegationKey,
        version: ApiVersion,
    ) -> (String, String) {
        let sas = ObjectSas {
            account: "acct",
            resource,
            version,
            https_only: true,
            expires: SystemTime::UNIX_EPOCH + Duration::from_secs(1_534_432_779),
        };
        let token = sas.sign_for_login(key).unwrap().expose().clone();
        let text = sas.text("2018-08-16T15:19:39Z", sas.login_lines(key));
        let signed = encoded(&signature(&key.value, &text));
        assert_eq!(token.rsplit_once("&sig=").unwrap().1, signed);
        (token.replace(&signed, "SIG"), text)
    }

    #[test]
    fn a_key_of_a_login_signs_its_own_fields_too() {
        let key = login_key("b", "2021-12-02");
        let version = ApiVersion::new(2021, 12, 2);
        let (token, text) = login_sas(&blob("v/b", None), &key, version);
        assert_eq!(
            token,
            "sv=2021-12-02&sr=b&sp=r&se=2018-08-16T15%3A19%3A39Z&spr=https&skoid=oid&sktid=tid\
             &skt=2018-08-16T00%3A00%3A00Z&ske=2018-08-22T00%3A00%3A00Z&sks=b&skv=2021-12-02&sig=SIG"
        );
        let signer = "oid\ntid\n2018-08-16T00:00:00Z\n2018-08-22T00:00:00Z\nb\n2021-12-02\n";
        assert_eq!(
            text,
            format!(
                "r\n\n2018-08-16T15:19:39Z\n/blob/acct/c/v/b\n{signer}\n\n\n\nhttps\n2021-12-02\nb\n\n\n\n\n\n\n"
            )
        );
    }

    #[test]
    fn an_older_version_signs_less_with_a_key_of_a_login() {
        let key = login_key("b", "2018-11-09");
        let signer = "oid\ntid\n2018-08-16T00:00:00Z\n2018-08-22T00:00:00Z\nb\n2018-11-09\n";
        let (_, text) = login_sas(&blob("b", None), &key, ApiVersion::new(2019, 12, 12));
        assert!(
            text.ends_with(&format!("{signer}\nhttps\n2019-12-12\nb\n\n\n\n\n\n")),
            "{text}"
        );
        let (_, text) = login_sas(&blob("b", None), &key, ApiVersion::new(2025, 7, 5));
        let empty = "\n".repeat(5);
        assert!(
            text.contains(&format!("{signer}{empty}\nhttps\n2025-07-05\n")),
            "{text}"
        );
    }

    #[test]
    fn a_key_of_a_login_signs_a_file_without_kind_and_snapshot() {
        let key = login_key("f", "2026-06-06");
        let file = SasResource::File {
            share: "s".into(),
            path: "d/f".into(),
        };
        let (token, text) = login_sas(&file, &key, ApiVersion::new(2026, 6, 6));
        assert!(
            token.starts_with("sv=2026-06-06&sr=f&sp=r&") && token.contains("&sks=f&"),
            "{token}"
        );
        let signer = "oid\ntid\n2018-08-16T00:00:00Z\n2018-08-22T00:00:00Z\nf\n2026-06-06\n";
        assert_eq!(
            text,
            format!(
                "r\n\n2018-08-16T15:19:39Z\n/file/acct/s/d/f\n{signer}\n\n\nhttps\n2026-06-06\n\n\n\n\n"
            )
        );
        // As azure-storage-file-share 12.27 signs it.
        let of_azure = "kzhRDAIfxopxNPMsYrL2TRTTV+EdJcHDiR1O+x3Hzns=";
        assert_eq!(signature(&key.value, &text), of_azure);
    }
}

//! The permissions of a share: security descriptors (SDDL) by their keys.
//! <https://learn.microsoft.com/rest/api/storageservices/create-permission>

use std::collections::BTreeMap;

use crate::emulator::digest::{ChecksumSet, Digester, from_base64};

/// What the root directory of a share has.
const ROOT: &str = "O:SYG:SYD:(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1301bf;;;AU)";

/// Security descriptors by key.
#[derive(Debug, Clone)]
pub struct Permissions(BTreeMap<String, String>);

impl Default for Permissions {
    fn default() -> Self {
        let root = (Self::key_of(ROOT), ROOT.to_owned());
        Self(BTreeMap::from([root]))
    }
}

impl Permissions {
    /// The key of the root directory's permission.
    pub fn root_key() -> String {
        Self::key_of(ROOT)
    }

    /// Adds a descriptor, and returns its key. Equal descriptors have one key.
    pub fn add(&mut self, descriptor: &str) -> String {
        let key = Self::key_of(descriptor);
        self.0.insert(key.clone(), descriptor.to_owned());
        key
    }

    /// The descriptor of a key.
    pub fn find(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// All keys with their descriptors.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, text)| (key.as_str(), text.as_str()))
    }

    /// Whether a text has the form of a security descriptor: parts for owner, group and lists, with
    /// closed parentheses.
    pub fn is_descriptor(text: &str) -> bool {
        let begins = ["O:", "G:", "D:", "S:"]
            .iter()
            .any(|part| text.starts_with(part));
        let mut depth = 0_i32;
        let closed = text.chars().all(|character| {
            depth += match character {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            depth >= 0
        });
        begins && closed && depth == 0
    }

    /// Two 64-bit numbers, as the service names permissions.
    fn key_of(descriptor: &str) -> String {
        let mut digester = Digester::new(ChecksumSet {
            md5: true,
            crc64: false,
        });
        digester.update(descriptor.as_bytes());
        let md5 = digester.finish().md5.unwrap_or_default();
        let bytes = from_base64(&md5).unwrap_or_default();
        let number = |part: &[u8]| {
            part.iter()
                .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte))
        };
        let (first, second) = bytes.split_at(bytes.len() / 2);
        format!("{}*{}", number(first), number(second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_descriptors_have_one_key_of_two_numbers() {
        let mut permissions = Permissions::default();
        let key = permissions.add("O:BAG:BAD:(A;;FA;;;BA)");
        assert_eq!(permissions.add("O:BAG:BAD:(A;;FA;;;BA)"), key);
        let (first, second) = key.split_once('*').unwrap();
        assert!(first.parse::<u64>().is_ok() && second.parse::<u64>().is_ok());
        assert_eq!(permissions.find(&key), Some("O:BAG:BAD:(A;;FA;;;BA)"));
        assert!(permissions.find(&Permissions::root_key()).is_some());
    }

    #[test]
    fn texts_without_parts_or_with_open_parentheses_are_no_descriptors() {
        assert!(Permissions::is_descriptor("O:SYG:SYD:(A;;FA;;;SY)"));
        for text in ["abcde", "D:(A;;FA", "D:)A(", ""] {
            assert!(!Permissions::is_descriptor(text), "{text}");
        }
    }
}

//! The accounts that the tests' servers know: a name and a key.
//!
//! [`azurite`](crate::azurite) passes them to the server that it starts, [`rest`](crate::rest)
//! signs with them, and tests pass them to azring. The keys are not secret (the first is Azurite's
//! published one), but no message shows them, as azring shows no real ones.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Azurite's own account; its key is published in Azurite's documentation.
const DEVELOPMENT_KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// A storage account: its name and its key.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    name: String,
    key: Vec<u8>,
}

impl Account {
    /// `devstoreaccount1`, which every Azurite knows.
    pub fn development() -> Self {
        Self::new("devstoreaccount1", DEVELOPMENT_KEY)
    }

    /// `acct2`, for tests that need a second account, or a name that looks like a real one.
    pub fn second() -> Self {
        Self {
            name: "acct2".to_owned(),
            key: (0..64).map(|n| n * 3 + 1).collect(),
        }
    }

    /// The account `name` with `key`, which is base64 as Azure's portal shows it.
    ///
    /// # Panics
    /// When `key` is no base64.
    pub fn new(name: &str, key: &str) -> Self {
        let key = STANDARD.decode(key).expect("an account's key is base64");
        Self {
            name: name.to_owned(),
            key,
        }
    }

    /// The account's name, the first label of its host.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key as bytes, as a signature uses it.
    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }

    /// The key in base64, as `/SourceKey:` and the servers' settings take it.
    pub fn key_in_base64(&self) -> String {
        STANDARD.encode(&self.key)
    }

    /// The same account with a key that is not its own.
    pub fn with_wrong_key(&self) -> Self {
        Self {
            name: self.name.clone(),
            key: self.key.iter().map(|byte| byte ^ 0x5a).collect(),
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}:****", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_is_not_in_the_debug_text() {
        assert_eq!(format!("{:?}", Account::second()), "acct2:****");
    }

    #[test]
    fn key_survives_base64() {
        let account = Account::second();
        assert_eq!(Account::new("acct2", &account.key_in_base64()), account);
    }
}

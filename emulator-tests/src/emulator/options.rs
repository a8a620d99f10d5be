//! The options of an emulator. The program fills them from its command line, tests fill them
//! directly.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::behaviour::Behaviour;
use super::fault::Plan;
use super::identity::IdentitySettings;
use super::pattern_blob::PatternBlob;
use super::pattern_table::PatternTable;

/// The account that every Azure tool knows, with its public key.
pub const DEVELOPMENT_ACCOUNT: &str = "devstoreaccount1";
/// The key of [`DEVELOPMENT_ACCOUNT`]. Azurite's documentation publishes it: it protects nothing.
pub const DEVELOPMENT_KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// Where bodies are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreChoice {
    /// In memory.
    Memory,
    /// Only lengths are stored; reads return a pattern.
    Null,
    /// In a folder, which a restart opens again.
    Folder(PathBuf),
}

/// Whether the emulator serves HTTPS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsChoice {
    /// Plain HTTP.
    Off,
    /// A certificate that the emulator creates.
    Own,
    /// A certificate and key from PEM files.
    Files {
        /// Certificate chain.
        cert: PathBuf,
        /// Private key.
        key: PathBuf,
    },
}

/// An account and its keys.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountOption {
    /// Account name.
    pub name: String,
    /// Key, base64.
    pub key: String,
    /// A second key that is as good as the first, base64.
    pub second_key: Option<String>,
}

impl fmt::Debug for AccountOption {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "AccountOption {{ name: {:?}, key: **** }}", self.name)
    }
}

impl AccountOption {
    /// Reads `NAME:KEY` or `NAME:KEY:KEY2`, the keys in base64. The name has 3 to 24 lower-case
    /// letters and digits.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, keys) = text.split_once(':')?;
        let (key, second_key) = match keys.split_once(':') {
            Some((key, second)) => (key, Some(second)),
            None => (keys, None),
        };
        let ordinary = (3..=24).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let decodes =
            |key: &str| super::digest::from_base64(key).is_some_and(|key| !key.is_empty());
        (ordinary && decodes(key) && second_key.is_none_or(decodes)).then(|| Self {
            name: name.to_owned(),
            key: key.to_owned(),
            second_key: second_key.map(str::to_owned),
        })
    }

    /// The development account.
    pub fn development() -> Self {
        Self {
            name: DEVELOPMENT_ACCOUNT.to_owned(),
            key: DEVELOPMENT_KEY.to_owned(),
            second_key: None,
        }
    }
}

/// The identity provider of an emulator. It needs HTTPS.
#[derive(Debug, Clone, Default)]
pub struct IdentityOptions {
    /// Port of its HTTPS endpoint; 0 lets the system choose.
    pub port: u16,
    /// Port of the plain HTTP endpoint of the managed identities; 0 lets the system choose.
    pub http_port: u16,
    /// What it knows and how it behaves.
    pub settings: IdentitySettings,
}

/// The options of an emulator.
#[derive(Debug, Clone)]
pub struct Options {
    /// Address to listen on.
    pub host: String,
    /// Port of the Blob service; 0 lets the system choose.
    pub blob_port: u16,
    /// Port of the File service; 0 lets the system choose.
    pub file_port: u16,
    /// Port of the Table service; 0 lets the system choose.
    pub table_port: u16,
    /// Where bodies are stored.
    pub store: StoreChoice,
    /// The most that the memory store holds, in bytes.
    pub memory_bytes_max: u64,
    /// Accounts; the development account when there is none.
    pub accounts: Vec<AccountOption>,
    /// The names of those accounts that have a hierarchical namespace.
    pub hierarchical: Vec<String>,
    /// HTTPS.
    pub tls: TlsChoice,
    /// Check `Content-MD5` and `x-ms-content-crc64` of uploads.
    pub verify: bool,
    /// Address of the control endpoint.
    pub control_host: String,
    /// Port of the control endpoint; 0 lets the system choose.
    pub control_port: u16,
    /// The fault plan to begin with.
    pub faults: Option<Plan>,
    /// Where to append the request log.
    pub log_file: Option<PathBuf>,
    /// How many lines of the request log are kept in memory.
    pub log_lines: usize,
    /// The behaviour at the start.
    pub behaviour: Behaviour,
    /// Key of the issuer whose bearer tokens (HS256) are accepted.
    pub issuer_key: Option<Vec<u8>>,
    /// Accept any well-formed bearer token with the right audience and times, whoever signed it.
    pub unsigned_tokens: bool,
    /// The identity provider, whose bearer tokens are accepted; `None` for none.
    pub identity: Option<IdentityOptions>,
    /// The authorities that certify copy sources under HTTPS, PEM file.
    pub trust: Option<PathBuf>,
    /// A client that makes no progress for so long within a request or an answer is disconnected.
    pub patience: Duration,
    /// Files that exist from the start, in pattern bytes: share, path and length.
    pub pattern_files: Vec<PatternBlob>,
    /// Blobs that exist from the start, in pattern bytes.
    pub pattern_blobs: Vec<PatternBlob>,
    /// Tables that exist from the start, whose entities are computed.
    pub pattern_tables: Vec<PatternTable>,
    /// A folder that is uploaded at the start: its folders become containers of the first account.
    pub seed: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            blob_port: 0,
            file_port: 0,
            table_port: 0,
            store: StoreChoice::Memory,
            memory_bytes_max: 8 << 30,
            accounts: Vec::new(),
            hierarchical: Vec::new(),
            tls: TlsChoice::Off,
            verify: true,
            control_host: "127.0.0.1".to_owned(),
            control_port: 0,
            faults: None,
            log_file: None,
            log_lines: 0,
            behaviour: Behaviour::default(),
            issuer_key: None,
            unsigned_tokens: false,
            identity: None,
            trust: None,
            patience: Duration::from_mins(2),
            pattern_files: Vec::new(),
            pattern_blobs: Vec::new(),
            pattern_tables: Vec::new(),
            seed: None,
        }
    }
}

impl Options {
    /// The accounts to serve.
    pub fn accounts(&self) -> Vec<AccountOption> {
        if self.accounts.is_empty() {
            vec![AccountOption::development()]
        } else {
            self.accounts.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_need_a_name_and_a_base64_key() {
        assert!(AccountOption::parse("acct2:AAAA").is_some());
        assert!(AccountOption::parse("Bad Name:AAAA").is_none());
        assert!(AccountOption::parse("acct2:no base64").is_none());
        let two = AccountOption::parse("acct2:AAAA:BBBB").unwrap();
        assert_eq!(two.second_key.as_deref(), Some("BBBB"));
        assert!(AccountOption::parse("acct2:AAAA:no base64").is_none());
        assert!(!format!("{:?}", AccountOption::development()).contains("Eby8"));
    }
}

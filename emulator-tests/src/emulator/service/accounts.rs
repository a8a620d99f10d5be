//! The accounts of an emulator with their keys. All services serve the same accounts.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use crate::emulator::digest;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::options::Options;
use crate::emulator::start_error::StartError;

/// A storage account.
#[derive(Clone)]
pub struct StorageAccount {
    /// Its name.
    pub name: String,
    /// Its keys, decoded: one or two, each as good as the other.
    pub keys: Vec<Vec<u8>>,
    /// Whether its Blob service has a hierarchical namespace.
    pub is_hierarchical: bool,
}

impl fmt::Debug for StorageAccount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "StorageAccount {{ name: {:?}, keys: **** }}",
            self.name
        )
    }
}

/// All accounts by name.
#[derive(Debug)]
pub struct Accounts(BTreeMap<String, AccountKeys>);

/// An account with the keys of the start and the present ones.
#[derive(Debug)]
struct AccountKeys {
    first: Arc<StorageAccount>,
    present: RwLock<Arc<StorageAccount>>,
}

impl Accounts {
    /// The accounts of the options.
    pub fn of(options: &Options) -> Result<Self, StartError> {
        let known = options.accounts();
        let mut unknown = options.hierarchical.iter();
        if let Some(name) = unknown.find(|name| !known.iter().any(|known| known.name == **name)) {
            let text = format!("there is no account `{name}` that could be hierarchical");
            return Err(StartError::Options(text));
        }
        let accounts = known.into_iter().map(|option| {
            let keys = [Some(option.key), option.second_key];
            let keys: Vec<String> = keys.into_iter().flatten().collect();
            let name = option.name;
            let is_hierarchical = options.hierarchical.contains(&name);
            let account = StorageAccount::of(&name, &keys, is_hierarchical).ok_or_else(|| {
                StartError::Options(format!("a key of account `{name}` is not base64"))
            });
            Ok((name.clone(), AccountKeys::new(account?)))
        });
        accounts.collect::<Result<_, _>>().map(Self)
    }

    /// The account of this name, or 404.
    pub fn find(&self, name: &str) -> ServiceResult<Arc<StorageAccount>> {
        let present = &self.keys(name)?.present;
        Ok(Arc::clone(
            &present.read().unwrap_or_else(PoisonError::into_inner),
        ))
    }

    /// Replaces the keys of an account: one or two, in base64. Signatures by other keys end.
    pub fn replace_keys(&self, name: &str, keys: &[String]) -> ServiceResult<()> {
        let known = self.keys(name)?;
        let account = StorageAccount::of(name, keys, known.first.is_hierarchical)
            .filter(|account| (1..=2).contains(&account.keys.len()))
            .ok_or_else(|| Refusal::invalid_input("An account has one or two keys in base64."))?;
        known.set(Arc::new(account));
        Ok(())
    }

    /// Gives all accounts the keys of the start again.
    pub fn reset(&self) {
        for account in self.0.values() {
            account.set(Arc::clone(&account.first));
        }
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn keys(&self, name: &str) -> ServiceResult<&AccountKeys> {
        self.0.get(name).ok_or_else(|| {
            Refusal::new(
                404,
                "ResourceNotFound",
                format!("The emulator has no account `{name}`."),
            )
        })
    }
}

impl StorageAccount {
    /// `None` if a key is not base64.
    fn of(name: &str, keys: &[String], is_hierarchical: bool) -> Option<Self> {
        let keys = keys.iter().map(|key| digest::from_base64(key));
        Some(Self {
            name: name.to_owned(),
            keys: keys.collect::<Option<_>>()?,
            is_hierarchical,
        })
    }
}

impl AccountKeys {
    fn new(account: StorageAccount) -> Self {
        let first = Arc::new(account);
        let present = RwLock::new(Arc::clone(&first));
        Self { first, present }
    }

    fn set(&self, account: Arc<StorageAccount>) {
        *self.present.write().unwrap_or_else(PoisonError::into_inner) = account;
    }
}

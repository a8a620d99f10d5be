//! The accounts of an emulator with their keys. All services serve the same accounts.

use std::collections::BTreeMap;
use std::fmt;

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
pub struct Accounts(BTreeMap<String, StorageAccount>);

impl Accounts {
    /// The accounts of the options.
    pub fn of(options: &Options) -> Result<Self, StartError> {
        let accounts = options.accounts().into_iter().map(|option| {
            let keys = [Some(&option.key), option.second_key.as_ref()];
            let keys = keys.into_iter().flatten().map(|key| {
                digest::from_base64(key).ok_or_else(|| {
                    StartError::Options(format!("a key of account `{}` is not base64", option.name))
                })
            });
            let keys = keys.collect::<Result<_, _>>()?;
            let name = option.name;
            Ok((name.clone(), StorageAccount { name, keys }))
        });
        accounts.collect::<Result<_, _>>().map(Self)
    }

    /// The account of this name, or 404.
    pub fn find(&self, name: &str) -> ServiceResult<&StorageAccount> {
        self.0.get(name).ok_or_else(|| {
            Refusal::new(
                404,
                "ResourceNotFound",
                format!("The emulator has no account `{name}`."),
            )
        })
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

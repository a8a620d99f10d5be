//! What containers and shares have in common for tests.

use crate::account::Account;

/// A container or a share: objects by name.
pub trait Storage {
    /// Its service, as `/SourceType` and `/DestType` name it.
    fn service_type(&self) -> &'static str;

    /// Its address, as azring takes it.
    fn url(&self) -> String;

    /// The account whose key signs requests.
    fn account(&self) -> &Account;

    /// The query of a SAS that may do everything in its service.
    fn account_sas(&self) -> String;

    /// Stores an object.
    fn put(&self, name: &str, bytes: Vec<u8>);

    /// The names of its objects, in order.
    fn names(&self) -> Vec<String>;

    /// The bytes of an object.
    fn get(&self, name: &str) -> Vec<u8>;
}

/// Makes a type a [`Storage`] by its own methods of the same names.
macro_rules! impl_storage {
    ($of:ty, $service_type:literal) => {
        impl $crate::rest::Storage for $of {
            fn service_type(&self) -> &'static str {
                $service_type
            }

            fn url(&self) -> String {
                Self::url(self)
            }

            fn account(&self) -> &$crate::account::Account {
                self.service().account()
            }

            fn account_sas(&self) -> String {
                self.service().account_sas()
            }

            fn put(&self, name: &str, bytes: Vec<u8>) {
                Self::put(self, name, bytes);
            }

            fn names(&self) -> Vec<String> {
                Self::names(self)
            }

            fn get(&self, name: &str) -> Vec<u8> {
                Self::get(self, name)
            }
        }
    };
}

pub(super) use impl_storage;

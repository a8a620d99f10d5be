//! What one installation of a service can do: the version that requests name, and what it lacks.
//!
//! The capabilities belong to an [`Account`](crate::http::Account), and all workers share them.
//! Services of other makers, older installations (Azure Stack Hub) and emulators know less than
//! Azure does. Requests leave out what a service lacks (`http/fallback.rs`), and the user gets one
//! notice of each thing.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use super::{ApiVersion, Service};

/// What one installation of a service can do.
#[derive(Debug)]
pub struct Capabilities {
    service: Service,
    version: AtomicU32,
    lacks_crc64: AtomicBool,
    notices: Mutex<Vec<String>>,
}

impl Capabilities {
    /// Everything that the service's default version has.
    pub fn of(service: Service) -> Self {
        Self {
            service,
            version: AtomicU32::new(service.dialect().default_version.number()),
            lacks_crc64: AtomicBool::new(false),
            notices: Mutex::default(),
        }
    }

    /// The latest version that requests to this service are composed for.
    pub fn newest_version(&self) -> ApiVersion {
        self.service.dialect().default_version
    }

    /// The version that requests name.
    pub fn version(&self) -> ApiVersion {
        ApiVersion::of_number(self.version.load(Ordering::Relaxed))
    }

    /// The version is older than the service's default, because the user or the service says so.
    pub fn is_lowered(&self) -> bool {
        self.version() < self.newest_version()
    }

    /// Requests name this version from now on. To be called before the first request, by the user's
    /// will.
    pub fn set_version(&self, version: ApiVersion) {
        self.version.store(version.number(), Ordering::Relaxed);
        if version < self.service.dialect().crc64_version {
            self.lacks_crc64.store(true, Ordering::Relaxed);
            self.add_notice(format!(
                "the version {version} has no CRC-64: {} carry their MD5 instead",
                self.parts()
            ));
        }
    }

    /// A request cannot carry the CRC-64 of its body.
    pub fn lacks_crc64(&self) -> bool {
        self.lacks_crc64.load(Ordering::Relaxed)
    }

    /// The service refused a CRC-64.
    pub(crate) fn set_lacks_crc64(&self, header: &str, endpoint: impl fmt::Display) {
        if !self.lacks_crc64.swap(true, Ordering::Relaxed) {
            self.add_notice(format!(
                "`{endpoint}` does not know `{header}`: {} carry their MD5 instead",
                self.parts()
            ));
        }
    }

    /// The service refused the version, and knows this one. Returns false if it is not an older
    /// one.
    pub(crate) fn lower_version(&self, known: ApiVersion, endpoint: impl fmt::Display) -> bool {
        let refused = self.version();
        if known >= refused || known < ApiVersion::OLDEST {
            return false;
        }
        self.add_notice(format!(
            "`{endpoint}` does not know the version {refused} of the interface: requests use {known}"
        ));
        self.set_version(known);
        true
    }

    /// The service refused the version, and says of no other that it knows it. Requests name the
    /// version that older installations have. Returns false if they do so already.
    pub(crate) fn fall_back(&self, endpoint: impl fmt::Display) -> bool {
        let fallback = self.service.dialect().fallback_version;
        fallback.is_some_and(|known| self.lower_version(known, endpoint))
    }

    /// The parts of objects that requests carry, as users call them.
    fn parts(&self) -> &'static str {
        match self.service {
            Service::Blob => "blocks",
            Service::Share => "ranges",
            Service::Table => "entities",
        }
    }

    /// The notices since the last call: one for each thing that the service lacks.
    pub fn take_notices(&self) -> Vec<String> {
        let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut notices)
    }

    fn add_notice(&self, notice: String) {
        let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        notices.push(notice);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_that_a_service_lacks_is_one_notice() {
        let capabilities = Capabilities::of(Service::Blob);
        capabilities.set_lacks_crc64("x-ms-content-crc64", "a:1");
        capabilities.set_lacks_crc64("x-ms-content-crc64", "a:1");
        assert_eq!(capabilities.take_notices().len(), 1);
        assert!(capabilities.lacks_crc64() && capabilities.take_notices().is_empty());
        assert!(!capabilities.is_lowered());
        let default_version = Service::Blob.dialect().default_version;
        assert!(!capabilities.lower_version(default_version, "a:1"));
        assert!(capabilities.lower_version(ApiVersion::new(2017, 11, 9), "a:1"));
        assert_eq!(capabilities.take_notices().len(), 2);
        assert!(capabilities.is_lowered());
    }

    #[test]
    fn a_share_without_the_default_version_gets_the_older_one_and_md5() {
        let capabilities = Capabilities::of(Service::Share);
        assert!(!capabilities.lacks_crc64());
        assert!(capabilities.fall_back("a:1"));
        assert_eq!(capabilities.version(), ApiVersion::new(2022, 11, 2));
        assert!(capabilities.lacks_crc64());
        assert_eq!(capabilities.take_notices().len(), 2);
        assert!(!capabilities.fall_back("a:1"));
        assert!(!Capabilities::of(Service::Blob).fall_back("a:1"));
    }
}

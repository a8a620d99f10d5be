//! What one service understands: the version of its interface that requests name, and what it was seen not to have.
//!
//! The dialect belongs to an [`Account`](super::Account) and is shared by all workers. Services of other makers, older
//! installations (Azure Stack Hub) and emulators know less than Azure does; what one lacks is left out from then on, and
//! told once.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use ::md5::{Digest as _, Md5};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Request;
use crate::Error;

const CRC64: &str = "x-ms-content-crc64";
const RANGE_CRC64: &str = "x-ms-range-get-content-crc64";
const MD5: &str = "content-md5";

/// A version of the service's interface: a date, `2021-12-02`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersion(u32);

impl ApiVersion {
    /// The version that is spoken unless another one is wanted: 4,000 MiB blocks and 5,000 MiB single uploads
    /// (2019-12-12), CRC-64 with every block (2019-02-02). Servers that know newer ones know it too.
    pub const USUAL: Self = Self::new(2021, 12, 2);
    /// The first with CRC-64 of a request's body.
    pub const CRC64: Self = Self::new(2019, 2, 2);
    /// The first with Put Block From URL.
    pub const PUT_BLOCK_FROM_URL: Self = Self::new(2018, 3, 28);
    /// The oldest that is spoken: page blobs, append blobs and copies as they are used here.
    pub const OLDEST: Self = Self::new(2015, 2, 21);

    /// A version by its date.
    pub const fn new(year: u32, month: u32, day: u32) -> Self {
        Self(year * 10_000 + month * 100 + day)
    }
}

impl FromStr for ApiVersion {
    type Err = ();

    /// Reads `YYYY-MM-DD`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let bytes = text.as_bytes();
        let is_date = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !is_date {
            return Err(());
        }
        let number = |from: usize, to: usize| text[from..to].parse().map_err(|_| ());
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return Err(());
        }
        Ok(Self::new(year, month, day))
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(date) = self;
        let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// What one service understands.
#[derive(Debug)]
pub struct Dialect {
    version: AtomicU32,
    lacks_crc64: AtomicBool,
    notices: Mutex<Vec<String>>,
}

impl Default for Dialect {
    fn default() -> Self {
        Self::new(ApiVersion::USUAL)
    }
}

impl Dialect {
    /// Everything that this version has.
    pub fn new(version: ApiVersion) -> Self {
        Self {
            version: AtomicU32::new(version.0),
            lacks_crc64: AtomicBool::new(false),
            notices: Mutex::default(),
        }
    }

    /// The version that requests name.
    pub fn version(&self) -> ApiVersion {
        ApiVersion(self.version.load(Ordering::Relaxed))
    }

    /// The version is an older one than usual, because the user or the service says so.
    pub fn is_lowered(&self) -> bool {
        self.version() < ApiVersion::USUAL
    }

    /// Requests name this version from now on. Before the first request, by the user's will; nothing is told.
    pub fn set_version(&self, version: ApiVersion) {
        self.version.store(version.0, Ordering::Relaxed);
        if version < ApiVersion::CRC64 {
            self.lacks_crc64.store(true, Ordering::Relaxed);
            self.tell(format!(
                "the version {version} has no CRC-64: blocks carry their MD5 instead"
            ));
        }
    }

    /// A request cannot carry the CRC-64 of its body.
    pub fn lacks_crc64(&self) -> bool {
        self.lacks_crc64.load(Ordering::Relaxed)
    }

    /// The service refused a CRC-64.
    fn refuses_crc64(&self, endpoint: impl fmt::Display) {
        if !self.lacks_crc64.swap(true, Ordering::Relaxed) {
            self.tell(format!(
                "`{endpoint}` does not know `x-ms-content-crc64`: blocks carry their MD5 instead"
            ));
        }
    }

    /// The service refused the version, and knows this one; false if that is no older one.
    pub(crate) fn falls_back(&self, known: ApiVersion, endpoint: impl fmt::Display) -> bool {
        let refused = self.version();
        if known >= refused || known < ApiVersion::OLDEST {
            return false;
        }
        self.tell(format!(
            "`{endpoint}` does not know the version {refused} of the interface: {known} is spoken"
        ));
        self.set_version(known);
        true
    }

    /// What is to be told since the last time: each thing once.
    pub fn take_notices(&self) -> Vec<String> {
        let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut notices)
    }

    fn tell(&self, notice: String) {
        let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        notices.push(notice);
    }
}

/// What a refused request led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Learned {
    /// Nothing.
    Nothing,
    /// Something is left out from now on: the same request may succeed.
    AskAgain,
}

impl Dialect {
    /// Learns from the refusal of a request that was sent in the version `spoken`.
    pub(crate) fn learn(&self, request: &Request, spoken: ApiVersion, error: &Error) -> Learned {
        if self.version() < spoken {
            return Learned::AskAgain;
        }
        let carries_crc64 = request.headers.iter().any(|(name, _)| *name == CRC64);
        if carries_crc64 && is_about(error, CRC64) {
            self.refuses_crc64(&request.account.endpoint);
            return Learned::AskAgain;
        }
        Learned::Nothing
    }
}

/// The feature that this header asks for is not there.
fn is_about(error: &Error, header: &str) -> bool {
    let is_named = error
        .header()
        .is_none_or(|named| named.eq_ignore_ascii_case(header));
    let is_lack = matches!(
        error.code(),
        Some("FeatureNotSupported" | "UnsupportedHeader" | "APINotImplemented")
    );
    let is_refused = error.code() == Some("InvalidHeaderValue") && error.header().is_some();
    is_named && (is_lack || is_refused || error.status() == Some(501))
}

/// The request as its service understands it. Where CRC-64 is not known, its body's MD5 is checked instead.
pub(crate) fn adapted(request: &Request) -> Cow<'_, Request> {
    if !request.account.dialect.lacks_crc64() {
        return Cow::Borrowed(request);
    }
    let is_left_out = |name: &str| name == CRC64 || name == RANGE_CRC64;
    if !request.headers.iter().any(|(name, _)| is_left_out(name)) {
        return Cow::Borrowed(request);
    }
    let mut adapted = request.clone();
    let carried_crc64 = adapted.headers.iter().any(|(name, _)| *name == CRC64);
    adapted.headers.retain(|(name, _)| !is_left_out(name));
    if carried_crc64 {
        let mut md5 = Md5::new();
        for piece in adapted.payload.pieces() {
            md5.update(piece);
        }
        adapted = adapted.header(MD5, STANDARD.encode(md5.finalize()));
        adapted.expected.checksum = adapted.expected.checksum.map(|_| MD5);
    }
    Cow::Owned(adapted)
}

/// The newest version before `refused` that a text names; what a service says of the versions that it knows.
pub(crate) fn named_version(text: &str, refused: ApiVersion) -> Option<ApiVersion> {
    let words = text.split(|letter: char| !(letter.is_ascii_digit() || letter == '-'));
    let versions = words.filter_map(|word| word.parse().ok());
    versions
        .filter(|version| (ApiVersion::OLDEST..refused).contains(version))
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_date_and_compares_as_one() {
        let version: ApiVersion = "2019-07-07".parse().unwrap();
        assert_eq!(version.to_string(), "2019-07-07");
        assert!(version < ApiVersion::USUAL && version > ApiVersion::CRC64);
        for wrong in ["", "2019", "2019-7-7", "2019-13-01", "2019-01-00", "latest"] {
            assert!(wrong.parse::<ApiVersion>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn of_the_versions_that_a_service_names_the_newest_older_one_is_spoken() {
        let named = |text| named_version(text, ApiVersion::USUAL).map(|found| found.to_string());
        let text = "supported are 2017-11-09, 2019-07-07 and 2023-01-03; got 2021-12-02.";
        assert_eq!(named(text).as_deref(), Some("2019-07-07"));
        assert_eq!(named("not in the correct format"), None);
        assert_eq!(named("since 2009-09-19"), None);
    }

    #[test]
    fn what_a_service_lacks_is_told_once() {
        let dialect = Dialect::default();
        dialect.refuses_crc64("a:1");
        dialect.refuses_crc64("a:1");
        assert_eq!(dialect.take_notices().len(), 1);
        assert!(dialect.lacks_crc64() && dialect.take_notices().is_empty());
        assert!(!dialect.falls_back(ApiVersion::USUAL, "a:1"));
        assert!(dialect.falls_back(ApiVersion::new(2017, 11, 9), "a:1"));
        assert_eq!(dialect.take_notices().len(), 2);
    }
}

//! The number of a job, as AzCopy 10 writes it: a GUID.
//!
//! A job with a journal has the number that begins its journal's fingerprint, so that `jobs show`
//! finds it. A job without one gets any number.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};

/// The number of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JobId([u8; 16]);

impl JobId {
    /// The number of the job with this fingerprint.
    pub(crate) fn of_fingerprint(fingerprint: &[u8; 32]) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&fingerprint[..16]);
        Self(bytes)
    }

    /// The number of the job with this id.
    pub(crate) fn of_id(id: [u8; 16]) -> Self {
        Self(id)
    }

    /// A number that no other job has.
    pub(crate) fn any() -> Self {
        let half = |which: u8| RandomState::new().hash_one(which).to_ne_bytes();
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&half(0));
        bytes[8..].copy_from_slice(&half(1));
        Self(bytes)
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_begins_as_the_fingerprint_and_has_the_form_of_a_guid() {
        let mut fingerprint = [0xab; 32];
        fingerprint[0] = 1;
        let shown = JobId::of_fingerprint(&fingerprint).to_string();
        assert_eq!(shown, "01ababab-abab-abab-abab-abababababab");
        assert_ne!(JobId::any(), JobId::any());
    }
}

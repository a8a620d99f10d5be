//! Request headers of features that a service of the emulator does not have.
//!
//! Ignoring one would look like success. The service refuses a header that it does not support, and
//! so does the emulator.

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::head::Head;

/// Refuses a request that has one of the headers.
pub fn check(head: &Head, unsupported: &[&'static str]) -> ServiceResult<()> {
    let find = |name: &str| {
        let mut names = unsupported.iter();
        names.find(|unsupported| unsupported.eq_ignore_ascii_case(name))
    };
    match head.headers().find_map(|(name, _)| find(name)) {
        None => Ok(()),
        Some(name) => Err(Refusal::unsupported_header(name)),
    }
}

//! What clients did while the recorder was off: requests that bring the emulator into the state that
//! the recorded answers imply.
//!
//! Each service has a function that reads a cassette for it.

use std::collections::BTreeMap;

use crate::request::Request;

/// The requests to send before those of a cassette.
#[derive(Debug, Default)]
pub struct Preparation {
    /// Before the first one.
    pub first: Vec<Request>,
    /// Before the one of a number.
    pub steps: BTreeMap<usize, Vec<Request>>,
}

impl Preparation {
    /// The requests to send before the one of this number.
    pub fn before(&self, index: usize) -> &[Request] {
        self.steps.get(&index).map_or(&[], Vec::as_slice)
    }
}

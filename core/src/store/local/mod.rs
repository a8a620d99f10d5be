//! The disk of this machine as a store.

pub mod rules;

//! Calls on a share.

pub mod create;
pub mod delete;
pub mod lease;
pub mod snapshot;

pub mod acl;
pub mod metadata;
pub mod permission;
pub mod properties;
pub mod stats;

pub mod change;
pub mod share_headers;

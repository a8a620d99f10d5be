//! What the services of a storage account have in common, so that each service is its REST calls
//! only.
//!
//! ```text
//! service (account? authorized? version?) -> operations (which REST call) -> a file per call in blob/, share/, table/
//!                                         <- common headers, request id, error document
//! ```
//! [`Service`] serves the requests of one service. The service itself implements [`Operations`];
//! its calls get a [`Call`] and the body, and return a response or a refusal. All services of an
//! emulator share one [`Resources`]: the accounts with their keys, the body store, and the journal.
//! The other files hold rules that are the same for several services: conditions, ranges, leases,
//! checksums, metadata, server copies.

pub mod handler;
pub mod operations;

pub mod call;
pub mod resources;

pub mod accounts;
pub mod request_ids;
pub mod unsupported_headers;
pub mod versions;

pub mod containers_by_name;
pub mod recorded;

pub mod cleared_ranges;
pub mod conditions;
pub mod content_properties;
pub mod etag;
pub mod lease;
pub mod lease_request;
pub mod listing;
pub mod metadata;
pub mod names;
pub mod pages;
pub mod range;
pub mod range_digest;
pub mod range_write;
pub mod ranged_read;
pub mod upload;

pub mod access_policies;
pub mod account_properties;
pub mod cors;
pub mod service_properties;
pub mod service_stats;
pub mod user_delegation_key;

pub mod copy_source;
pub mod foreign_source;
pub mod server_copy;

pub mod journal;
pub mod recovery;
pub mod stored_pages;

pub use account_properties::AccountProperties;
pub use call::Call;
pub use containers_by_name::ContainersByName;
pub use content_properties::ContentProperties;
pub use etag::ETag;
pub use handler::{EmulatedService, Service};
pub use lease::{Lease, LeaseCodes, LeaseState};
pub use operations::{Operation, Operations};
pub use pages::{PageRange, Pages};
pub use range_write::RangeWrite;
pub use ranged_read::RangedRead;
pub use recorded::{Locked, Recorded, RecordedState};
pub use resources::Resources;
pub use server_copy::{CopyRecord, CopyStatus, PendingCopy, Version};

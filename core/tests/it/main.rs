//! The core's tests that are larger than one module.

mod filtered_listing;

mod link;

mod share_target;

mod shared_budget;

mod store_contract;

mod sync_model;

mod tuner_disk;

mod tuner_link;

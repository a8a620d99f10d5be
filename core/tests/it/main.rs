//! The core's tests that are larger than one module.

mod link;

mod store_contract;

mod tuner_disk;

mod tuner_link;

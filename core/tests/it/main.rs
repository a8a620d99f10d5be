//! The core's tests that are larger than one module.

mod link;

mod tuner_disk;

mod tuner_link;

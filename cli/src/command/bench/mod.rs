//! `azring bench upload|download URL`: measures the speed of a service from this machine.
//!
//! The copy runs through the same engine as any other. No disk is used: uploads read synthetic
//! objects, and downloads discard the data.

mod figures;

mod bench_run;

pub(super) use bench_run::{COMMAND, of_azcopy10};

//! The servers that azring is tested against, and helpers for tests.
//!
//! A test starts a server ([`azurite`], or the emulator), stores data ([`rest`], [`tree`]), runs
//! azring ([`command`]), and compares the result ([`rest`], [`compare`]). The tests themselves are
//! in `tests/it`.
//!
//! The crate builds these programs: `azring-emulator`, a fast emulator of Azure Storage;
//! `without-io-uring`, which runs a program as in a container that refuses io_uring; and
//! `peak-memory`, which measures the memory of a program.

pub mod account;
pub mod certificate;
pub mod program;
pub mod scratch;
pub mod server_process;

pub mod azurite;
pub mod emulator;
pub mod emulator_process;
pub mod interceptor;
pub mod relay;
pub mod two_accounts;

pub mod tree;

pub mod background_run;
pub mod command;
pub mod peak_memory;
pub mod peers;
pub mod summary;

pub mod compare;
pub mod rest;

//! The servers that azring is tested against, and helpers for tests.
//!
//! A test starts a server ([`azurite`], or the emulator), stores data ([`rest`], [`tree`]), runs
//! azring ([`command`]), and compares the result ([`rest`], [`compare`]).
//!
//! The tests of azring are in `tests/it`. Those of the emulator are in `tests/conformance`,
//! `tests/recordings` (answers of the real service) and `tests/strangers` (other people's clients).
//!
//! The crate builds these programs: `azring-emulator`, a fast emulator of Azure Storage;
//! `without-io-uring`, which runs a program as in a container that refuses io_uring; `peak-memory`,
//! which measures the memory of a program; and `azurite-in-container`.

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
pub mod single_account;
pub mod two_accounts;

pub mod tree;

pub mod background_run;
pub mod command;
pub mod journal;
pub mod peak_memory;
pub mod peers;
pub mod signal_disposition;
pub mod summary;

pub mod compare;
pub mod rest;

//! What azring is tested against, and the means to do it.
//!
//! A test takes a server ([`azurite`], or the emulator), stores or plants something ([`rest`], [`tree`]), runs azring
//! ([`command`]), and looks at what is there now ([`rest`], [`compare`]). The tests themselves are in `tests/it`.
//!
//! The programs built here: `azring-emulator`, a fast blob service; `without-io-uring`, which runs a program as
//! a container would that refuses io_uring; and `peak-memory`, which tells how much memory a program takes.

pub mod account;
pub mod certificate;
pub mod guarded;
pub mod program;
pub mod scratch;

pub mod azurite;
pub mod emulator;
pub mod emulator_process;
pub mod interceptor;
pub mod relay;
pub mod two_accounts;

pub mod tree;

pub mod command;
pub mod launched;
pub mod measured;
pub mod peers;
pub mod summary;

pub mod compare;
pub mod rest;

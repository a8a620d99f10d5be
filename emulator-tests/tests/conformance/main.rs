//! What the services must do: the Blob service is tested against azring-emulator and Azurite, the File
//! and the Table service against azring-emulator alone. And what only
//! azring-emulator has: faults on demand, and protection against bad input.

#![expect(
    unreachable_pub,
    reason = "a test binary has no users; `pub` says what other modules of it use"
)]

mod client;
mod deviations;
mod sas;
#[macro_use]
mod subject;

mod cases;
mod emulator_only;
mod file_service;
mod identity;
mod table_service;

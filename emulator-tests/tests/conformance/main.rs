//! What a blob service must do, tested against azring-emulator and Azurite, and what only
//! azring-emulator has: faults on demand, and protection against bad input.

#![expect(
    unreachable_pub,
    reason = "a test binary has no users; `pub` says what other modules of it use"
)]

mod client;
mod deviations;
#[macro_use]
mod subject;

mod cases;
mod emulator_only;

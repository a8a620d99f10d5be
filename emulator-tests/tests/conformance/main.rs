//! What a blob service must do, asked of azring-emulator and of Azurite alike, and what
//! azring-emulator alone can do: be ill on demand, and survive bad input.

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

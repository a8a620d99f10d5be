//! What a blob service must do, asked of azring-emulator and of Azurite alike, and what azring-emulator alone can do: be ill on
//! demand, and survive bad input.

#![expect(
    unreachable_pub,
    reason = "a test binary has no users; `pub` says what other modules of it use"
)]

#[expect(dead_code, reason = "the cases that need the rest come next")]
mod client;

mod emulator_only;

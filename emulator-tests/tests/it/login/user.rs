//! A user who logs in by a code: the provider takes it as entered at once.

use azring_emulator_tests::command::Azring;
use azring_emulator_tests::emulator::identity::PUBLIC_CLIENT;

use super::provided::{Provided, hides_secrets};

/// From now on every code is entered as soon as somebody asks.
pub(crate) fn enters_codes(provided: &Provided) {
    provided.server.identity().change(|settings| {
        settings.device_code.interval = 1;
        settings.device_code.approved_after_polls = Some(0);
    });
}

/// `azring login` of a user.
pub(crate) fn login(provided: &Provided) -> Azring {
    let url = provided.server.identity_url();
    provided.command(&[
        "login",
        "--application-id",
        PUBLIC_CLIENT,
        "--aad-endpoint",
        &url,
    ])
}

/// Logs the user in.
pub(crate) fn log_in(provided: &Provided) {
    enters_codes(provided);
    hides_secrets(&login(provided).run().succeeded());
}

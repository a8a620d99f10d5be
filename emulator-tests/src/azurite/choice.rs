//! The origin of the tests' Azurite: a given address, a container engine, or the npm package.
//!
//! [`azurite`](super) asks once per server that it starts. By default the first of the three that
//! is available is chosen. `AZRING_AZURITE` pins the choice; a pinned choice that is not available
//! is an error. Nothing is started here.

use std::env::{self, VarError};

/// The variable that pins the choice.
const PIN: &str = "AZRING_AZURITE";
/// The variable that names an Azurite which runs already.
const ADDRESS: &str = "AZURITE_BLOB_URL";

/// The origin of an Azurite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Choice {
    /// It runs at this address.
    Url(String),
    /// A container of the image that the project pins.
    Container,
    /// A process of the npm package that the project pins.
    Process,
}

impl Choice {
    /// The choice by the environment and the machine; the error says what is missing.
    pub(super) fn of_environment() -> Result<Self, String> {
        choose(
            variable(PIN)?.as_deref(),
            variable(ADDRESS)?,
            engine_answers,
        )
    }

    /// The same for a server that the tests must start: a given address does not count.
    pub(super) fn of_our_own() -> Result<Self, String> {
        let pin = variable(PIN)?.filter(|pin| pin != "url");
        choose(pin.as_deref(), None, engine_answers)
    }
}

fn variable(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(format!("`{name}` is not UTF-8")),
    }
}

fn choose(
    pin: Option<&str>,
    address: Option<String>,
    engine: impl FnOnce() -> Result<(), String>,
) -> Result<Choice, String> {
    match (pin, address) {
        (None | Some("url"), Some(address)) => Ok(Choice::Url(address)),
        (Some("url"), None) => Err(format!("`{PIN}` is `url`, and `{ADDRESS}` names none")),
        (Some("container"), _) => engine()
            .map(|()| Choice::Container)
            .map_err(|missing| format!("`{PIN}` is `container`, and {missing}")),
        (None, None) if engine().is_ok() => Ok(Choice::Container),
        (None, None) | (Some("process"), _) => Ok(Choice::Process),
        (Some(other), _) => Err(format!(
            "`{PIN}` is `{other}`: it may be `url`, `container` or `process`"
        )),
    }
}

#[cfg(feature = "containers")]
fn engine_answers() -> Result<(), String> {
    super::engine::answers()
}

#[cfg(not(feature = "containers"))]
fn engine_answers() -> Result<(), String> {
    Err("this program was built without containers: build it with `--features containers`".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "http://127.0.0.1:10000";

    fn chosen(pin: Option<&str>, address: Option<&str>, engine: bool) -> Result<Choice, String> {
        let engine = || engine.then_some(()).ok_or_else(|| "no engine".to_owned());
        choose(pin, address.map(str::to_owned), engine)
    }

    #[test]
    fn left_to_itself_it_takes_an_address_then_a_container_then_the_process() {
        assert_eq!(chosen(None, Some(URL), true), Ok(Choice::Url(URL.into())));
        assert_eq!(chosen(None, None, true), Ok(Choice::Container));
        assert_eq!(chosen(None, None, false), Ok(Choice::Process));
    }

    #[test]
    fn pin_is_stronger_than_what_is_at_hand() {
        assert_eq!(
            chosen(Some("process"), Some(URL), true),
            Ok(Choice::Process)
        );
        assert_eq!(
            chosen(Some("container"), Some(URL), true),
            Ok(Choice::Container)
        );
        assert_eq!(
            chosen(Some("url"), Some(URL), true),
            Ok(Choice::Url(URL.into()))
        );
    }

    #[test]
    fn pinned_choice_that_cannot_be_had_is_an_error() {
        let error = chosen(Some("container"), Some(URL), false).expect_err("no engine answers");
        assert!(error.contains("no engine"), "{error}");
        let error = chosen(Some("url"), None, true).expect_err("no address is given");
        assert!(error.contains(ADDRESS), "{error}");
        let error = chosen(Some("docker"), None, true).expect_err("no such choice");
        assert!(error.contains("`docker`"), "{error}");
    }
}

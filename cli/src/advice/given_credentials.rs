//! The credentials that a command was given, as its user knows them.

use azring_core::Side;
use azring_core::location::AccountPlace;

use super::{account_name, is_anonymous};
use crate::environment::Environment;
use crate::parameter::{self as row, Dialect, Parameter};
use crate::parsed::ParsedArgs;

/// The variables that hold credentials for the account that `AZURE_STORAGE_ACCOUNT` names.
const ACCOUNT_VARIABLES: [&str; 2] = ["AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_KEY"];

/// The credentials that the command was given: parameters, and variables that are set.
#[derive(Debug, Clone)]
pub(super) struct GivenCredentials {
    pub(super) dialect: Dialect,
    source: Origin,
    target: Origin,
    /// The names of the variables with credentials that are set.
    pub(super) variables: Vec<String>,
    /// The value of `AZURE_STORAGE_ACCOUNT`.
    pub(super) account: Option<String>,
}

/// The credential of one end of the copy.
#[derive(Debug, Clone, Default)]
struct Origin {
    key: bool,
    sas: bool,
    url: bool,
}

impl GivenCredentials {
    /// The credentials that this command was given.
    pub(super) fn of(args: &ParsedArgs, environment: &Environment) -> Self {
        let origin = |place: &Parameter, key: &Parameter, sas: &Parameter| Origin {
            key: args.has(key),
            sas: args.has(sas),
            url: args
                .raw(place)
                .is_some_and(|text| text.to_string_lossy().contains('?')),
        };
        let mut known: Vec<String> = ["SOURCE", "DEST"]
            .iter()
            .flat_map(|side| [format!("AZRING_{side}_SAS"), format!("AZRING_{side}_KEY")])
            .collect();
        known.push("AZURE_STORAGE_CONNECTION_STRING".to_owned());
        known.extend(ACCOUNT_VARIABLES.map(str::to_owned));
        known.retain(|name| environment.raw(name).is_some());
        Self {
            dialect: args.dialect(),
            source: origin(&row::SOURCE, &row::SOURCE_KEY, &row::SOURCE_SAS),
            target: origin(&row::DEST, &row::DEST_KEY, &row::DEST_SAS),
            variables: known,
            account: environment.variable("AZURE_STORAGE_ACCOUNT"),
        }
    }

    /// No credential.
    #[cfg(test)]
    pub(super) fn none(dialect: Dialect) -> Self {
        Self {
            dialect,
            source: Origin::default(),
            target: Origin::default(),
            variables: Vec::new(),
            account: None,
        }
    }

    /// Advice about a variable that holds a credential of another place.
    pub(super) fn unused_variable(&self, place: &AccountPlace) -> Option<String> {
        let is_set = |name: &&str| self.variables.iter().any(|set| set == name);
        let connection = "AZURE_STORAGE_CONNECTION_STRING";
        if is_set(&connection) {
            return Some(format!(
                "The variable `{connection}` is set, but for another account or endpoint, so the request was anonymous"
            ));
        }
        let variable = ACCOUNT_VARIABLES.into_iter().find(|name| is_set(name))?;
        Some(match &self.account {
            None => format!(
                "The variable `{variable}` is set but not `AZURE_STORAGE_ACCOUNT`, so it was not used: set both"
            ),
            Some(account) if *account != place.account_name => format!(
                "The variable `AZURE_STORAGE_ACCOUNT` names `{account}` and not {}, so `{variable}` was not used",
                account_name(place)
            ),
            Some(_) => format!(
                "The variable `{variable}` is used only at hosts of Azure Storage and on this machine, not at `{}`",
                place.account.endpoint.host
            ),
        })
    }

    /// The parameter or variable that this place's credential comes from.
    pub(super) fn origin(&self, side: Side, place: &AccountPlace) -> String {
        let (name, end) = match side {
            Side::Source => (&row::SOURCE, &self.source),
            Side::Target => (&row::DEST, &self.target),
        };
        if end.key {
            return format!("`{}`", self.key(side));
        }
        if end.sas {
            return format!("`{}`", self.sas(side));
        }
        if end.url || is_anonymous(place) {
            return format!("the URL of `{}`", name.spelled(self.dialect));
        }
        let other = match side {
            Side::Source => "AZRING_DEST_",
            Side::Target => "AZRING_SOURCE_",
        };
        let variable = self.variables.iter().find(|name| !name.starts_with(other));
        match variable {
            Some(variable) => format!("the variable `{variable}`"),
            None => format!("`{}`", self.sas(side)),
        }
    }

    pub(super) fn key(&self, side: Side) -> String {
        match side {
            Side::Source => row::SOURCE_KEY.spelled(self.dialect),
            Side::Target => row::DEST_KEY.spelled(self.dialect),
        }
    }

    pub(super) fn sas(&self, side: Side) -> String {
        match side {
            Side::Source => row::SOURCE_SAS.spelled(self.dialect),
            Side::Target => row::DEST_SAS.spelled(self.dialect),
        }
    }
}

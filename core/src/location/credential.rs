//! The credential of one location: chosen from what its URL holds and what is given beside it.

use azring_transport::auth::{Credential, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::sas;
use super::url::usage;
use crate::Result;

/// The credentials given beside one end of a copy, as typed.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// The account's key, in base64.
    pub key: Option<Secret<String>>,
    /// A shared access signature, with or without its leading `?`.
    pub sas: Option<Secret<String>>,
}

/// The one credential of a location: from the query of its URL, or given beside it, never two.
pub(super) fn choose_credential(
    account_name: &str,
    access: Access,
    query: &str,
) -> Result<Credential> {
    let in_url = sas::read(query)?;
    let beside = match &access.sas {
        Some(text) => sas::read(text.expose())?,
        None => None,
    };
    let token = match (in_url, beside) {
        (Some(_), Some(_)) => {
            return Err(usage(
                "a shared access signature is given twice, in the URL and beside it: leave one out",
            ));
        }
        (in_url, beside) => in_url.or(beside),
    };
    match (access.key, token) {
        (Some(_), Some(_)) => Err(usage(
            "both a key and a shared access signature are given for one location: leave one out",
        )),
        (Some(key), None) => shared_key(account_name, &key),
        (None, Some(token)) => Ok(Credential::Sas(token)),
        (None, None) => Ok(Credential::Anonymous),
    }
}

fn shared_key(account_name: &str, key: &Secret<String>) -> Result<Credential> {
    if account_name.is_empty() {
        return Err(usage(
            "a custom domain does not name the account, which signing with a key needs: give a shared access signature, or the account's own URL",
        ));
    }
    let key = STANDARD
        .decode(key.expose().trim())
        .ok()
        .filter(|key| !key.is_empty())
        .ok_or_else(|| {
            usage(format!(
                "the key given for the account `{account_name}` is not base64: copy it again from the account's access keys"
            ))
        })?;
    Ok(Credential::SharedKey {
        account: account_name.to_owned(),
        key: Secret::new(key),
    })
}

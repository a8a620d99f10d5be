//! The identity endpoint of a machine with Azure Arc. A caller proves that it is on the machine: it
//! reads a file that the endpoint has just written.
//! <https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication>

use std::path::PathBuf;

use serde_json::Value;

use super::managed_identity::{
    ManagedIdentityRefusal, ManagedIdentityRequest, ManagedIdentityResult,
};
use super::provider::IdentityState;
use super::random;

/// Answers with the challenge, or issues a token to a caller that answers one.
pub fn token(
    request: &ManagedIdentityRequest<'_>,
    state: &mut IdentityState,
) -> ManagedIdentityResult<Value> {
    let refuse = ManagedIdentityRefusal::bad_request;
    let head = request.head;
    if !head
        .header_or_empty("metadata")
        .eq_ignore_ascii_case("true")
    {
        return Err(refuse("Required metadata header not specified"));
    }
    let Some(authorization) = head.header("authorization") else {
        let path = write_key(state)?;
        return Err(ManagedIdentityRefusal {
            challenge: Some(format!("Basic realm={}", path.display())),
            ..refuse("Read the file of the challenge").with_status(401, "unauthorized")
        });
    };
    let key = authorization.strip_prefix("Basic ").unwrap_or_default();
    let Some(path) = state.arc_keys.remove(key) else {
        return Err(refuse("The key of the challenge is wrong").with_status(401, "unauthorized"));
    };
    // Each key is good once.
    let _ = std::fs::remove_file(path);
    request.token(state, "msi_res_id")
}

/// Writes a new key into the folder; returns the path of its file.
fn write_key(state: &mut IdentityState) -> ManagedIdentityResult<PathBuf> {
    let failed = |description: String| {
        ManagedIdentityRefusal::bad_request(description).with_status(500, "server_error")
    };
    let folder = state.settings.arc_folder.as_ref();
    let folder = folder.ok_or_else(|| failed("The emulator has no folder for keys".to_owned()))?;
    let path = folder.join(format!("{}.key", random::guid()));
    let key = random::secret();
    std::fs::write(&path, &key)
        .map_err(|error| failed(format!("cannot write `{}`: {error}", path.display())))?;
    state.arc_keys.insert(key, path.clone());
    Ok(path)
}

//! Create Permission and Get Permission: security descriptors of the share's files.
//! <https://learn.microsoft.com/rest/api/storageservices/create-permission>,
//! <https://learn.microsoft.com/rest/api/storageservices/get-permission>

use serde::{Deserialize, Serialize};

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::payload::Payload;
use crate::emulator::http::response::Response;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::state::Permissions;
use crate::emulator::share::{find, smb_request};

const DOCUMENT_BYTES_MAX: u64 = 64 << 10;

/// The document of both calls.
#[derive(Serialize, Deserialize)]
struct PermissionDocument {
    permission: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    format: Option<String>,
}

/// Adds a descriptor, and returns its key.
pub fn create(call: &ShareCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    find::refuse_snapshot(call)?;
    let document = body.read_document(DOCUMENT_BYTES_MAX)?;
    let document: PermissionDocument = serde_json::from_slice(&document)
        .map_err(|_| Refusal::invalid_input("The body is no permission in JSON."))?;
    if let Some(format) = &document.format {
        smb_request::check_format("format", format)?;
    }
    if !Permissions::is_descriptor(&document.permission) {
        return Err(smb_request::invalid_permission());
    }
    let share = call.share()?;
    let mut state = share.enter()?;
    let key = state.add_permission(&document.permission);
    Ok(Response::new(201)
        .header("x-ms-request-server-encrypted", "true")
        .header("x-ms-file-permission-key", key))
}

/// Returns the descriptor of a key.
pub fn get(call: &ShareCall<'_>) -> ServiceResult<Response> {
    let key = call.head.required("x-ms-file-permission-key")?;
    let format = call.head.header_or_empty("x-ms-file-permission-format");
    smb_request::check_format("x-ms-file-permission-format", format)?;
    let share = call.share()?;
    let state = share.enter()?;
    let found = state.permissions().find(key);
    let document = PermissionDocument {
        permission: found.ok_or_else(smb_request::unknown_key)?.to_owned(),
        format: None,
    };
    let document = serde_json::to_vec(&document)
        .map_err(|error| Refusal::internal(format!("The permission cannot be sent: {error}.")))?;
    let mut response = Response::new(200).header("Content-Type", "application/json");
    response.payload = Payload::Document(document);
    Ok(response)
}

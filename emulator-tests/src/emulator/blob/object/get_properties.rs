//! Get Blob Properties. <https://learn.microsoft.com/rest/api/storageservices/get-blob-properties>

use super::super::super::error::Answer;
use super::super::super::http::payload::Payload;
use super::super::super::http::response::Response;
use super::super::call::Call;
use super::super::conditions::{self, Access};
use super::super::headers;
use super::get_blob::apply_overrides;

/// The headers of a whole GET, and no body.
pub fn run(call: &Call<'_>) -> Answer<Response> {
    let container = call.container()?;
    let state = container.lock();
    let blob = state.blob(call.target.blob())?;
    conditions::check(
        call.head,
        Some((blob.etag, blob.last_modified)),
        Access::Read,
    )?;
    let mut response = Response::new(200);
    headers::set_blob(&mut response, blob);
    if !blob.properties.content_md5.is_empty() {
        response.set("Content-MD5", blob.properties.content_md5.clone());
    }
    apply_overrides(call, &mut response);
    response.payload = Payload::Length(blob.content.length());
    Ok(response)
}

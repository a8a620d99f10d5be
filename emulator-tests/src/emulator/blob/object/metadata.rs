//! Get and Set Blob Metadata. <https://learn.microsoft.com/rest/api/storageservices/set-blob-metadata>

use crate::emulator::blob::call::Call;
use crate::emulator::blob::guard;
use crate::emulator::blob::headers;
use crate::emulator::error::Answer;
use crate::emulator::http::response::Response;

/// Tells the metadata.
pub fn get(call: &Call<'_>) -> Answer<Response> {
    let container = call.container()?;
    let state = container.enter()?;
    let blob = guard::read(call, &state)?;
    let mut response = Response::new(200);
    headers::set_version(&mut response, blob);
    headers::set_metadata(&mut response, &blob.metadata);
    Ok(response)
}

/// Replaces all metadata.
pub fn set(call: &Call<'_>) -> Answer<Response> {
    let metadata = headers::metadata(call.head)?;
    let container = call.container()?;
    let mut state = container.enter()?;
    let blob = guard::change(call, &mut state)?;
    blob.metadata = metadata;
    blob.touch(call.now);
    let mut response = Response::new(200);
    headers::set_version(&mut response, blob);
    Ok(response.header("x-ms-request-server-encrypted", "true"))
}

//! Get File. <https://learn.microsoft.com/rest/api/storageservices/get-file>

use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::service::{RangedRead, range};
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::{find, headers};

/// Sends the file or a range of it.
pub fn run(call: &ShareCall<'_>) -> ServiceResult<Response> {
    let share = call.share()?;
    let mut state = share.enter()?;
    find::advance(call, &mut state, false)?;
    let (node, data) = find::read_file(call, &state)?;
    let read = RangedRead::of(call, range::requested(call.head)?, data.pages.size())?;
    let mut response = read.response();
    headers::set_file(&mut response, call, node, data);
    response.set("Accept-Ranges", "bytes");
    if call.version.since(2019, 7, 7) {
        headers::set_lease(&mut response, call, data);
    }
    let md5 = data.properties.content_md5.clone();
    let pieces = data.pages.read(read.offset, read.length);
    drop(state);
    if !md5.is_empty() {
        let name = if read.is_partial {
            "x-ms-content-md5"
        } else {
            "Content-MD5"
        };
        response.set(name, md5);
    }
    read.finish(call, response, pieces)
}

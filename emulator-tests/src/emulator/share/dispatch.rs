//! Which function serves a call.

use super::call::ShareCall;
use super::operation::ShareOperation as Call;
use super::unsupported_headers::UNSUPPORTED;
use super::{account, directory, file, rename, structured_body, version_rules, whole_share};
use crate::emulator::error::ServiceResult;
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::service::{unsupported_headers, user_delegation_key};

/// Serves a call.
pub fn run(operation: Call, call: &ShareCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    version_rules::check(call, operation)?;
    unsupported_headers::check(call.head, &UNSUPPORTED)?;
    structured_body::check(call, operation)?;
    match operation {
        Call::ListShares => account::list_shares::run(call),
        Call::GetFileServiceProperties => account::service_properties::get(call),
        Call::SetFileServiceProperties => account::service_properties::set(call, body),
        Call::GetUserDelegationKey => user_delegation_key::run(call, body),

        Call::CreateShare => whole_share::create::run(call),
        Call::GetShareProperties => whole_share::properties::get(call),
        Call::SetShareProperties => whole_share::properties::set(call),
        Call::GetShareMetadata => whole_share::metadata::get(call),
        Call::SetShareMetadata => whole_share::metadata::set(call),
        Call::GetShareAcl => whole_share::acl::get(call),
        Call::SetShareAcl => whole_share::acl::set(call, body),
        Call::GetShareStats => whole_share::stats::run(call),
        Call::LeaseShare => whole_share::lease::run(call),
        Call::SnapshotShare => whole_share::snapshot::run(call),
        Call::CreatePermission => whole_share::permission::create(call, body),
        Call::GetPermission => whole_share::permission::get(call),
        Call::DeleteShare => whole_share::delete::run(call),

        Call::CreateDirectory => directory::create::run(call),
        Call::GetDirectoryProperties => directory::properties::get(call),
        Call::SetDirectoryProperties => directory::properties::set(call),
        Call::GetDirectoryMetadata => directory::metadata::get(call),
        Call::SetDirectoryMetadata => directory::metadata::set(call),
        Call::ListDirectoriesAndFiles => directory::list::run(call),
        Call::RenameDirectory => rename::run(call, true),
        Call::ListHandles => directory::handles::list(call),
        Call::ForceCloseHandles => directory::handles::close(call),
        Call::DeleteDirectory => directory::delete::run(call),

        Call::CreateFile => file::create::run(call, body),
        Call::GetFile => file::get::run(call),
        Call::GetFileProperties => file::properties::get(call),
        Call::SetFileProperties => file::properties::set(call),
        Call::GetFileMetadata => file::metadata::get(call),
        Call::SetFileMetadata => file::metadata::set(call),
        Call::PutRange => file::put_range::run(call, body),
        Call::PutRangeFromUrl => file::put_range::from_url(call),
        Call::ListRanges => file::list_ranges::run(call),
        Call::CopyFile => file::copy::run(call),
        Call::AbortCopyFile => file::copy::abort(call),
        Call::LeaseFile => file::lease::run(call),
        Call::RenameFile => rename::run(call, false),
        Call::DeleteFile => file::delete::run(call),
    }
}

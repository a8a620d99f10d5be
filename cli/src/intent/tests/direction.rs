//! Parameters that only some directions of a copy have.

use azring_core::options::CopyWay;
use insta::assert_snapshot;

use super::{DOWNLOAD, UPLOAD, read, refused};

#[test]
fn between_services_either_the_service_copies_or_this_machine() {
    let between = [DOWNLOAD[0], "/Dest:https://b.blob.core.windows.net/c"];
    let options = read(&between, &["/SyncCopy", "/Snapshot"]).unwrap();
    assert!(options.sync_copy && options.selection.snapshots);
    let way = |words| read(&between, words).unwrap().copy_way;
    assert_eq!(way(&[]), CopyWay::Auto);
    assert_eq!(way(&["/ServerCopy:async"]), CopyWay::Async);
    assert_eq!(way(&["/servercopy:Blocks"]), CopyWay::Blocks);
    assert_snapshot!(refused(&between, &["/SyncCopy", "/ServerCopy:auto"]), @"`/SyncCopy` and `/ServerCopy` exclude each other: either this machine copies or the service does");
    assert_snapshot!(refused(UPLOAD, &["/ServerCopy:async"]), @"`/ServerCopy` is only for copies from a service to a service");
    assert_snapshot!(refused(&between, &["/SyncCopy", "/CheckMD5"]), @"`/CheckMD5` is only for downloads");
}

#[test]
fn what_is_for_uploads_is_refused_on_a_download() {
    assert_snapshot!(refused(DOWNLOAD, &["/BlobType:block"]), @"`/BlobType` is only for uploads to blobs");
    assert_snapshot!(refused(DOWNLOAD, &["/SetContentType"]), @"`/SetContentType` is only for uploads");
}

#[test]
fn what_is_for_one_direction_is_refused_in_the_others() {
    let between = [DOWNLOAD[0], "/Dest:https://b.blob.core.windows.net/c"];
    assert_snapshot!(refused(DOWNLOAD, &["/IA:R"]), @"`/IA` is only for uploads");
    assert_snapshot!(refused(UPLOAD, &["/Delimiter:#"]), @"`/Delimiter` is only for downloads of blobs");
    assert_snapshot!(refused(&between, &["/Delimiter:#"]), @"`/Delimiter` is only for downloads of blobs");
    assert_snapshot!(refused(UPLOAD, &["/Snapshot"]), @"`/Snapshot` is only for copies from blobs");
    assert_snapshot!(refused(UPLOAD, &["/SyncCopy"]), @"`/SyncCopy` is only for copies from a service to a service");
    assert_snapshot!(refused(&between, &["/BlobType:page"]), @"`/BlobType` is only for uploads to blobs");
    assert_snapshot!(refused(UPLOAD, &["/PKRS:a#b"]), @"`/PKRS` is only for tables");
}

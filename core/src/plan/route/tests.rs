use azring_transport::auth::Secret;

use super::*;
use crate::location::{Access, Discard, Synthetic, parse};

fn location(text: &str) -> Location {
    let synthetic = Synthetic {
        seed: 0,
        objects: None,
        object_bytes: 1,
    };
    match text {
        "-" => Location::Pipe,
        "synthetic" => Location::Synthetic(synthetic),
        "discard" => Location::Discard(Discard::default()),
        text => parse(text, Access::default(), None).unwrap(),
    }
}

fn between(source: &str, target: &str) -> Result<Route> {
    Route::between(&location(source), &location(target), false)
}

const CONTAINER: &str = "https://a.blob.core.windows.net/c";
const OTHER: &str = "https://b.blob.core.windows.net/c";
const SHARE: &str = "https://a.file.core.windows.net/s";
const TABLE: &str = "https://a.table.core.windows.net/abc";
const OTHER_SHARE: &str = "https://a.file.core.windows.net/t";

#[test]
fn the_ends_decide_way_direction_and_what_the_md5_is_for() {
    let (up, down) = (Direction::Upload, Direction::Download);
    let between_services = Direction::ServiceToService;
    for (source, target, way, direction, md5) in [
        ("/data", CONTAINER, Way::Stream, up, Md5Use::Store),
        ("synthetic", CONTAINER, Way::Stream, up, Md5Use::Store),
        ("-", CONTAINER, Way::Pipe, up, Md5Use::Store),
        (CONTAINER, "/data", Way::Stream, down, Md5Use::Compare),
        (CONTAINER, "discard", Way::Stream, down, Md5Use::Compare),
        (CONTAINER, "-", Way::Pipe, down, Md5Use::Compare),
        (TABLE, "/data", Way::Export, down, Md5Use::Compare),
        (
            TABLE,
            OTHER,
            Way::Export,
            between_services,
            Md5Use::TakeOver,
        ),
        ("/data", TABLE, Way::Import, up, Md5Use::Store),
        (
            OTHER,
            TABLE,
            Way::Import,
            between_services,
            Md5Use::TakeOver,
        ),
        ("/data", SHARE, Way::Stream, up, Md5Use::Store),
        ("synthetic", SHARE, Way::Stream, up, Md5Use::Store),
        ("-", SHARE, Way::Pipe, up, Md5Use::Store),
        (SHARE, "/data", Way::Stream, down, Md5Use::Compare),
        (SHARE, "discard", Way::Stream, down, Md5Use::Compare),
        (SHARE, "-", Way::Pipe, down, Md5Use::Compare),
        (
            CONTAINER,
            SHARE,
            Way::ServerCopy,
            between_services,
            Md5Use::TakeOver,
        ),
        (
            SHARE,
            CONTAINER,
            Way::ServerCopy,
            between_services,
            Md5Use::TakeOver,
        ),
        (
            SHARE,
            OTHER_SHARE,
            Way::ServerCopy,
            between_services,
            Md5Use::TakeOver,
        ),
        (
            CONTAINER,
            OTHER,
            Way::ServerCopy,
            between_services,
            Md5Use::TakeOver,
        ),
    ] {
        let route = between(source, target).unwrap();
        assert_eq!(
            (route.way, route.direction, route.md5),
            (way, direction, md5),
            "{source} to {target}"
        );
        let has_table = source == TABLE || target == TABLE;
        assert_eq!(
            route.reads_files,
            source == "/data" && !has_table,
            "{source}"
        );
        assert_eq!(
            route.writes_blobs,
            (target == CONTAINER || target == OTHER) && !has_table,
            "{source}"
        );
        assert_eq!(
            route.keeps_properties,
            direction == between_services && !has_table
        );
    }
}

#[test]
fn a_pair_that_cannot_be_copied_between_is_refused_by_name() {
    for (source, target, says) in [
        ("/a", "/b", "locally accessible"),
        ("/a/./b/", "/a/b", "locally accessible"),
        ("-", "-", "locally accessible"),
        (
            CONTAINER,
            "https://a.blob.core.windows.net:443/c/",
            "cannot be the same",
        ),
        (
            "/a",
            "https://a-secondary.blob.core.windows.net/c",
            "only be read",
        ),
        (
            "/a",
            "https://a-secondary.file.core.windows.net/s",
            "only be read",
        ),
        (
            "/a",
            "https://a.file.core.windows.net/s?sharesnapshot=2020-09-24T08:09:27.0000000Z",
            "is a snapshot, which can only be read",
        ),
        (
            SHARE,
            "https://a.file.core.windows.net/s/",
            "cannot be the same",
        ),
        (
            "/a",
            "https://a-secondary.table.core.windows.net/abc",
            "only be read",
        ),
        (TABLE, TABLE, "a table is not copied to a table"),
        (TABLE, SHARE, "exported to a folder"),
        (SHARE, TABLE, "exported to a folder"),
        (TABLE, "-", "exported to a folder"),
        ("-", TABLE, "exported to a folder"),
        (TABLE, "discard", "a measurement needs"),
        ("synthetic", TABLE, "a measurement needs"),
        ("discard", TABLE, "a measurement needs"),
        (SHARE, "synthetic", "a measurement needs"),
        ("/a", "discard", "a measurement needs"),
        ("synthetic", "/a", "a measurement needs"),
        ("synthetic", "discard", "a measurement needs"),
        ("discard", CONTAINER, "a measurement needs"),
        (CONTAINER, "synthetic", "a measurement needs"),
    ] {
        let message = between(source, target).unwrap_err().to_string();
        assert!(message.contains(says), "{source} to {target}: {message}");
    }
}

#[test]
fn the_service_copies_between_containers_and_knows_one_account_from_two() {
    for (source, target, within_account) in [
        (CONTAINER, "https://a.blob.core.windows.net/d", true),
        (CONTAINER, OTHER, false),
        (
            "https://a-secondary.blob.core.windows.net/c",
            "https://a.blob.core.windows.net/d",
            false,
        ),
        ("http://127.0.0.1:1/a/c", "http://127.0.0.1:1/a/d", true),
        ("http://127.0.0.1:1/a/c", "http://127.0.0.1:1/b/d", false),
        (
            "http://127.0.0.1:1/a-secondary/c",
            "http://127.0.0.1:1/a/d",
            false,
        ),
        ("http://127.0.0.1:1/a/c", "http://127.0.0.1:2/a/d", false),
        (SHARE, OTHER_SHARE, true),
        (SHARE, CONTAINER, false),
    ] {
        let route = between(source, target).unwrap();
        assert_eq!(route.way, Way::ServerCopy, "{source} to {target}");
        assert_eq!(route.within_account, within_account, "{source} to {target}");
    }
}

#[test]
fn the_key_of_the_target_opens_a_source_in_its_own_account_only() {
    let place = |text, has_key: bool| {
        let access = Access {
            key: has_key.then(|| Secret::new("a2V5".to_owned())),
            ..Access::default()
        };
        parse(text, access, None).unwrap()
    };
    let own = "https://a.blob.core.windows.net/d";
    for (has_source_key, target, has_target_key, sync_copy, opens) in [
        (true, own, true, false, true),
        (true, own, false, false, false),
        (false, own, true, false, false),
        (true, OTHER, true, false, false),
        (true, own, true, true, false),
    ] {
        let (source, target) = (
            place(CONTAINER, has_source_key),
            place(target, has_target_key),
        );
        let route = Route::between(&source, &target, sync_copy).unwrap();
        assert_eq!(route.target_key_opens_source, opens, "{source} to {target}");
    }
}

#[test]
fn two_containers_stream_if_that_is_asked_for() {
    let route = Route::between(&location(CONTAINER), &location(OTHER), true).unwrap();
    assert_eq!(route.way, Way::Stream);
    assert!(route.keeps_properties);
}

#[test]
fn the_secondary_region_is_a_source() {
    assert!(between("https://a-secondary.blob.core.windows.net/c", "/data").is_ok());
    assert!(between("https://a-secondary.file.core.windows.net/s", "/data").is_ok());
    assert!(between("https://a-secondary.table.core.windows.net/abc", "/data").is_ok());
}

#[test]
fn a_snapshot_of_a_share_can_be_restored_to_the_share() {
    let snapshot = "https://a.file.core.windows.net/s?sharesnapshot=2020-09-24T08:09:27Z";
    assert!(between(snapshot, SHARE).is_ok());
}

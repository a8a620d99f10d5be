//! List Directories and Files.

use azring_emulator_tests::emulator::{Behaviour, ListingBehaviour};

use super::own_share::OwnShare;

fn filled() -> OwnShare {
    let own = OwnShare::new();
    for name in ["dir2", "b", "A"] {
        own.make_directory(name);
    }
    for name in ["file1", "B1", "c"] {
        own.put(name, b"abc");
    }
    own.put("b/inner", b"x");
    own
}

#[test]
fn one_level_is_listed_in_one_order_of_names_whatever_their_case() {
    let own = filled();
    assert_eq!(own.names(""), ["A", "b", "B1", "c", "dir2", "file1"]);
    let reply = own.directory("GET", "", "list").send().expect(200);
    let text = reply.text();
    assert!(
        text.starts_with(
            "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ServiceEndpoint="
        ),
        "{text}"
    );
    assert!(
        text.contains("ShareName=\"docs\" DirectoryPath=\"\""),
        "{text}"
    );
    assert!(
        text.contains("<Content-Length>3</Content-Length>"),
        "{text}"
    );
    assert!(
        text.ends_with("<NextMarker /></EnumerationResults>"),
        "{text}"
    );
    let inner = own.directory("GET", "B", "list").send().expect(200);
    assert!(
        inner.text().contains("DirectoryPath=\"b\""),
        "{}",
        inner.text()
    );
}

#[test]
fn pages_join_to_the_whole_list() {
    let own = filled();
    let (mut seen, mut marker) = (Vec::new(), String::new());
    loop {
        let list = own.directory("GET", "", "list").query("maxresults", "2");
        let list = if marker.is_empty() {
            list
        } else {
            list.query("marker", &marker)
        };
        let reply = list.send().expect(200);
        assert_eq!(reply.one("MaxResults"), "2");
        seen.extend(reply.all("Name"));
        marker = reply.one("NextMarker");
        if marker.is_empty() {
            break;
        }
        assert!(marker.starts_with("1!"), "{marker}");
    }
    assert_eq!(seen, own.names(""));
    let wrong = own
        .directory("GET", "", "list")
        .query("marker", "nonsense")
        .send();
    wrong.refused(400, "InvalidContinuationToken");
    let none = own
        .directory("GET", "", "list")
        .query("maxresults", "0")
        .send();
    none.refused(400, "OutOfRangeQueryParameterValue");
}

#[test]
fn a_prefix_selects_names_whatever_their_case() {
    let own = filled();
    let list = own
        .directory("GET", "", "list")
        .query("prefix", "B")
        .send()
        .expect(200);
    assert_eq!(list.all("Name"), ["b", "B1"]);
    assert_eq!(list.one("Prefix"), "B");
}

#[test]
fn details_are_listed_on_request() {
    let own = OwnShare::new();
    let create = own.create("f", 1).header("x-ms-file-attributes", "Hidden");
    create
        .header("x-ms-file-last-write-time", "2001-01-01T00:00:00Z")
        .send()
        .expect(201);
    own.make_directory("d");
    let list = own
        .directory("GET", "", "list")
        .query("include", "Timestamps,Etag,Attributes,PermissionKey");
    let reply = list.send().expect(200);
    assert_eq!(reply.all("Attributes"), ["Directory", "Hidden"]);
    assert_eq!(
        reply.all("LastWriteTime")[1],
        "2001-01-01T00:00:00.0000000Z"
    );
    assert_eq!(reply.all("PermissionKey").len(), 2);
    assert_eq!(reply.all("ChangeTime").len(), 2);
    let head = own.file("HEAD", "f", "").send().expect(200);
    assert_eq!(
        reply.all("Etag")[1],
        head.header("etag").unwrap().replace('"', "&quot;")
    );
    assert_eq!(reply.all("FileId")[1], head.header("x-ms-file-id").unwrap());
    assert_eq!(reply.one("DirectoryId"), "0");
    let plain = own.directory("GET", "", "list").send().expect(200);
    assert!(plain.all("Attributes").is_empty() && plain.all("ChangeTime").is_empty());
    let unknown = own
        .directory("GET", "", "list")
        .query("include", "Nonsense")
        .send();
    unknown.refused(400, "InvalidQueryParameterValue");
}

#[test]
fn names_that_xml_cannot_carry_are_marked_and_percent_encoded() {
    let own = OwnShare::new();
    own.make_directory("d\u{fffe}");
    own.put("d\u{fffe}/f\u{ffff}", b"x");
    let list = own
        .directory("GET", "d\u{fffe}", "list")
        .query("prefix", "f\u{ffff}");
    let text = list.send().expect(200).text();
    assert!(
        text.contains("<Name Encoded=\"true\">f%EF%BF%BF</Name>"),
        "{text}"
    );
    assert!(
        text.contains("DirectoryPath=\"d%EF%BF%BE\" Encoded=\"true\""),
        "{text}"
    );
    assert!(
        text.contains("<Prefix Encoded=\"true\">f%EF%BF%BF</Prefix>"),
        "{text}"
    );
}

#[test]
fn short_and_empty_pages_come_when_the_behaviour_says_so() {
    let own = filled();
    own.server.set_behaviour(Behaviour {
        listing: ListingBehaviour {
            empty_every: 1,
            ..ListingBehaviour::default()
        },
        ..Behaviour::default()
    });
    let reply = own.directory("GET", "", "list").send().expect(200);
    assert!(reply.all("Name").is_empty() && !reply.one("NextMarker").is_empty());
    own.server.set_behaviour(Behaviour {
        listing: ListingBehaviour {
            entries_max: 4,
            ..ListingBehaviour::default()
        },
        ..Behaviour::default()
    });
    let list = own
        .directory("GET", "", "list")
        .query("marker", &reply.one("NextMarker"));
    assert_eq!(list.send().expect(200).all("Name"), ["A", "b", "B1", "c"]);
}

#[test]
fn an_empty_directory_lists_nothing() {
    let own = OwnShare::new();
    let text = own.directory("GET", "", "list").send().expect(200).text();
    assert!(text.contains("<Entries /><NextMarker />"), "{text}");
    own.directory("GET", "no", "list")
        .send()
        .refused(404, "ResourceNotFound");
    own.put("f", b"x");
    own.directory("GET", "f", "list")
        .send()
        .refused(404, "ResourceNotFound");
}

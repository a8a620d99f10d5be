//! Directories: create, properties, metadata, delete, and what a missing one is called.

use super::own_share::OwnShare;

#[test]
fn a_directory_is_created_once_and_has_smb_properties() {
    let own = OwnShare::new();
    let reply = own.directory("PUT", "a", "").send().expect(201);
    assert_eq!(reply.header("x-ms-file-attributes"), Some("Directory"));
    assert_eq!(reply.header("x-ms-file-parent-id"), Some("0"));
    assert_eq!(reply.header("x-ms-request-server-encrypted"), Some("true"));
    let id = reply.header("x-ms-file-id").unwrap().to_owned();
    own.directory("PUT", "a", "")
        .send()
        .refused(409, "ResourceAlreadyExists");
    let inner = own.directory("PUT", "a/b", "").send().expect(201);
    assert_eq!(inner.header("x-ms-file-parent-id"), Some(id.as_str()));
}

#[test]
fn a_missing_parent_and_a_missing_name_have_different_codes() {
    let own = OwnShare::new();
    own.put("f", b"x");
    for (request, code) in [
        (own.directory("PUT", "no/b", ""), "ParentNotFound"),
        (own.create("no/f", 1), "ParentNotFound"),
        (own.create("f/g", 1), "ParentNotFound"),
        (own.directory("GET", "no", ""), "ResourceNotFound"),
        (own.directory("GET", "no/b", ""), "ParentNotFound"),
        (own.directory("DELETE", "no", ""), "ResourceNotFound"),
        (own.file("HEAD", "no", ""), "ResourceNotFound"),
        (own.file("HEAD", "no/f", ""), "ParentNotFound"),
    ] {
        request.send().refused(404, code);
    }
}

#[test]
fn a_file_is_no_directory_and_a_directory_is_no_file() {
    let own = OwnShare::new();
    own.make_directory("d");
    own.put("f", b"x");
    for change in [
        own.create("d", 1),
        own.directory("PUT", "f", ""),
        own.file("DELETE", "d", ""),
        own.directory("DELETE", "f", ""),
    ] {
        change.send().refused(409, "ResourceTypeMismatch");
    }
    for read in [
        own.file("HEAD", "d", ""),
        own.file("GET", "d", ""),
        own.directory("GET", "f", ""),
    ] {
        read.send().refused(404, "ResourceNotFound");
    }
}

#[test]
fn only_an_empty_directory_is_deleted() {
    let own = OwnShare::new();
    own.make_directory("a");
    own.put("a/f", b"x");
    own.directory("DELETE", "a", "")
        .send()
        .refused(409, "DirectoryNotEmpty");
    own.file("DELETE", "a/f", "").send().expect(202);
    own.directory("DELETE", "a", "").send().expect(202);
    own.directory("GET", "a", "")
        .send()
        .refused(404, "ResourceNotFound");
    own.directory("DELETE", "", "")
        .send()
        .refused(409, "CannotDeleteFileOrDirectory");
}

#[test]
fn directory_metadata_is_replaced_as_a_whole() {
    let own = OwnShare::new();
    let create = own.directory("PUT", "a", "").header("x-ms-meta-one", "1");
    create.send().expect(201);
    let set = own
        .directory("PUT", "a", "metadata")
        .header("x-ms-meta-Two", "2");
    set.send().expect(200);
    for comp in ["metadata", ""] {
        let reply = own.directory("GET", "a", comp).send().expect(200);
        assert_eq!(reply.header("x-ms-meta-one"), None);
        assert_eq!(reply.header("x-ms-meta-two"), Some("2"));
    }
}

#[test]
fn a_directory_stays_one_whatever_attributes_it_is_given() {
    let own = OwnShare::new();
    own.make_directory("a");
    let set = own.directory("PUT", "a", "properties");
    let set = set.header("x-ms-file-attributes", "Hidden|System");
    let reply = set
        .header("x-ms-file-creation-time", "2001-02-03T04:05:06.7000000Z")
        .send()
        .expect(200);
    assert_eq!(
        reply.header("x-ms-file-attributes"),
        Some("Hidden | System | Directory")
    );
    assert_eq!(
        reply.header("x-ms-file-creation-time"),
        Some("2001-02-03T04:05:06.7000000Z")
    );
}

#[test]
fn the_root_is_a_directory_that_always_exists() {
    let own = OwnShare::new();
    let reply = own.directory("GET", "", "").send().expect(200);
    assert_eq!(reply.header("x-ms-file-id"), Some("0"));
    own.directory("PUT", "", "")
        .send()
        .refused(409, "ResourceAlreadyExists");
    own.client
        .get("docs")
        .send()
        .refused(400, "MissingRequiredQueryParameter");
}

#[test]
fn there_are_no_handles_to_list_or_to_close() {
    let own = OwnShare::new();
    own.put("f", b"x");
    for path in ["", "f"] {
        let list = own
            .file("GET", path, "listhandles")
            .header("x-ms-recursive", "True");
        let text = list.send().expect(200).text();
        assert!(
            text.contains("<EnumerationResults><Entries /><NextMarker />"),
            "{text}"
        );
        let close = own
            .file("PUT", path, "forceclosehandles")
            .header("x-ms-handle-id", "*");
        let reply = close.send().expect(200);
        assert_eq!(reply.header("x-ms-number-of-handles-closed"), Some("0"));
        assert_eq!(reply.header("x-ms-number-of-handles-failed"), Some("0"));
    }
    own.file("GET", "no", "listhandles")
        .send()
        .refused(404, "ResourceNotFound");
}

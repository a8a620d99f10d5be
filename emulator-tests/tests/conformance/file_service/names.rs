//! Names of directories and files.

use super::own_share::OwnShare;

#[test]
fn names_are_found_in_any_case_and_keep_their_first() {
    let own = OwnShare::new();
    own.make_directory("Ärger");
    own.put("ÄRGER/Straße.TXT", b"x");
    assert_eq!(own.bytes("ärger/straße.txt"), b"x");
    assert_eq!(own.names(""), ["Ärger"]);
    assert_eq!(own.names("äRGER"), ["Straße.TXT"]);
    own.directory("PUT", "ärger", "")
        .send()
        .refused(409, "ResourceAlreadyExists");
}

#[test]
fn forbidden_names_are_refused() {
    let own = OwnShare::new();
    for name in [
        "a:b", "a*b", "a?b", "a|b", "a\"b", "a<b", "a>b", "a\\b", "nul", "COM1", "a\u{1f}",
    ] {
        own.create(name, 1)
            .send()
            .refused(400, "InvalidResourceName");
        own.directory("PUT", name, "")
            .send()
            .refused(400, "InvalidResourceName");
    }
}

#[test]
fn parts_paths_and_depths_have_limits() {
    let own = OwnShare::new();
    own.create(&"a".repeat(255), 1).send().expect(201);
    let long = own.create(&"a".repeat(256), 1).send();
    long.refused(400, "InvalidFileOrDirectoryPathName");
    let deep = vec!["d"; 251].join("/");
    own.create(&deep, 1)
        .send()
        .refused(400, "InvalidFileOrDirectoryPathName");
    let mut path = String::new();
    for _ in 0..249 {
        path.push('d');
        own.make_directory(&path);
        path.push('/');
    }
    own.put(&format!("{path}f"), b"deep");
    assert_eq!(own.bytes(&format!("{path}f")), b"deep");
}

#[test]
fn trailing_dots_are_removed_unless_the_request_keeps_them() {
    let own = OwnShare::new();
    let newer = "2022-11-02";
    own.make_directory("dir...");
    own.put("dir/f.", b"without");
    let keep = own.create("dir/f.", 4).header("x-ms-version", newer);
    keep.header("x-ms-allow-trailing-dot", "true")
        .send()
        .expect(201);
    assert_eq!(own.names("dir"), ["f", "f."]);
    assert_eq!(own.bytes("dir/f.."), b"without");
    let get = own.file("HEAD", "dir/f.", "").header("x-ms-version", newer);
    let reply = get
        .header("x-ms-allow-trailing-dot", "true")
        .send()
        .expect(200);
    assert_eq!(reply.header("content-length"), Some("4"));
    own.create("...", 1)
        .send()
        .refused(400, "InvalidResourceName");
}

#[test]
fn an_encoded_slash_separates_parts_and_empty_parts_do_not_count() {
    let own = OwnShare::new();
    own.make_directory("a");
    own.put("a/b", b"x");
    let account = own.client.account.clone();
    for path in ["docs/a%2Fb", "docs//a/b", "docs%2Fa%2Fb"] {
        let get = own.client.get("").raw_path(&format!("/{account}/{path}"));
        assert_eq!(get.send().expect(200).body, b"x", "{path}");
    }
    let inner = own.client.get("").raw_path(&format!("/{account}/docs/a/"));
    inner.query("restype", "directory").send().expect(200);
}

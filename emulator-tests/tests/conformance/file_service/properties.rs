//! Set File Properties and SMB properties: attributes, times, permissions.

use super::own_share::OwnShare;

#[test]
fn content_headers_that_are_not_set_are_cleared() {
    let own = OwnShare::new();
    let create = own.create("f", 1).header("x-ms-content-type", "text/plain");
    create
        .header("x-ms-content-language", "en")
        .send()
        .expect(201);
    let resize = own
        .file("PUT", "f", "properties")
        .header("x-ms-content-length", "2");
    resize.send().expect(200);
    let reply = own.file("HEAD", "f", "").send().expect(200);
    assert_eq!(reply.header("content-type"), Some("text/plain"));
    let set = own.file("PUT", "f", "properties");
    set.header("x-ms-content-encoding", "gzip")
        .send()
        .expect(200);
    let reply = own.file("HEAD", "f", "").send().expect(200);
    assert_eq!(reply.header("content-encoding"), Some("gzip"));
    assert_eq!(reply.header("content-language"), None);
    assert_eq!(reply.header("content-type"), None);
}

#[test]
fn times_are_kept_to_a_tenth_of_a_microsecond() {
    let own = OwnShare::new();
    let times = [
        ("x-ms-file-creation-time", "1999-12-31T23:59:59.1234567Z"),
        ("x-ms-file-last-write-time", "2019-07-15T21:45:17.5505400Z"),
        ("x-ms-file-change-time", "2020-01-02T03:04:05.0000001Z"),
    ];
    let create = times
        .iter()
        .fold(own.create("f", 3), |request, (name, value)| {
            request.header(name, value)
        });
    create.send().expect(201);
    let reply = own.file("HEAD", "f", "").send().expect(200);
    for (name, value) in times {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    let put = own
        .put_range("f", 0, b"abc", 0)
        .header("x-ms-version", "2021-12-02");
    let kept = put
        .header("x-ms-file-last-write-time", "preserve")
        .send()
        .expect(201);
    assert_eq!(kept.header("x-ms-file-last-write-time"), Some(times[1].1));
    let reply = own.file("HEAD", "f", "").send().expect(200);
    assert_ne!(reply.header("x-ms-file-change-time"), Some(times[2].1));
    let now = own.put_range("f", 0, b"abc", 0).send().expect(201);
    assert_ne!(now.header("x-ms-file-last-write-time"), Some(times[1].1));
}

#[test]
fn preserve_keeps_and_absent_headers_keep_too() {
    let own = OwnShare::new();
    let create = own.create("f", 1).header("x-ms-file-attributes", "Hidden");
    create
        .header("x-ms-file-creation-time", "2001-01-01T00:00:00Z")
        .send()
        .expect(201);
    let set = own
        .file("PUT", "f", "properties")
        .header("x-ms-file-attributes", "Preserve");
    let reply = set
        .header("x-ms-file-last-write-time", "preserve")
        .send()
        .expect(200);
    assert_eq!(reply.header("x-ms-file-attributes"), Some("Hidden"));
    assert_eq!(
        reply.header("x-ms-file-creation-time"),
        Some("2001-01-01T00:00:00.0000000Z")
    );
}

#[test]
fn a_change_sets_the_change_time_unless_the_request_keeps_it() {
    let own = OwnShare::new();
    let (name, time) = ("x-ms-file-change-time", "2020-01-02T03:04:05.0000001Z");
    own.create("f", 1).header(name, time).send().expect(201);
    let set = || own.file("PUT", "f", "properties");
    let kept = set().header(name, "preserve").send().expect(200);
    assert_eq!(kept.header(name), Some(time));
    let changed = set().send().expect(200);
    assert!(changed.header(name).is_some_and(|changed| changed > time));
}

#[test]
fn wrong_attributes_and_times_are_refused() {
    let own = OwnShare::new();
    for (name, value) in [
        ("x-ms-file-attributes", "Archive|Nonsense"),
        ("x-ms-file-attributes", "Directory"),
        ("x-ms-file-creation-time", "yesterday"),
        ("x-ms-file-last-write-time", "preserve"),
        ("x-ms-file-permission-format", "binary"),
    ] {
        own.create("f", 1)
            .header(name, value)
            .send()
            .refused(400, "InvalidHeaderValue");
    }
    let create = own.create("f", 1).header("x-ms-file-permission", "abcde");
    create.send().refused(400, "FileInvalidPermission");
    let long = format!("O:BAG:BAD:{}", "(A;;FA;;;BA)".repeat(700));
    let create = own.create("f", 1).header("x-ms-file-permission", &long);
    create.send().refused(400, "FileInvalidPermission");
    let create = own.create("f", 1).header("x-ms-file-permission-key", "1*2");
    create.send().refused(400, "FileInvalidPermissionKey");
    let both = own.create("f", 1).header("x-ms-file-permission-key", "1*2");
    both.header("x-ms-file-permission", "O:BAG:BAD:(A;;FA;;;BA)")
        .send()
        .refused(400, "InvalidHeaderValue");
}

#[test]
fn equal_permissions_have_one_key_and_are_inherited() {
    let own = OwnShare::new();
    let permission = "O:BAG:BAD:(A;;FA;;;BA)";
    let create = own
        .directory("PUT", "d", "")
        .header("x-ms-file-permission", permission);
    let key = create
        .send()
        .expect(201)
        .header("x-ms-file-permission-key")
        .unwrap()
        .to_owned();
    assert!(
        key.split_once('*')
            .is_some_and(|(a, b)| a.parse::<u64>().is_ok() && b.parse::<u64>().is_ok())
    );
    let inherited = own
        .create("d/f", 1)
        .header("x-ms-file-permission", "Inherit")
        .send()
        .expect(201);
    assert_eq!(
        inherited.header("x-ms-file-permission-key"),
        Some(key.as_str())
    );
    let by_key = own
        .create("g", 1)
        .header("x-ms-file-permission-key", &key)
        .send()
        .expect(201);
    assert_eq!(
        by_key.header("x-ms-file-permission-key"),
        Some(key.as_str())
    );
}

#[test]
fn file_metadata_is_replaced_as_a_whole() {
    let own = OwnShare::new();
    own.create("f", 1)
        .header("x-ms-meta-one", "1")
        .send()
        .expect(201);
    own.file("PUT", "f", "metadata")
        .header("x-ms-meta-UP", "UPval")
        .send()
        .expect(200);
    let reply = own.file("GET", "f", "metadata").send().expect(200);
    assert_eq!(reply.header("x-ms-meta-one"), None);
    assert!(
        reply
            .headers
            .iter()
            .any(|(name, value)| name == "x-ms-meta-UP" && value == "UPval")
    );
    let set = own
        .file("PUT", "f", "metadata")
        .header("x-ms-meta-a-b", "1");
    set.send().refused(400, "InvalidMetadata");
}

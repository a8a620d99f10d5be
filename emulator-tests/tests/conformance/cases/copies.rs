//! Copy Blob and Copy Blob From URL.

use crate::client::Reply;
use crate::subject::Subject;

fn copy(s: &Subject, source: &str, target: &str) -> Reply {
    s.main
        .put(target)
        .header("x-ms-copy-source", &s.url(source))
        .send()
}

fn beside(path: &str) -> String {
    format!("{}/copy", path.split('/').next().unwrap())
}

cases! {
    fn a_copy_has_bytes_properties_and_metadata(s) {
        let path = format!("{}/b", s.container());
        let put = s.main.put(&path).header("x-ms-blob-type", "BlockBlob").header("x-ms-blob-content-type", "a/b");
        put.header("x-ms-meta-k", "v").body("hello").send().expect(201);
        let reply = copy(s, &path, &beside(&path)).expect(202);
        assert_eq!(reply.header("x-ms-copy-status"), Some("success"));
        assert!(reply.header("x-ms-copy-id").is_some());
        let reply = s.main.get(&beside(&path)).send().expect(200);
        assert_eq!(reply.body, b"hello");
        assert_eq!((reply.header("content-type"), reply.header("x-ms-meta-k")), (Some("a/b"), Some("v")));
    }

    fn a_copy_shows_its_source(s) {
        let path = s.blob(b"hello");
        let id = copy(s, &path, &beside(&path)).expect(202).header("x-ms-copy-id").map(str::to_owned);
        let reply = s.main.head(&beside(&path)).send().expect(200);
        assert_eq!(reply.header("x-ms-copy-id").map(str::to_owned), id);
        assert_eq!(reply.header("x-ms-copy-progress"), Some("5/5"));
        assert_eq!(reply.header("x-ms-copy-source"), Some(s.url(&path).as_str()));
        assert!(reply.header("x-ms-copy-completion-time").is_some());
    }

    fn metadata_that_is_given_replaces_the_sources(s) {
        let path = format!("{}/b", s.container());
        let put = s.main.put(&path).header("x-ms-blob-type", "BlockBlob").header("x-ms-meta-old", "1").body("x");
        put.send().expect(201);
        let put = s.main.put(&beside(&path)).header("x-ms-copy-source", &s.url(&path));
        put.header("x-ms-meta-new", "2").send().expect(202);
        let reply = s.main.head(&beside(&path)).send().expect(200);
        assert_eq!((reply.header("x-ms-meta-old"), reply.header("x-ms-meta-new")), (None, Some("2")));
    }

    fn a_missing_source_is_404(s) {
        let path = s.blob(b"x");
        let none = format!("{}/none", path.split('/').next().unwrap());
        copy(s, &none, &beside(&path)).expect(404);
    }

    fn a_snapshot_can_be_copied_over_its_blob(s) {
        let path = s.blob(b"old");
        let reply = s.main.put(&path).query("comp", "snapshot").send().expect(201);
        let time = reply.header("x-ms-snapshot").unwrap().to_owned();
        s.put(&path, b"new").expect(201);
        copy(s, &format!("{path}?snapshot={time}"), &path).expect(202);
        assert_eq!(s.bytes(&path), b"old");
    }

    fn a_page_blob_is_copied_whole(s) {
        let path = s.page_blob(1024);
        s.page(&path, "bytes=0-511", &[1; 512]).expect(201);
        copy(s, &path, &beside(&path)).expect(202);
        assert_eq!(s.bytes(&beside(&path))[..512], [1; 512]);
        s.page(&path, "bytes=0-511", &[2; 512]).expect(201);
        let expected = if s.deviates(12) { 2 } else { 1 };
        assert_eq!(s.bytes(&beside(&path))[0], expected);
    }

    fn a_copy_does_not_change_the_type_of_a_blob(s) {
        let path = s.blob(b"x");
        let put = s.main.put(&beside(&path)).header("x-ms-blob-type", "AppendBlob");
        put.send().expect(201);
        copy(s, &path, &beside(&path)).expect(if s.deviates(34) { 202 } else { 409 });
    }

    fn a_copy_has_conditions_on_its_target(s) {
        let path = s.blob(b"x");
        s.put(&beside(&path), b"y").expect(201);
        let put = s.main.put(&beside(&path)).header("x-ms-copy-source", &s.url(&path));
        put.header("If-None-Match", "*").send().expect(409);
    }

    fn a_copy_has_conditions_on_its_source(s) {
        let path = s.blob(b"x");
        let put = |name: &str, value: &str| {
            let put = s.main.put(&beside(&path)).header("x-ms-copy-source", &s.url(&path));
            put.header(name, value).send()
        };
        put("x-ms-source-if-match", "\"0x1\"").expect(412);
        let past = put("x-ms-source-if-modified-since", "Fri, 01 Jan 2100 00:00:00 GMT");
        past.expect(if s.deviates(48) { 304 } else { 412 });
    }

    fn a_copy_that_is_done_cannot_be_aborted(s) {
        let path = s.blob(b"x");
        let id = copy(s, &path, &beside(&path)).header("x-ms-copy-id").unwrap().to_owned();
        let abort = s.main.put(&beside(&path)).query("comp", "copy").query("copyid", &id);
        abort.header("x-ms-copy-action", "abort").send().refused(409, "NoPendingCopyOperation");
    }

    fn another_account_needs_its_own_permission(s) {
        let path = s.blob(b"x");
        let name = s.container();
        s.second.put(&name).query("restype", "container").send().expect(201);
        let put = s.second.put(&format!("{name}/copy")).header("x-ms-copy-source", &s.url(&path));
        let reply = put.send();
        assert!([403, 404].contains(&reply.status), "{}", reply.status);
    }

    fn a_synchronous_copy_is_done_when_it_answers(s) {
        let path = s.blob(b"hello");
        let put = s.main.put(&beside(&path)).header("x-ms-copy-source", &s.url(&path));
        let reply = put.header("x-ms-requires-sync", "true").send().expect(202);
        assert_eq!(reply.header("x-ms-copy-status"), Some("success"));
        assert_eq!(s.bytes(&beside(&path)), b"hello");
    }

    fn an_url_that_is_none_is_refused(s) {
        let path = s.blob(b"x");
        let reply = s.main.put(&beside(&path)).header("x-ms-copy-source", "nonsense").send();
        assert!([400, 404].contains(&reply.status), "{}", reply.status);
    }
}

//! Conditional headers on reads and writes.

const PAST: &str = "Sun, 01 Jan 2012 00:00:00 GMT";
const FUTURE: &str = "Fri, 01 Jan 2100 00:00:00 GMT";

cases! {
    fn a_matching_version_is_read(s) {
        let path = s.blob(b"x");
        let tag = s.main.head(&path).send().header("etag").unwrap().to_owned();
        s.main.get(&path).header("If-Match", &tag).send().expect(200);
        s.main.get(&path).header("If-Match", "*").send().expect(200);
    }

    fn another_version_is_412(s) {
        s.main.get(&s.blob(b"x")).header("If-Match", "\"0x1\"").send().refused(412, "ConditionNotMet");
    }

    fn a_version_that_is_known_is_304(s) {
        let path = s.blob(b"x");
        let tag = s.main.head(&path).send().header("etag").unwrap().to_owned();
        let reply = s.main.get(&path).header("If-None-Match", &tag).send().expect(304);
        assert!(reply.body.is_empty());
        s.main.get(&path).header("If-None-Match", "\"0x1\"").send().expect(200);
    }

    fn a_read_that_insists_on_a_missing_blob_is_refused(s) {
        let path = s.blob(b"x");
        s.main.get(&path).header("If-None-Match", "*").send().refused(400, "UnsatisfiableCondition");
        s.main.head(&path).header("If-None-Match", "*").send().expect(400);
    }

    fn unmodified_is_304(s) {
        let path = s.blob(b"x");
        s.main.get(&path).header("If-Modified-Since", FUTURE).send().expect(304);
        s.main.get(&path).header("If-Modified-Since", PAST).send().expect(200);
    }

    fn modified_is_412(s) {
        let path = s.blob(b"x");
        s.main.get(&path).header("If-Unmodified-Since", PAST).send().refused(412, "ConditionNotMet");
        s.main.get(&path).header("If-Unmodified-Since", FUTURE).send().expect(200);
    }

    fn a_put_can_insist_on_a_new_blob(s) {
        let path = s.blob(b"x");
        let put = s.main.put(&path).header("x-ms-blob-type", "BlockBlob").header("If-None-Match", "*").body("y");
        put.send().refused(409, "BlobAlreadyExists");
        let other = format!("{}/new", path.split('/').next().unwrap());
        let put = s.main.put(&other).header("x-ms-blob-type", "BlockBlob").header("If-None-Match", "*").body("y");
        put.send().expect(201);
    }

    fn a_put_can_insist_on_a_version(s) {
        let path = s.blob(b"x");
        let tag = s.main.head(&path).send().header("etag").unwrap().to_owned();
        let put = |tag: &str| {
            let put = s.main.put(&path).header("x-ms-blob-type", "BlockBlob");
            put.header("If-Match", tag).body("y").send()
        };
        put(&tag).expect(201);
        put(&tag).refused(412, "ConditionNotMet");
    }

    fn a_put_on_a_missing_blob_cannot_match(s) {
        let put = s.main.put(&format!("{}/b", s.container())).header("x-ms-blob-type", "BlockBlob");
        put.header("If-Match", "*").body("y").send().refused(412, "ConditionNotMet");
    }

    fn a_commit_has_conditions(s) {
        let path = s.blob(b"x");
        let put = s.main.put(&path).query("comp", "blocklist").body("<BlockList></BlockList>");
        put.header("If-Match", "\"0x1\"").send().refused(412, "ConditionNotMet");
    }

    fn a_commit_can_insist_on_a_new_blob(s) {
        let path = s.blob(b"x");
        let put = s.main.put(&path).query("comp", "blocklist").body("<BlockList></BlockList>");
        put.header("If-None-Match", "*").send().refused(409, "BlobAlreadyExists");
    }

    fn a_delete_has_conditions(s) {
        let path = s.blob(b"x");
        s.main.delete(&path).header("If-Match", "\"0x1\"").send().refused(412, "ConditionNotMet");
        s.main.delete(&path).header("If-Unmodified-Since", FUTURE).send().expect(202);
    }

    fn metadata_has_conditions(s) {
        let path = s.blob(b"x");
        let put = s.main.put(&path).query("comp", "metadata").header("If-Unmodified-Since", PAST);
        put.send().refused(412, "ConditionNotMet");
    }

    fn a_date_that_is_none_is_refused_or_ignored(s) {
        let reply = s.main.get(&s.blob(b"x")).header("If-Modified-Since", "yesterday").send();
        assert!([200, 400].contains(&reply.status) || s.deviates(109));
    }
}

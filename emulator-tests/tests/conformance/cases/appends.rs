//! Append blobs.

cases! {
    fn appended_blocks_are_joined(s) {
        let path = s.append_blob();
        let first = s.append(&path, b"one").expect(201);
        let second = s.append(&path, b"two").expect(201);
        assert_eq!((first.header("x-ms-blob-append-offset"), second.header("x-ms-blob-append-offset")), (Some("0"), Some("3")));
        assert_eq!(second.header("x-ms-blob-committed-block-count"), Some("2"));
        assert_eq!(s.bytes(&path), b"onetwo");
    }

    fn a_position_can_be_insisted_on(s) {
        let path = s.append_blob();
        let append = |at: &str| {
            let put = s.main.put(&path).query("comp", "appendblock").header("x-ms-blob-condition-appendpos", at);
            put.body("abc").send()
        };
        append("0").expect(201);
        append("0").refused(412, "AppendPositionConditionNotMet");
        append("3").expect(201);
    }

    fn a_largest_size_can_be_insisted_on(s) {
        let path = s.append_blob();
        let put = s.main.put(&path).query("comp", "appendblock").header("x-ms-blob-condition-maxsize", "2");
        put.body("abc").send().refused(412, "MaxBlobSizeConditionNotMet");
    }

    fn a_missing_blob_cannot_be_appended_to(s) {
        s.append(&format!("{}/b", s.container()), b"x").refused(404, "BlobNotFound");
    }

    fn a_block_blob_cannot_be_appended_to(s) {
        s.append(&s.blob(b"x"), b"y").refused(409, "InvalidBlobType");
    }

    fn a_wrong_md5_is_refused(s) {
        let path = s.append_blob();
        let put = s.main.put(&path).query("comp", "appendblock").header("Content-MD5", &crate::client::md5(b"z"));
        put.body("x").send().refused(400, "Md5Mismatch");
        assert!(s.bytes(&path).is_empty());
    }

    fn a_sealed_blob_takes_no_more(s) {
        let path = s.append_blob();
        s.append(&path, b"x").expect(201);
        s.main.put(&path).query("comp", "seal").send().expect(200);
        s.append(&path, b"y").expect(409);
        assert_eq!(s.main.head(&path).send().header("x-ms-blob-sealed"), Some("true"));
    }

    fn a_put_with_a_body_is_no_append_blob(s) {
        let put = s.main.put(&format!("{}/b", s.container())).header("x-ms-blob-type", "AppendBlob").body("x");
        put.send().expect(400);
    }

    fn old_versions_append_less(s) {
        let path = s.append_blob();
        let reply = s.append(&path, &vec![1; (4 << 20) + 1]);
        reply.expect(if s.deviates(24) { 201 } else { 413 });
    }

    fn an_append_blob_is_listed_as_one(s) {
        let path = s.append_blob();
        assert_eq!(s.list(path.split('/').next().unwrap(), &[]).expect(200).one("BlobType"), "AppendBlob");
    }
}

//! Put Blob, and checksums.

use crate::client::{crc64, md5};

cases! {
    fn a_blob_reads_as_it_was_put(s) {
        let body: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        assert_eq!(s.bytes(&s.blob(&body)), body);
    }

    fn an_empty_blob_is_a_blob(s) {
        let path = s.blob(b"");
        let reply = s.main.get(&path).send().expect(200);
        assert_eq!((reply.body.len(), reply.header("content-length")), (0, Some("0")));
    }

    fn the_answer_shows_version_and_checksum(s) {
        let reply = s.put(&format!("{}/b", s.container()), b"hello").expect(201);
        assert_eq!(reply.header("content-md5"), Some(md5(b"hello").as_str()));
        assert!(reply.header("etag").is_some() && reply.header("last-modified").is_some());
        assert_eq!(reply.header("x-ms-request-server-encrypted"), Some("true"));
    }

    fn a_type_is_mandatory(s) {
        s.main.put(&format!("{}/b", s.container())).body("x").send().expect(400);
    }

    fn an_unknown_type_is_refused(s) {
        let put = s.main.put(&format!("{}/b", s.container())).header("x-ms-blob-type", "RoundBlob");
        put.body("x").send().expect(400);
    }

    fn a_wrong_md5_is_refused(s) {
        let put = s.main.put(&format!("{}/b", s.container())).header("x-ms-blob-type", "BlockBlob").body("hello");
        put.header("Content-MD5", &md5(b"other")).send().refused(400, "Md5Mismatch");
    }

    fn an_md5_of_the_wrong_length_is_refused(s) {
        let put = s.main.put(&format!("{}/b", s.container())).header("x-ms-blob-type", "BlockBlob").body("hello");
        put.header("Content-MD5", "AAAA").send().refused(400, "InvalidMd5");
    }

    fn a_right_md5_is_stored(s) {
        let path = format!("{}/b", s.container());
        let put = s.main.put(&path).header("x-ms-blob-type", "BlockBlob").body("hello");
        put.header("Content-MD5", &md5(b"hello")).send().expect(201);
        assert_eq!(s.main.head(&path).send().expect(200).header("content-md5"), Some(md5(b"hello").as_str()));
    }

    fn a_right_crc64_is_taken_and_a_wrong_one_refused(s) {
        let put = |crc: String| {
            let put = s.main.put(&format!("{}/b", s.container())).header("x-ms-blob-type", "BlockBlob");
            put.body("123456789").header("x-ms-content-crc64", &crc).send()
        };
        put(crc64(b"123456789")).expect(201);
        put(crc64(b"12345678x")).refused(400, "Crc64Mismatch");
    }

    fn the_md5_that_is_to_be_stored_counts_as_that_of_the_body(s) {
        let path = format!("{}/b", s.container());
        let put = |stored: &str| {
            let put = s.main.put(&path).header("x-ms-blob-type", "BlockBlob").body("hello");
            put.header("x-ms-blob-content-md5", &md5(stored.as_bytes()))
        };
        put("other").send().refused(400, "Md5Mismatch");
        let both = put("hello").header("x-ms-content-crc64", &crc64(b"hello"));
        both.send().refused(400, "BothCrc64AndMd5HeaderPresent");
        put("hello").send().expect(201);
        assert_eq!(s.main.head(&path).send().header("content-md5"), Some(md5(b"hello").as_str()));
    }

    fn properties_are_stored(s) {
        let path = format!("{}/b", s.container());
        let put = s.main.put(&path).header("x-ms-blob-type", "BlockBlob").body("hello");
        put.header("x-ms-blob-content-type", "text/plain")
            .header("x-ms-blob-content-encoding", "identity")
            .header("x-ms-blob-content-language", "de")
            .header("x-ms-blob-cache-control", "no-cache")
            .header("x-ms-blob-content-disposition", "inline")
            .send()
            .expect(201);
        let reply = s.main.head(&path).send().expect(200);
        let seen = ["content-type", "content-encoding", "content-language", "cache-control", "content-disposition"];
        let seen = seen.map(|name| reply.header(name).unwrap_or_default());
        assert_eq!(seen, ["text/plain", "identity", "de", "no-cache", "inline"]);
    }

    fn a_missing_content_type_is_octet_stream(s) {
        let reply = s.main.head(&s.blob(b"x")).send().expect(200);
        assert_eq!(reply.header("content-type"), Some("application/octet-stream"));
    }

    fn overwriting_replaces_everything(s) {
        let path = format!("{}/b", s.container());
        let put = s.main.put(&path).header("x-ms-blob-type", "BlockBlob").header("x-ms-meta-old", "1").body("old");
        let first = put.send().expect(201);
        let second = s.put(&path, b"new").expect(201);
        assert_ne!(first.header("etag"), second.header("etag"));
        let reply = s.main.get(&path).send().expect(200);
        assert_eq!((reply.text().as_str(), reply.header("x-ms-meta-old")), ("new", None));
    }

    fn metadata_names_must_be_identifiers(s) {
        let put = s.main.put(&format!("{}/b", s.container())).header("x-ms-blob-type", "BlockBlob").body("x");
        put.header("x-ms-meta-a-b", "1").send().expect(400);
    }

    fn metadata_has_a_limit(s) {
        let put = s.main.put(&format!("{}/b", s.container())).header("x-ms-blob-type", "BlockBlob").body("x");
        let reply = put.header("x-ms-meta-a", &"x".repeat(9000)).send();
        if s.deviates(24) {
            reply.expect(201);
        } else {
            reply.refused(400, "MetadataTooLarge");
        }
    }

    fn names_have_a_limit(s) {
        let container = s.container();
        s.put(&format!("{container}/{}", "a".repeat(1024)), b"x").expect(201);
        s.put(&format!("{container}/{}", "a".repeat(1025)), b"x").expect(if s.deviates(24) { 201 } else { 400 });
    }

    fn names_have_a_depth(s) {
        let container = s.container();
        s.put(&format!("{container}/{}a", "a/".repeat(253)), b"x").expect(201);
        s.put(&format!("{container}/{}a", "a/".repeat(254)), b"x").expect(if s.deviates(24) { 201 } else { 400 });
    }

    fn old_versions_take_smaller_blobs(s) {
        let put = s.main.put(&format!("{}/b", s.container())).header("x-ms-version", "2015-12-11");
        let reply = put.header("x-ms-blob-type", "BlockBlob").body(vec![0; (64 << 20) + 1]).send();
        if s.deviates(24) {
            reply.expect(201);
        } else {
            reply.refused(413, "RequestBodyTooLarge");
        }
    }

    fn a_slash_in_a_name_may_be_encoded(s) {
        let container = s.container();
        let raw = format!("/{}/{container}/x%2Fy", s.main.account);
        let put = s.main.put("").raw_path(&raw).header("x-ms-blob-type", "BlockBlob").body("1");
        put.send().expect(201);
        assert_eq!(s.bytes(&format!("{container}/x/y")), b"1");
    }

    fn odd_names_are_kept_apart(s) {
        let container = s.container();
        let names = ["a//b", "a/b", "a/b/", "a.", "~tilde", "semi;colon", "comma,", "at@", "dollar$", "paren(s)"];
        for name in names {
            s.put(&format!("{container}/{name}"), name.as_bytes()).expect(201);
        }
        for name in names {
            assert_eq!(s.bytes(&format!("{container}/{name}")), name.as_bytes(), "{name}");
        }
    }

    fn a_deleted_blob_is_not_found(s) {
        let path = s.blob(b"x");
        s.main.delete(&path).send().expect(202);
        s.main.get(&path).send().refused(404, "BlobNotFound");
        s.main.delete(&path).send().refused(404, "BlobNotFound");
    }
}

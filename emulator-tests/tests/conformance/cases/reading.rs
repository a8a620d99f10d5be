//! Get Blob and Get Blob Properties.

use crate::client::{crc64, md5};

const BODY: &[u8] = b"0123456789";

cases! {
    fn what_is_refused_to_head_has_neither_body_nor_type(s) {
        let reply = s.main.head(&format!("{}/missing", s.container())).send().expect(404);
        assert_eq!(reply.body, b"");
        assert_eq!(reply.header("content-type"), None);
    }

    fn a_range_beyond_the_end_is_answered_with_the_length(s) {
        let path = s.blob(b"hello");
        let reply = s.main.get(&path).header("Range", "bytes=9-10").send().expect(416);
        assert_eq!(reply.header("content-range"), Some("bytes */5"));
    }

    fn a_range_is_206_with_its_place(s) {
        let path = s.blob(BODY);
        let reply = s.main.get(&path).header("Range", "bytes=2-5").send().expect(206);
        assert_eq!((reply.body.as_slice(), reply.header("content-range")), (&b"2345"[..], Some("bytes 2-5/10")));
        assert_eq!(reply.header("content-length"), Some("4"));
    }

    fn an_open_range_goes_to_the_end(s) {
        let reply = s.main.get(&s.blob(BODY)).header("x-ms-range", "bytes=7-").send().expect(206);
        assert_eq!((reply.text().as_str(), reply.header("content-range")), ("789", Some("bytes 7-9/10")));
    }

    fn a_range_over_the_end_is_cut(s) {
        let reply = s.main.get(&s.blob(BODY)).header("x-ms-range", "bytes=8-100").send().expect(206);
        assert_eq!((reply.text().as_str(), reply.header("content-range")), ("89", Some("bytes 8-9/10")));
    }

    fn x_ms_range_goes_before_range(s) {
        let get = s.main.get(&s.blob(BODY)).header("x-ms-range", "bytes=0-0").header("Range", "bytes=5-5");
        assert_eq!(get.send().expect(206).text(), "0");
    }

    fn a_range_after_the_end_is_416(s) {
        s.main.get(&s.blob(BODY)).header("x-ms-range", "bytes=11-").send().refused(416, "InvalidRange");
    }

    fn a_range_at_the_end_is_416(s) {
        let reply = s.main.get(&s.blob(BODY)).header("x-ms-range", "bytes=10-20").send();
        reply.expect(if s.deviates(21) { 206 } else { 416 });
    }

    fn a_range_of_an_empty_blob_is_416(s) {
        let reply = s.main.get(&s.blob(b"")).header("x-ms-range", "bytes=0-0").send();
        reply.expect(if s.deviates(21) { 206 } else { 416 });
    }

    fn a_whole_read_shows_the_stored_md5(s) {
        let reply = s.main.get(&s.blob(BODY)).send().expect(200);
        assert_eq!(reply.header("content-md5"), Some(md5(BODY).as_str()));
    }

    fn a_ranged_read_shows_the_md5_of_the_whole_blob(s) {
        let reply = s.main.get(&s.blob(BODY)).header("x-ms-range", "bytes=0-1").send().expect(206);
        assert_eq!(reply.header("x-ms-blob-content-md5"), Some(md5(BODY).as_str()));
        if !s.deviates(103) {
            assert_eq!(reply.header("content-md5"), None);
        }
    }

    fn a_blob_without_md5_is_read_without_one(s) {
        let path = format!("{}/b", s.container());
        s.block(&path, "AAAA", BODY).expect(201);
        s.commit(&path, &[("Latest", "AAAA")]).expect(201);
        let reply = s.main.get(&path).send().expect(200);
        assert_eq!(reply.header("content-md5").is_some(), s.deviates(22));
    }

    fn the_md5_of_a_range_is_computed_on_request(s) {
        let get = s.main.get(&s.blob(BODY)).header("x-ms-range", "bytes=2-5");
        let reply = get.header("x-ms-range-get-content-md5", "true").send().expect(206);
        assert_eq!(reply.header("content-md5"), Some(md5(b"2345").as_str()));
    }

    fn the_crc64_of_a_range_is_computed_on_request(s) {
        let get = s.main.get(&s.blob(BODY)).header("x-ms-range", "bytes=2-5");
        let reply = get.header("x-ms-range-get-content-crc64", "true").send();
        if s.deviates(8) {
            reply.expect(500);
        } else {
            assert_eq!(reply.expect(206).header("x-ms-content-crc64"), Some(crc64(b"2345").as_str()));
        }
    }

    fn the_checksum_of_a_long_range_is_refused(s) {
        let path = s.blob(&vec![1; (4 << 20) + 1]);
        let get = s.main.get(&path).header("x-ms-range", &format!("bytes=0-{}", 4 << 20));
        let reply = get.header("x-ms-range-get-content-md5", "true").send();
        reply.expect(if s.deviates(23) { 206 } else { 400 });
    }

    fn ranges_cross_blocks(s) {
        let path = format!("{}/b", s.container());
        for (id, body) in [("AAAA", "012"), ("BBBB", "345"), ("CCCC", "6789")] {
            s.block(&path, id, body.as_bytes()).expect(201);
        }
        s.commit(&path, &[("Latest", "AAAA"), ("Latest", "BBBB"), ("Latest", "CCCC")]).expect(201);
        for first in 0..10 {
            for last in first..10 {
                let get = s.main.get(&path).header("x-ms-range", &format!("bytes={first}-{last}"));
                assert_eq!(get.send().expect(206).body, &BODY[first..=last]);
            }
        }
    }

    fn a_head_is_a_get_without_its_body(s) {
        let path = s.blob(BODY);
        let (head, get) = (s.main.head(&path).send().expect(200), s.main.get(&path).send().expect(200));
        for name in ["content-length", "etag", "last-modified", "content-type", "content-md5", "x-ms-blob-type", "accept-ranges"] {
            assert_eq!(head.header(name), get.header(name), "{name}");
        }
        assert!(head.body.is_empty());
    }

    fn a_missing_blob_is_404_with_a_code_in_the_headers(s) {
        let reply = s.main.head(&format!("{}/none", s.container())).send().expect(404);
        assert_eq!(reply.header("x-ms-error-code"), Some("BlobNotFound"));
    }

    fn a_refusal_has_code_and_message(s) {
        let reply = s.main.get(&format!("{}/none", s.container())).send().expect(404);
        assert_eq!(reply.one("Code"), "BlobNotFound");
        assert!(reply.one("Message").contains("RequestId:"));
    }

    fn a_blob_shows_its_type_and_lease(s) {
        let reply = s.main.head(&s.blob(BODY)).send().expect(200);
        assert_eq!(reply.header("x-ms-blob-type"), Some("BlockBlob"));
        assert_eq!((reply.header("x-ms-lease-status"), reply.header("x-ms-lease-state")), (Some("unlocked"), Some("available")));
        assert!(reply.header("x-ms-creation-time").is_some());
        assert_eq!(reply.header("x-ms-server-encrypted"), Some("true"));
    }
}

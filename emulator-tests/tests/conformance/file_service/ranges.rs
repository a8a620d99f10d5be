//! Put Range and List Ranges.

use super::own_share::OwnShare;
use crate::client::{crc64, md5};

#[test]
fn ranges_are_written_in_any_order_and_place() {
    let own = OwnShare::new();
    own.create("f", 10).send().expect(201);
    own.put_range("f", 7, b"789", 0).send().expect(201);
    own.put_range("f", 1, b"1234", 0).send().expect(201);
    own.put_range("f", 3, b"xy", 0).send().expect(201);
    assert_eq!(own.bytes("f"), b"\x0012xy\0\x00789");
}

#[test]
fn an_answer_names_the_md5_or_the_crc64_that_was_sent() {
    let own = OwnShare::new();
    own.create("f", 10).send().expect(201);
    let reply = own.put_range("f", 0, b"abc", 0).send().expect(201);
    assert_eq!(reply.header("content-md5"), Some(md5(b"abc").as_str()));
    assert_eq!(reply.header("x-ms-request-server-encrypted"), Some("true"));
    let put = own
        .put_range("f", 0, b"abc", 0)
        .header("x-ms-content-crc64", &crc64(b"abc"));
    let reply = put.send().expect(201);
    assert_eq!(
        reply.header("x-ms-content-crc64"),
        Some(crc64(b"abc").as_str())
    );
    assert_eq!(reply.header("content-md5"), None);
}

#[test]
fn wrong_checksums_are_refused_and_write_nothing() {
    let own = OwnShare::new();
    own.put("f", b"old");
    let put = own
        .put_range("f", 0, b"new", 0)
        .header("Content-MD5", &md5(b"xxx"));
    put.send().refused(400, "Md5Mismatch");
    let put = own
        .put_range("f", 0, b"new", 0)
        .header("x-ms-content-crc64", &crc64(b"xxx"));
    put.send().refused(400, "Crc64Mismatch");
    assert_eq!(own.bytes("f"), b"old");
}

#[test]
fn ranges_have_both_ends_a_fitting_body_and_a_limit() {
    let own = OwnShare::new();
    own.create("f", 8 << 20).send().expect(201);
    let put = |range: &str, body: Vec<u8>| {
        own.put_range("f", 0, b"x", 0)
            .header("x-ms-range", range)
            .body(body)
            .send()
    };
    put("bytes=0-", vec![1]).refused(400, "InvalidHeaderValue");
    put("bytes=0-1", vec![1]).refused(400, "InvalidHeaderValue");
    put("bytes=0-18446744073709551615", vec![1]).refused(400, "InvalidHeaderValue");
    put("bytes=0-4194304", vec![1; (4 << 20) + 1]).refused(413, "RequestBodyTooLarge");
    put("bytes=0-4194303", vec![1; 4 << 20]).expect(201);
    put("bytes=8388608-8388608", vec![1]).refused(416, "InvalidRange");
    let missing = own.put_range("f", 0, b"x", 0);
    missing
        .without("x-ms-range")
        .send()
        .refused(400, "MissingRequiredHeader");
    let missing = own.put_range("f", 0, b"x", 0);
    missing
        .without("x-ms-write")
        .send()
        .refused(400, "MissingRequiredHeader");
    let both = own.put_range("f", 0, b"x", 0).header("Range", "bytes=5-9");
    both.send().expect(201);
    let clear = own
        .put_range("f", 0, b"", 10)
        .header("Content-MD5", &md5(b""));
    clear.send().refused(400, "InvalidHeaderValue");
    let clear = own.put_range("f", 0, b"", 10).body("x");
    clear.send().refused(400, "InvalidHeaderValue");
}

#[test]
fn a_write_leaves_the_stored_md5_and_gives_a_new_version() {
    let own = OwnShare::new();
    let create = own.create("f", 3).header("x-ms-content-md5", &md5(b"abc"));
    let created = create.send().expect(201);
    let written = own.put_range("f", 0, b"xyz", 0).send().expect(201);
    assert_ne!(written.header("etag"), created.header("etag"));
    let reply = own.file("HEAD", "f", "").send().expect(200);
    assert_eq!(reply.header("content-md5"), Some(md5(b"abc").as_str()));
    assert_eq!(reply.header("etag"), written.header("etag"));
}

#[test]
fn ranges_are_listed_in_blocks_of_512_up_to_the_end() {
    let own = OwnShare::new();
    own.create("f", 5000).send().expect(201);
    assert!(own.ranges("f").is_empty());
    own.put_range("f", 0, &[1; 512], 0).send().expect(201);
    own.put_range("f", 1024, &[1; 512], 0).send().expect(201);
    own.put_range("f", 4999, &[1], 0).send().expect(201);
    assert_eq!(own.ranges("f"), ["0-511", "1024-1535", "4608-4999"]);
    let list = own
        .file("GET", "f", "rangelist")
        .header("x-ms-range", "bytes=256-1100");
    let reply = list.send().expect(200);
    assert_eq!(
        super::own_share::ranges_of(&reply),
        ["256-511", "1024-1100"]
    );
    assert_eq!(reply.header("x-ms-content-length"), Some("5000"));
    own.put_range("f", 0, b"", 4999).send().expect(201);
    assert_eq!(own.ranges("f"), ["4608-4999"]);
}

#[test]
fn a_block_that_is_cleared_in_part_is_still_listed() {
    let own = OwnShare::new();
    own.put("f", b"0123456789");
    own.put_range("f", 1, b"", 8).send().expect(201);
    assert_eq!(own.ranges("f"), ["0-9"]);
    assert_eq!(own.bytes("f"), b"0\0\0\0\0\0\0\0\x009");
}

#[test]
fn a_resized_file_ends_in_zeros() {
    let own = OwnShare::new();
    own.put("f", b"abcdef");
    for (length, bytes) in [("2", b"ab".as_slice()), ("4", b"ab\0\0")] {
        let resize = own
            .file("PUT", "f", "properties")
            .header("x-ms-content-length", length);
        resize.send().expect(200);
        assert_eq!(own.bytes("f"), bytes);
    }
}

#[test]
fn a_sparse_file_of_4_tib_costs_nothing() {
    let own = OwnShare::new();
    own.create("f", 4 << 40).send().expect(201);
    own.put_range("f", 3 << 40, b"x", 0).send().expect(201);
    assert_eq!(
        own.ranges("f"),
        [format!("{}-{}", 3_u64 << 40, (3_u64 << 40) + 511)]
    );
    let get = own
        .file("GET", "f", "")
        .header("x-ms-range", &format!("bytes={0}-{0}", 3_u64 << 40));
    assert_eq!(get.send().expect(206).body, b"x");
}

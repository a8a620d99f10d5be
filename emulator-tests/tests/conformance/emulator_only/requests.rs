//! Single requests that Azurite's suite sends, and that few clients do.

use azring_emulator_tests::emulator::Options;

use super::own;
use crate::client::{Client, crc64, md5};

const BATCH: &str = "--b\r\nContent-Type: application/http\r\nContent-ID: 0\r\n\r\nDELETE /a/b/c HTTP/1.1\r\n\r\n\r\n--b--\r\n";

fn batch(client: &Client, content_type: &str) -> String {
    let post = client.request("POST", "").query("comp", "batch");
    let post = post.header("Content-Type", content_type);
    post.body(BATCH).send().expect(202).text()
}

#[test]
fn a_batch_with_a_wrong_boundary_is_refused_inside_its_answer() {
    let (_server, client) = own::start(&Options::default());
    for (content_type, code) in [
        ("multipart/mixed", "InvalidHeaderValue"),
        ("multipart/mixed; boundary=", "InvalidHeaderValue"),
        ("multipart/mixed; boundary=a", "InvalidInput"),
    ] {
        let text = batch(&client, content_type);
        let line = format!("x-ms-error-code: {code}\r\n");
        assert!(text.contains(&line), "{content_type}: {text}");
        assert!(!text.contains("Content-ID"), "{content_type}: {text}");
    }
    let text = batch(&client, "multipart/mixed; boundary= b");
    assert!(text.contains("Content-ID: 0\r\n"), "{text}");
}

#[test]
fn an_append_or_page_blob_is_created_with_any_md5() {
    let (_server, client) = own::with_box(&Options::default());
    for kind in ["AppendBlob", "PageBlob", "BlockBlob"] {
        let put = client.put("box/b").header("x-ms-blob-type", kind);
        let put = put.header("x-ms-blob-content-md5", "AQIDBA==");
        if kind == "BlockBlob" {
            put.body("x").send().refused(400, "InvalidMd5");
            continue;
        }
        put.header("x-ms-blob-content-length", "512")
            .send()
            .expect(201);
        let head = client.head("box/b").send();
        assert_eq!(head.header("content-md5"), Some("AQIDBA=="), "{kind}");
        client.delete("box/b").send().expect(202);
    }
}

#[test]
fn block_ids_of_one_blob_have_one_length_before_base64() {
    let (_server, client) = own::with_box(&Options::default());
    for (id, status) in [("MQ==", 201), ("Mg==", 201), ("MTIz", 400), ("MTI=", 400)] {
        let put = client.put("box/b").query("comp", "block");
        let reply = put.query("blockid", id).body("x").send();
        assert_eq!(reply.status, status, "{id}");
    }
}

#[test]
fn a_checksum_of_a_wrong_length_is_an_invalid_header() {
    let (_server, client) = own::with_box(&Options::default());
    let put = client.put("box/b").query("comp", "block");
    let put = put.query("blockid", "AAAA").body("x");
    let reply = put.header("x-ms-content-crc64", "AQIDBA==").send();
    assert_eq!(reply.one("HeaderName"), "x-ms-content-crc64");
    reply.refused(400, "InvalidHeaderValue");
}

#[test]
fn a_synchronous_copy_names_the_md5_only_if_one_was_sent() {
    let (_server, client) = own::with_blob(&Options::default(), "hello");
    let source = format!("http://{}/{}/box/b", client.address, client.account);
    let copy = || {
        let put = client.put("box/c").header("x-ms-copy-source", &source);
        put.header("x-ms-requires-sync", "true")
    };
    let plain = copy().send().expect(202);
    assert_eq!(plain.header("content-md5"), None);
    assert_eq!(
        plain.header("x-ms-content-crc64"),
        Some(crc64(b"hello").as_str())
    );
    let name = "x-ms-source-content-md5";
    let checked = copy().header(name, &md5(b"hello")).send().expect(202);
    assert_eq!(checked.header("content-md5"), Some(md5(b"hello").as_str()));
    let wrong = copy().header(name, &md5(b"other")).send();
    wrong.refused(400, "Md5Mismatch");
}

#[test]
fn parts_of_a_batch_may_leave_the_account_out_and_name_a_version() {
    let (_server, client) = own::with_blob(&Options::default(), "hello");
    let (head, ..) = client.delete("box/b").to_bytes();
    let head = String::from_utf8(head).unwrap();
    let (line, headers) = head.split_once("\r\n").unwrap();
    let line = line.replace("/devstoreaccount1/", "/");
    assert!(headers.contains("x-ms-version:"), "{headers}");
    let body = format!("--b\r\nContent-ID: 0\r\n\r\n{line}\r\n{headers}\r\n--b--\r\n");
    let post = client.request("POST", "box").query("comp", "batch");
    let post = post.query("restype", "container").body(body);
    let reply = post.header("Content-Type", "multipart/mixed; boundary=b");
    let text = reply.send().expect(202).text();
    assert!(text.contains("HTTP/1.1 202"), "{text}");
    client.get("box/b").send().expect(404);
}

#[test]
fn a_batch_without_a_content_type_is_refused_as_a_whole() {
    let (_server, client) = own::start(&Options::default());
    let post = client.request("POST", "").query("comp", "batch");
    let reply = post.body(BATCH).send();
    reply.refused(400, "MissingRequiredHeader");
}

#[test]
fn a_blob_is_read_whole_where_a_range_is_malformed() {
    let (_server, client) = own::with_blob(&Options::default(), "01234");
    for (name, range) in [
        ("Range", "bytes=0--1"),
        ("x-ms-range", "bytes=3-2"),
        ("Range", "lines=1-2"),
    ] {
        let reply = client.get("box/b").header(name, range).send();
        assert_eq!(reply.status, 200, "{range}");
        assert_eq!(reply.text(), "01234", "{range}");
        assert_eq!(reply.header("content-range"), None, "{range}");
    }
    let suffix = client.get("box/b").header("Range", "bytes=-2").send();
    suffix.refused(416, "InvalidRange");
}

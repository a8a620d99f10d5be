//! Put Range and Create File with bodies that carry the CRC-64 of their own bytes.
//! <https://learn.microsoft.com/rest/api/storageservices/structured-body-format>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::own_share::OwnShare;
use crate::client::{Request, crc64, md5};

const FORMAT: &str = "XSM/1.0; properties=crc64";
const VERSION: &str = "2026-06-06";

/// The CRC-64 of bytes as a message has it.
fn crc(bytes: &[u8]) -> Vec<u8> {
    STANDARD.decode(crc64(bytes)).unwrap()
}

/// A message with these segments.
fn message(segments: &[&[u8]]) -> Vec<u8> {
    let data = segments.concat();
    let length = 13 + segments.len() * 18 + data.len() + 8;
    let mut message = vec![1];
    message.extend((length as u64).to_le_bytes());
    message.extend([1, 0]);
    message.extend((segments.len() as u16).to_le_bytes());
    for (number, segment) in (1_u16..).zip(segments) {
        message.extend(number.to_le_bytes());
        message.extend((segment.len() as u64).to_le_bytes());
        message.extend(*segment);
        message.extend(crc(segment));
    }
    message.extend(crc(&data));
    message
}

fn structured(request: Request, data_bytes: usize, message: Vec<u8>) -> Request {
    request
        .header("x-ms-version", VERSION)
        .header("x-ms-structured-body", FORMAT)
        .header("x-ms-structured-content-length", &data_bytes.to_string())
        .body(message)
}

#[test]
fn the_data_of_a_structured_body_is_written() {
    let own = OwnShare::new();
    own.create("f", 10).send().expect(201);
    for segments in [
        vec![b"abc".as_slice()],
        vec![b"d", b"ef"],
        vec![b"".as_slice(), b"ghi", b""],
    ] {
        let data = segments.concat();
        let put = own.put_range("f", 2, &data, 0);
        let put = structured(put, data.len(), message(&segments));
        let reply = put.send().expect(201);
        assert_eq!(reply.header("x-ms-structured-body"), Some(FORMAT));
        assert_eq!(reply.header("content-md5"), None);
        assert_eq!(own.bytes("f")[2..5], data);
    }
    let large = vec![7; 4 << 20];
    own.create("large", 4 << 20).send().expect(201);
    let put = own.put_range("large", 0, &large, 0);
    let segments = [&large[..1 << 20], &large[1 << 20..]];
    let put = structured(put, large.len(), message(&segments));
    put.send().expect(201);
    assert_eq!(own.bytes("large"), large);
}

#[test]
fn a_file_is_made_with_the_data_of_a_structured_body() {
    let own = OwnShare::new();
    let create = structured(own.create("f", 5), 3, message(&[b"abc"]));
    let reply = create.send().expect(201);
    assert_eq!(reply.header("x-ms-structured-body"), Some(FORMAT));
    assert_eq!(own.bytes("f"), b"abc\0\0");
    let create = structured(own.create("f", 2), 3, message(&[b"abc"]));
    create.send().refused(400, "InvalidHeaderValue");
}

#[test]
fn a_structured_body_with_a_wrong_crc64_writes_nothing() {
    let own = OwnShare::new();
    own.put("f", b"old");
    let right = message(&[b"ne", b"w"]);
    for at in [23, 25, 33, right.len() - 1] {
        let mut wrong = right.clone();
        wrong[at] ^= 1;
        let refused = structured(own.put_range("f", 0, b"new", 0), 3, wrong).send();
        let code = if at == 33 {
            "InvalidInput"
        } else {
            "Crc64Mismatch"
        };
        refused.refused(400, code);
    }
    let create = structured(own.create("f", 3), 3, {
        let mut wrong = right.clone();
        wrong[23] ^= 1;
        wrong
    });
    create.send().refused(400, "Crc64Mismatch");
    assert_eq!(own.bytes("f"), b"old");
}

#[test]
fn a_message_in_another_form_is_refused() {
    let own = OwnShare::new();
    own.put("f", b"old");
    let put = |message: Vec<u8>| structured(own.put_range("f", 0, b"new", 0), 3, message).send();
    let right = message(&[b"new"]);
    // Version, length, flags, count and number of the segments, and length of the data.
    for at in [0, 1, 9, 11, 13, 15] {
        let mut wrong = right.clone();
        wrong[at] ^= 8;
        put(wrong).refused(400, "InvalidInput");
    }
    let mut longer = right.clone();
    longer.push(0);
    longer[1] += 1;
    put(longer).refused(400, "InvalidInput");
    put(b"ne".to_vec()).refused(400, "InvalidHeaderValue");
    let other = structured(own.put_range("f", 0, b"new", 0), 3, right.clone());
    let other = other.header("x-ms-structured-body", "XSM/2.0");
    other.send().refused(400, "InvalidHeaderValue");
    let put = own.put_range("f", 0, b"new", 0).body(right);
    let put = put.header("x-ms-version", VERSION);
    let put = put.header("x-ms-structured-body", FORMAT);
    put.send().refused(400, "MissingRequiredHeader");
    assert_eq!(own.bytes("f"), b"old");
}

#[test]
fn structured_bodies_begin_with_their_version_and_two_calls_take_them() {
    let own = OwnShare::new();
    own.put("f", b"old");
    let put = |version: &str| {
        let put = structured(own.put_range("f", 0, b"new", 0), 3, message(&[b"new"]));
        put.header("x-ms-version", version).send()
    };
    put("2024-11-04").refused(400, "UnsupportedHeader");
    let get = own.file("GET", "f", "").header("x-ms-version", VERSION);
    let get = get.header("x-ms-structured-body", FORMAT);
    get.send().refused(400, "UnsupportedHeader");
    put("2025-01-05").expect(201);
    assert_eq!(own.bytes("f"), b"new");
    let put = structured(own.put_range("f", 0, b"abc", 0), 3, message(&[b"abc"]));
    let both = put.header("Content-MD5", &md5(b"abc"));
    both.send().expect(201);
}

//! Entity Group Transaction: up to 100 entities of one partition are written, or none.
//! <https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions>
//!
//! The body is a multipart in a multipart, with a line of JSON for each entity. No line of JSON begins
//! with a hyphen, so the boundaries may be fixed, and a repeated request has the same bytes.

use azring_transport::http::{Expected, Request};
use bytes::Bytes;
use http::Method;
use percent_encoding::utf8_percent_encode;

use super::asks_json;
use crate::location::{RESERVED, TableLocation};
use crate::options::EntityOperation;
use crate::store::table::TableEntity;

const BATCH: &str = "batch_5f3c9a52-6a2e-4c0d-9d0a-7b1f60c3a7e1";
const CHANGESET: &str = "changeset_c1b0a7d4-2f65-4d0e-8a53-0f8e4b7d9c26";

/// The bytes of an operation beside its entity, its keys and the table's URL, which has at most 400.
const OPERATION_BYTES: usize = 800;

/// At most so many bytes does the entity take in a body. In a URL a byte of a key becomes three.
pub fn operation_bytes_max(entity: &TableEntity) -> usize {
    OPERATION_BYTES + entity.json().len() + 6 * (entity.partition.len() + entity.row.len())
}

/// Writes these entities, at most 100 of one partition. The answer is a success for each of them, or the
/// refusal of one, in which case nothing was written.
pub fn request(
    place: &TableLocation,
    operation: EntityOperation,
    entities: &[TableEntity],
) -> Request {
    let url = place.table_url();
    let bytes = entities.iter().map(operation_bytes_max).sum::<usize>();
    let mut body = Vec::with_capacity(bytes + 512);
    line(&mut body, &["--", BATCH]);
    line(
        &mut body,
        &["Content-Type: multipart/mixed; boundary=", CHANGESET],
    );
    line(&mut body, &[]);
    for entity in entities {
        line(&mut body, &["--", CHANGESET]);
        line(&mut body, &["Content-Type: application/http"]);
        line(&mut body, &["Content-Transfer-Encoding: binary"]);
        line(&mut body, &[]);
        let path = path_in(&url, operation, entity);
        line(
            &mut body,
            &[method(operation).as_str(), " ", &path, " HTTP/1.1"],
        );
        line(&mut body, &["Content-Type: application/json"]);
        line(&mut body, &["Accept: ", super::MINIMAL_METADATA]);
        line(&mut body, &["DataServiceVersion: 3.0"]);
        if operation == EntityOperation::InsertOrSkip {
            line(&mut body, &["Prefer: return-no-content"]);
        }
        line(&mut body, &[]);
        body.extend_from_slice(entity.json());
        line(&mut body, &[]);
    }
    line(&mut body, &["--", CHANGESET, "--"]);
    line(&mut body, &["--", BATCH, "--"]);
    let expected = Expected {
        operations: Some(entities.len()),
        ..Expected::status(202)
    };
    let request = Request::new(Method::POST, place.account(), place.account_path("$batch"));
    let mut request = asks_json(request)
        .header("content-type", format!("multipart/mixed; boundary={BATCH}"))
        .expect(expected);
    request.payload = Bytes::from(body).into();
    request
}

/// The method of an operation. Without a condition, PUT and MERGE also insert.
pub(super) fn method(operation: EntityOperation) -> Method {
    match operation {
        EntityOperation::InsertOrSkip => Method::POST,
        EntityOperation::InsertOrMerge => {
            Method::from_bytes(b"MERGE").expect("it has letters only")
        }
        EntityOperation::InsertOrReplace => Method::PUT,
    }
}

/// The path of an operation, from the path or the URL of its table.
pub(super) fn path_in(table: &str, operation: EntityOperation, entity: &TableEntity) -> String {
    match operation {
        EntityOperation::InsertOrSkip => table.to_owned(),
        EntityOperation::InsertOrMerge | EntityOperation::InsertOrReplace => format!(
            "{table}(PartitionKey='{}',RowKey='{}')",
            encoded(&entity.partition),
            encoded(&entity.row)
        ),
    }
}

/// A key in a URL: quotes are doubled, then everything is percent-encoded.
fn encoded(key: &str) -> String {
    utf8_percent_encode(&key.replace('\'', "''"), RESERVED).to_string()
}

fn line(out: &mut Vec<u8>, parts: &[&str]) {
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
    out.extend_from_slice(b"\r\n");
}

//! The requests, as text.

use azring_transport::http::Request;

use super::*;
use crate::location::{Access, Location, TableLocation, parse};
use crate::options::EntityOperation::{InsertOrMerge, InsertOrReplace, InsertOrSkip};
use crate::store::table::{KeyToken, PartitionRange, TableEntity};

fn place(url: &str) -> TableLocation {
    match parse(
        url,
        Access::default(),
        Some(crate::location::ServiceKind::Table),
    ) {
        Ok(Location::Table(place)) => place,
        other => panic!("{url}: {other:?}"),
    }
}

fn entity(json: &str) -> TableEntity {
    TableEntity::of_json(json.as_bytes()).unwrap()
}

fn body(request: &Request) -> String {
    let pieces = request.payload.pieces().concat();
    String::from_utf8(pieces).unwrap()
}

#[test]
fn a_query_repeats_its_filter_with_the_token_of_the_page_before() {
    let place = place("http://127.0.0.1:10002/a/abc");
    let range = PartitionRange {
        from: Some("it's".into()),
        until: None,
    };
    let after = KeyToken {
        partition: "1!8!YQ--".into(),
        row: None,
    };
    let request = query_entities::request(&place, &range, Some(&after), None);
    assert_eq!(request.path, "/a/abc()");
    let filter = ("$filter", "PartitionKey ge 'it''s'".to_owned());
    let token = ("NextPartitionKey", "1!8!YQ--".to_owned());
    assert_eq!(request.query, [filter.clone(), token.clone()]);
    let after = KeyToken {
        row: Some("1!8!Yg--".into()),
        ..after
    };
    let request = query_entities::request(&place, &range, Some(&after), None);
    let row = ("NextRowKey", "1!8!Yg--".to_owned());
    assert_eq!(request.query, [filter, token, row]);
    assert_eq!(
        request.header_value("accept"),
        Some("application/json;odata=minimalmetadata")
    );
}

#[test]
fn a_batch_is_a_multipart_in_a_multipart_with_absolute_urls() {
    let place = place("https://a.table.core.windows.net/abc");
    let entities = [
        entity(r#"{"PartitionKey":"p","RowKey":"it's 100%","n":1}"#),
        entity(r#"{"PartitionKey":"p","RowKey":""}"#),
    ];
    let request = entity_group::request(&place, InsertOrReplace, &entities);
    assert_eq!(request.path, "/$batch");
    let text = body(&request);
    for line in [
        "PUT https://a.table.core.windows.net/abc(PartitionKey='p',RowKey='it%27%27s%20100%25') HTTP/1.1\r\n",
        "PUT https://a.table.core.windows.net/abc(PartitionKey='p',RowKey='') HTTP/1.1\r\n",
        "\r\n\r\n{\"PartitionKey\":\"p\",\"RowKey\":\"it's 100%\",\"n\":1}\r\n--changeset_",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(text.starts_with("--batch_") && text.ends_with("--\r\n"));
    assert!(!text.replace("\r\n", "").contains('\n'));
    assert_eq!(request.expected.operations, Some(2));
    let merged = body(&entity_group::request(&place, InsertOrMerge, &entities));
    assert!(merged.contains("\r\nMERGE https://a.table.core.windows.net/abc(Part"));
    let inserted = body(&entity_group::request(&place, InsertOrSkip, &entities));
    assert!(inserted.contains("\r\nPOST https://a.table.core.windows.net/abc HTTP/1.1\r\n"));
    assert!(inserted.contains("\r\nPrefer: return-no-content\r\n"));
}

#[test]
fn a_batch_has_at_most_the_bytes_that_are_counted() {
    let place = place("https://a.table.core.windows.net/abc");
    for key in ["k".to_owned(), "\u{1f600}'%".repeat(80)] {
        let entities = [entity(&format!(
            r#"{{"PartitionKey":"{key}","RowKey":"{key}"}}"#
        ))];
        let counted = entity_group::operation_bytes_max(&entities[0]);
        for operation in [InsertOrSkip, InsertOrMerge, InsertOrReplace] {
            let request = entity_group::request(&place, operation, &entities);
            let bytes = request.payload.bytes();
            assert!(
                bytes < counted as u64,
                "{operation:?}: {bytes} of {counted}"
            );
        }
    }
}

#[test]
fn one_entity_alone_has_the_method_of_its_operation() {
    let place = place("http://127.0.0.1:10002/a/abc");
    let entity = entity(r#"{"PartitionKey":"p","RowKey":"r"}"#);
    for (operation, method, path) in [
        (InsertOrSkip, "POST", "/a/abc"),
        (
            InsertOrMerge,
            "MERGE",
            "/a/abc(PartitionKey='p',RowKey='r')",
        ),
        (
            InsertOrReplace,
            "PUT",
            "/a/abc(PartitionKey='p',RowKey='r')",
        ),
    ] {
        let request = write_entity::request(&place, operation, &entity);
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            (method, path)
        );
    }
}

#[test]
fn row_keys_are_asked_for_in_their_range_and_read_from_the_page() {
    let place = place("http://127.0.0.1:10002/a/abc");
    let request = query_row_keys::request(&place, "p'", "a", "z");
    let filter = "PartitionKey eq 'p''' and RowKey ge 'a' and RowKey le 'z'";
    assert_eq!(request.query[0], ("$filter", filter.to_owned()));
    let page =
        br#"{"odata.metadata":"m","value":[{"odata.etag":"e","RowKey":"a\u00e9"},{"RowKey":"b"}]}"#;
    let keys = query_row_keys::parse(page).unwrap();
    assert!(keys.contains("a\u{e9}") && keys.contains("b") && keys.len() == 2);
}

#[test]
fn a_table_is_made_by_its_name() {
    let place = place("http://127.0.0.1:10002/a/abc");
    let request = create_table::request(&place);
    assert_eq!(request.path, "/a/Tables");
    assert_eq!(body(&request), "{\"TableName\":\"abc\"}");
}

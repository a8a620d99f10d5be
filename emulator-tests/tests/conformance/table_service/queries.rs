//! Queries: filters, selection, order.

use super::own_table::{OwnTable, TABLE, keys};

#[test]
fn entities_come_in_the_order_of_utf16_units() {
    let own = OwnTable::new();
    let mut expected = Vec::new();
    for key in [
        "", "0", "A", "Z", "_", "a", "a-", "aa", "b", "z", "é", "😀", "\u{ffee}",
    ] {
        expected.push(format!("{key}/r"));
    }
    for key in expected.iter().rev() {
        own.put(key.trim_end_matches("/r"), "r", 1);
    }
    assert_eq!(keys(&own.query("").expect(200)), expected);
    let range = own
        .query("PartitionKey ge 'a' and PartitionKey lt 'b'")
        .expect(200);
    assert_eq!(keys(&range), ["a/r", "a-/r", "aa/r"]);
}

#[test]
fn filters_select_entities_by_all_their_properties() {
    let own = OwnTable::new();
    for number in 0..10 {
        own.put(&format!("p{}", number % 3), &format!("r{number}"), number);
    }
    let found = |filter: &str| keys(&own.query(filter).expect(200)).len();
    assert_eq!(found("n ge 5 and n lt 8"), 3);
    assert_eq!(found("PartitionKey eq 'p1' and n gt 4L"), 1);
    assert_eq!(found("PartitionKey eq 'p1' or n eq 0"), 4);
    assert_eq!(found("not (n lt 9)"), 1);
    assert_eq!(found("RowKey eq 'r3'"), 1);
    assert_eq!(found("missing eq 1"), 0);
    assert_eq!(found("Timestamp gt datetime'2020-01-01T00:00:00Z'"), 10);
    let refused = own.query("aaa bbb ccc").refused(400, "InvalidInput");
    assert!(
        refused
            .text()
            .contains("Syntax error at position 7 in 'aaa bbb ccc'.")
    );
}

#[test]
fn a_query_selects_properties_and_an_empty_selection_is_all() {
    let own = OwnTable::new();
    own.insert(r#"{"PartitionKey":"p","RowKey":"r","a":1,"b":2}"#)
        .expect(204);
    let select = |names: &str| {
        let request = own
            .request("GET", &format!("{TABLE}()"))
            .query("$select", names);
        request.send().expect(200).text()
    };
    let text = select("b,RowKey");
    assert!(
        text.contains("$metadata#People&$select=b,RowKey\",\"value\":[{\"odata.etag\""),
        "{text}"
    );
    assert!(text.ends_with(r#"'\"","RowKey":"r","b":2}]}"#), "{text}");
    let text = select("");
    assert!(
        text.contains("$metadata#People&$select=\",\"value\""),
        "{text}"
    );
    assert!(text.ends_with(r#","a":1,"b":2}]}"#), "{text}");
}

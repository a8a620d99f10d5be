//! Pages that end anywhere, and the tokens that lead on.

use azring_emulator_tests::emulator::{
    Behaviour, ListingBehaviour, Options, PatternTable, TableBehaviour,
};

use super::own_table::{OwnTable, TABLE, entity, keys};

/// All keys, read page by page; the sizes of the pages; and whether each token had a row key.
fn all(own: &OwnTable, filter: &str, top: &str) -> (Vec<String>, Vec<usize>, Vec<bool>) {
    let (mut found, mut sizes, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    let mut tokens: Vec<(&str, String)> = Vec::new();
    loop {
        let mut request = own.request("GET", &format!("{TABLE}()"));
        for (name, value) in [("$filter", filter), ("$top", top)] {
            if !value.is_empty() {
                request = request.query(name, value);
            }
        }
        for (name, token) in &tokens {
            request = request.query(name, token);
        }
        let page = request.send().expect(200);
        let on_page = keys(&page);
        sizes.push(on_page.len());
        found.extend(on_page);
        tokens.clear();
        for name in ["NextPartitionKey", "NextRowKey"] {
            if let Some(token) = page.header(&format!("x-ms-continuation-{name}")) {
                tokens.push((name, token.to_owned()));
            }
        }
        match tokens.len() {
            0 => return (found, sizes, rows),
            count => rows.push(count == 2),
        }
    }
}

/// Six entities in three partitions, and their keys.
fn six(own: &OwnTable) -> Vec<String> {
    let mut expected = Vec::new();
    for (partition, row) in [
        ("a", "1"),
        ("a", "2"),
        ("b", "1"),
        ("b", "2"),
        ("b", "3"),
        ("c", "1"),
    ] {
        own.put(partition, row, 1);
        expected.push(format!("{partition}/{row}"));
    }
    expected
}

#[test]
fn a_page_ends_where_top_says_and_its_token_names_the_next_key() {
    let own = OwnTable::new();
    let expected = six(&own);
    let (found, sizes, _) = all(&own, "", "4");
    assert_eq!((found, sizes), (expected, vec![4, 2]));
    let page = own
        .request("GET", &format!("{TABLE}()"))
        .query("$top", "4")
        .send();
    assert_eq!(
        page.header("x-ms-continuation-nextpartitionkey"),
        Some("1!4!Yg--")
    );
    assert_eq!(
        page.header("x-ms-continuation-nextrowkey"),
        Some("1!4!Mw--")
    );
}

#[test]
fn tokens_that_the_service_did_not_give_are_refused() {
    let own = OwnTable::new();
    for query in [
        [("NextPartitionKey", "1!4!Yg--"), ("NextRowKey", "")],
        [("NextPartitionKey", "b"), ("NextRowKey", "1!4!Mw--")],
        [("$top", "5"), ("NextRowKey", "1!4!Mw--")],
    ] {
        let request = own.request("GET", &format!("{TABLE}()")).queries(&query);
        request.send().refused(400, "InvalidInput");
    }
}

#[test]
fn empty_and_short_pages_lose_nothing() {
    let own = OwnTable::new();
    let expected = six(&own);
    own.server.set_behaviour(Behaviour {
        listing: ListingBehaviour {
            empty_every: 2,
            entries_max: 2,
            ..ListingBehaviour::default()
        },
        ..Behaviour::default()
    });
    let (found, sizes, _) = all(&own, "", "");
    assert_eq!(found, expected);
    assert!(sizes.contains(&0) && sizes.contains(&2), "{sizes:?}");
}

#[test]
fn the_fault_plan_ends_single_pages_anywhere() {
    let own = OwnTable::new();
    let expected = six(&own);
    own.server.set_faults(
        r#"{ "when": { "path": "*People()", "hits": [1] }, "then": { "page_entities": 1 } },
           { "when": { "path": "*People()", "times": 1 }, "then": { "page_entities": 0 } }"#,
    );
    let (found, sizes, _) = all(&own, "", "");
    assert_eq!((found, sizes), (expected, vec![1, 0, 5]));
    own.server.assert_faults_applied();
}

#[test]
fn a_computed_table_is_read_page_by_page_and_not_written() {
    let own = OwnTable::open(&Options {
        pattern_tables: vec![PatternTable::parse("People:3:700:300").unwrap()],
        ..Options::default()
    });
    let (found, sizes, _) = all(&own, "", "");
    assert_eq!(sizes, [1000, 1000, 100]);
    assert!(found.is_sorted() && found.len() == 2100);
    let (found, sizes, _) = all(&own, "PartitionKey ge 'p00000002'", "");
    assert_eq!(
        (found[0].as_str(), sizes),
        ("p00000002/r0000000000", vec![700])
    );
    own.request("GET", &entity("p00000001", "r0000000699"))
        .send()
        .expect(200);
    own.request("GET", &entity("p00000001", "r0000000700"))
        .send()
        .refused(404, "ResourceNotFound");
    own.insert(r#"{"PartitionKey":"a","RowKey":"b"}"#)
        .refused(403, "InsufficientAccountPermissions");
}

#[test]
fn pages_end_at_borders_with_a_token_of_the_partition_only() {
    let own = OwnTable::new();
    let expected = six(&own);
    own.server.set_behaviour(Behaviour {
        table: TableBehaviour {
            partition_borders: vec!["a5".to_owned(), "a7".to_owned(), "c".to_owned()],
            ..TableBehaviour::default()
        },
        ..Behaviour::default()
    });
    let (found, sizes, rows) = all(&own, "", "");
    assert_eq!((found, sizes), (expected, vec![2, 0, 3, 1]));
    assert_eq!(rows, [false, false, false]);
    let (found, sizes, _) = all(&own, "PartitionKey ge 'b' and PartitionKey lt 'c'", "");
    // The border at the end of the range is crossed before the range is known to end.
    assert_eq!((found.len(), sizes), (3, vec![3, 0]));
}

#[test]
fn pages_that_end_at_partitions_need_no_row_key() {
    let own = OwnTable::new();
    let expected = six(&own);
    own.server.set_behaviour(Behaviour {
        table: TableBehaviour {
            partition_tokens: true,
            ..TableBehaviour::default()
        },
        ..Behaviour::default()
    });
    let (found, sizes, rows) = all(&own, "", "4");
    assert_eq!(
        (found, sizes, rows),
        (expected.clone(), vec![2, 4], vec![false])
    );
    let (found, sizes, rows) = all(&own, "", "1");
    assert_eq!((found, sizes), (expected, vec![1; 6]));
    // A page that ends with its partition needs no row key.
    assert_eq!(rows, [true, false, true, true, false]);
}

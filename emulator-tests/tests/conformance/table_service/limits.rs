//! Keys, names and values that the service refuses.

use super::own_table::{OwnTable, entity};

#[test]
fn keys_with_forbidden_characters_are_out_of_range() {
    let own = OwnTable::new();
    let refused = own.insert(r#"{"PartitionKey":"a#b","RowKey":"r"}"#);
    let text = refused.refused(400, "OutOfRangeInput").text();
    assert!(
        text.contains("The 'PartitionKey' parameter of value 'a#b' is out of range."),
        "{text}"
    );
    own.write("PUT", &entity("a%2Fb", "r"), "{}")
        .send()
        .refused(400, "InvalidInput");
    own.write("PUT", &entity("p", "a%23b"), "{}")
        .send()
        .refused(400, "OutOfRangeInput");
    for key in ["it's", "100%", "a b", "a+b", "a&b", "a=b", "ü😀", "<x>"] {
        let document = format!(r#"{{"PartitionKey":"{key}","RowKey":"{key}"}}"#);
        own.insert(&document).expect(204);
    }
}

#[test]
fn values_that_are_no_values_are_refused() {
    let own = OwnTable::new();
    for (member, code) in [
        (r#""a":1,"a":2"#, "DuplicatePropertiesSpecified"),
        (r#""a-b":1"#, "PropertyNameInvalid"),
        (r#""a@odata.type":"Edm.Int64","a":5"#, "InvalidInput"),
        (r#""a@odata.type":"Edm.Guid","a":"x""#, "InvalidInput"),
        (
            r#""a@odata.type":"Edm.DateTime","a":"1500-01-01T00:00:00Z""#,
            "OutOfRangeInput",
        ),
        (r#""a":{}"#, "InvalidInput"),
        (r#""a":[1]"#, "InvalidInput"),
    ] {
        let document = format!(r#"{{"PartitionKey":"p","RowKey":"r",{member}}}"#);
        own.insert(&document).refused(400, code);
    }
    let long = "x".repeat((32 << 10) + 1);
    own.insert(&format!(
        r#"{{"PartitionKey":"p","RowKey":"r","a":"{long}"}}"#
    ))
    .refused(400, "PropertyValueTooLarge");
}

#[test]
fn a_merge_cannot_make_an_entity_too_large() {
    let own = OwnTable::new();
    let many = |letter: &str, count: usize| {
        let members: Vec<String> = (0..count).map(|n| format!(r#""{letter}{n}":1"#)).collect();
        format!("{{{}}}", members.join(","))
    };
    let path = entity("p", "r");
    own.write("PUT", &path, &many("a", 200)).send().expect(204);
    own.write("MERGE", &path, &many("a", 252))
        .send()
        .expect(204);
    own.write("MERGE", &path, &many("b", 1))
        .send()
        .refused(400, "TooManyProperties");
}

//! Entities: insertion, reads, updates, merges, deletion, conditions, metadata.

use super::own_table::{OwnTable, TABLE, entity};

const FULL: &str = r#"{"PartitionKey":"p","RowKey":"r","age":"39","age@odata.type":"Edm.Int64","sex":"m\u00e4nnlich/'\"","married":true,"none":null,"ratio":3.0,"Birthday@odata.type":"Edm.DateTime","Birthday":"1973-10-04T00:00:00.100000Z","inf@odata.type":"Edm.Double","inf":"-Infinity","bin":"AQI=","bin@odata.type":"Edm.Binary","id@odata.type":"Edm.Guid","id":"C9DA6455-213D-42C9-9A79-3E9149A57833","n":20}"#;

/// An answer's document without the metadata of its beginning, and with the timestamp taken out.
fn members(text: &str) -> String {
    let (_, rest) = text.split_once("\"PartitionKey\"").unwrap();
    let (before, behind) = rest.split_once("\"Timestamp\":\"").unwrap();
    let (_, behind) = behind.split_once("\",").unwrap_or(("", behind));
    format!("\"PartitionKey\"{before}{behind}")
}

#[test]
fn minimal_metadata_has_the_texts_and_the_order_of_the_service() {
    let own = OwnTable::new();
    let inserted = own.insert(FULL).expect(204);
    let answer = own.request("GET", &entity("p", "r")).send().expect(200);
    assert_eq!(
        members(&answer.text()),
        r#""PartitionKey":"p","RowKey":"r","age@odata.type":"Edm.Int64","age":"39","sex":"m\u00e4nnlich/'\"","married":true,"ratio":3.0,"Birthday@odata.type":"Edm.DateTime","Birthday":"1973-10-04T00:00:00.1Z","inf@odata.type":"Edm.Double","inf":"-Infinity","bin@odata.type":"Edm.Binary","bin":"AQI=","id@odata.type":"Edm.Guid","id":"c9da6455-213d-42c9-9a79-3e9149a57833","n":20}"#
    );
    let etag = inserted.header("etag").unwrap();
    assert_eq!(answer.header("etag"), Some(etag));
    let begin = format!(
        r#"{{"odata.metadata":"{}/devstoreaccount1/$metadata#People/@Element","odata.etag":"{}","#,
        own.server.table_url(),
        etag.replace('"', "\\\"")
    );
    assert!(answer.text().starts_with(&begin), "{}", answer.text());
    assert_eq!(
        answer.header("content-type"),
        Some("application/json;odata=minimalmetadata;streaming=true;charset=utf-8")
    );
}

#[test]
fn no_metadata_has_no_types_and_full_metadata_has_links() {
    let own = OwnTable::new();
    own.insert(r#"{"PartitionKey":"it's","RowKey":"\"a","l@odata.type":"Edm.Int64","l":"1"}"#)
        .expect(204);
    let path = entity("it''s", "%22a");
    let read = |level: &str| {
        let accept = format!("application/json;odata={level}");
        own.request("GET", &path)
            .header("Accept", &accept)
            .send()
            .expect(200)
            .text()
    };
    assert_eq!(
        members(&read("nometadata")),
        r#""PartitionKey":"it's","RowKey":"\"a","l":"1"}"#
    );
    let full = read("fullmetadata");
    let link = "People(PartitionKey='it''s',RowKey='%22a')";
    assert!(
        full.contains(r#""odata.type":"devstoreaccount1.People","odata.id":"http://"#),
        "{full}"
    );
    assert!(
        full.contains(&format!("/devstoreaccount1/{link}\",\"odata.etag\"")),
        "{full}"
    );
    assert!(
        full.contains(&format!("\"odata.editLink\":\"{link}\",\"PartitionKey\"")),
        "{full}"
    );
    assert!(
        full.contains("\"Timestamp@odata.type\":\"Edm.DateTime\",\"Timestamp\""),
        "{full}"
    );
    own.request("GET", &path)
        .without("Accept")
        .send()
        .refused(415, "AtomFormatNotSupported");
    let by_format = own.request("GET", &path).without("Accept");
    by_format
        .query("$format", "application/json;odata=nometadata")
        .send()
        .expect(200);
}

#[test]
fn an_update_sorts_properties_and_a_merge_keeps_the_others() {
    let own = OwnTable::new();
    own.insert(r#"{"PartitionKey":"p","RowKey":"r","b":1,"a":2,"B":3}"#)
        .expect(204);
    let path = entity("p", "r");
    let read = || members(&own.request("GET", &path).send().expect(200).text());
    assert_eq!(
        read(),
        r#""PartitionKey":"p","RowKey":"r","b":1,"a":2,"B":3}"#
    );
    own.write("MERGE", &path, r#"{"c":4,"a":"x"}"#)
        .send()
        .expect(204);
    assert_eq!(
        read(),
        r#""PartitionKey":"p","RowKey":"r","B":3,"a":"x","b":1,"c":4}"#
    );
    own.write("PUT", &path, r#"{"z":1,"y":2}"#)
        .send()
        .expect(204);
    assert_eq!(read(), r#""PartitionKey":"p","RowKey":"r","y":2,"z":1}"#);
    let tunnelled = own.write("POST", &path, r#"{"x":1}"#);
    tunnelled
        .header("X-HTTP-Method", "MERGE")
        .send()
        .expect(204);
    assert_eq!(
        read(),
        r#""PartitionKey":"p","RowKey":"r","x":1,"y":2,"z":1}"#
    );
    own.write("PATCH", &entity("p", "new"), "{}")
        .send()
        .expect(204);
    own.request("GET", &entity("p", "new")).send().expect(200);
}

#[test]
fn conditions_decide_about_updates_and_deletions() {
    let own = OwnTable::new();
    let path = entity("p", "r");
    let update = |etag: &str| {
        own.write("PUT", &path, r#"{"a":1}"#)
            .header("If-Match", etag)
            .send()
    };
    update("*").refused(404, "ResourceNotFound");
    let old = own.put("p", "r", 1).header("etag").unwrap().to_owned();
    let new = update(&old).expect(204).header("etag").unwrap().to_owned();
    assert_ne!(old, new);
    update(&old).refused(412, "UpdateConditionNotSatisfied");
    update("\"x\"").refused(400, "InvalidInput");
    update("w/\"x\"").refused(412, "UpdateConditionNotSatisfied");
    let delete = || own.request("DELETE", &path);
    delete().send().refused(400, "MissingRequiredHeader");
    delete()
        .header("If-Match", &old)
        .send()
        .refused(412, "UpdateConditionNotSatisfied");
    delete().header("If-Match", &new).send().expect(204);
    delete()
        .header("If-Match", "*")
        .send()
        .refused(404, "ResourceNotFound");
}

#[test]
fn what_exists_is_not_inserted_again() {
    let own = OwnTable::new();
    own.put("p", "r", 1);
    own.insert(r#"{"PartitionKey":"p","RowKey":"r"}"#)
        .refused(409, "EntityAlreadyExists");
    own.insert(r#"{"PartitionKey":"p"}"#)
        .refused(400, "PropertiesNeedValue");
    let other = own.write("POST", "Missing", r#"{"PartitionKey":"p","RowKey":"r"}"#);
    other.send().refused(404, "TableNotFound");
    own.insert(r#"{"PartitionKey":"","RowKey":""}"#).expect(204);
    own.request("GET", &entity("", "")).send().expect(200);
}

#[test]
fn an_insertion_answers_with_the_entity_unless_told_not_to() {
    let own = OwnTable::new();
    let insert = own.write(
        "POST",
        TABLE,
        r#"{"PartitionKey":"p","RowKey":"r","a":1.50}"#,
    );
    let answer = insert.without("Prefer").send().expect(201);
    assert_eq!(
        members(&answer.text()),
        r#""PartitionKey":"p","RowKey":"r","a":1.5}"#
    );
    assert!(
        answer
            .header("location")
            .unwrap()
            .ends_with("/People(PartitionKey='p',RowKey='r')")
    );
    assert!(
        answer
            .header("etag")
            .unwrap()
            .starts_with("W/\"datetime'20")
    );
}

#[test]
fn selected_properties_that_are_missing_are_null() {
    let own = OwnTable::new();
    own.insert(FULL).expect(204);
    let read = own
        .request("GET", &entity("p", "r"))
        .query("$select", "n,age,xyz");
    let text = read.send().expect(200).text();
    assert!(
        text.contains("/@Element&$select=n,age,xyz\",\"odata.etag\""),
        "{text}"
    );
    assert!(
        text.ends_with(r#"'\"","age@odata.type":"Edm.Int64","age":"39","n":20,"xyz":null}"#),
        "{text}"
    );
}

#[test]
fn a_wrong_tunnel_of_a_method_is_refused() {
    let own = OwnTable::new();
    let path = entity("p", "r");
    let put = own
        .write("PUT", &path, "{}")
        .header("X-HTTP-Method", "MERGE");
    put.send().refused(400, "XMethodNotUsingPost");
    let post = own
        .write("POST", &path, "{}")
        .header("X-HTTP-Method", "GET");
    post.send().refused(400, "XMethodIncorrectValue");
    own.write("POST", &path, "{}")
        .send()
        .refused(405, "MethodNotAllowed");
}

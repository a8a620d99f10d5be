//! Tables: creation, names, lists, deletion, access policies, service properties.

use azring_emulator_tests::emulator::Behaviour;

use super::own_table::{OwnTable, TABLE, values};

#[test]
fn a_table_is_created_once_whatever_the_letters() {
    let own = OwnTable::new();
    own.create(TABLE).refused(409, "TableAlreadyExists");
    own.create("pEOPLE").refused(409, "TableAlreadyExists");
    let answer = own.request("GET", "Tables('people')").send().expect(200);
    let endpoint = own.server.table_url();
    assert_eq!(
        answer.text(),
        format!(
            r#"{{"odata.metadata":"{endpoint}/devstoreaccount1/$metadata#Tables/@Element","TableName":"People"}}"#
        )
    );
}

#[test]
fn a_creation_answers_with_the_table_unless_told_not_to() {
    let own = OwnTable::new();
    let create = own.write("POST", "Tables", r#"{"TableName":"other"}"#);
    let answer = create.without("Prefer").send().expect(201);
    assert!(
        answer
            .text()
            .ends_with(r#"/$metadata#Tables/@Element","TableName":"other"}"#)
    );
    assert!(
        answer
            .header("location")
            .unwrap()
            .ends_with("/devstoreaccount1/Tables('other')")
    );
    assert_eq!(answer.header("preference-applied"), None);
    let answer = own.create("third").expect(204);
    assert_eq!(
        answer.header("preference-applied"),
        Some("return-no-content")
    );
    assert_eq!(answer.header("dataserviceid"), answer.header("location"));
}

#[test]
fn names_that_are_no_table_names_are_refused() {
    let own = OwnTable::new();
    let refused = own.create("my_table").refused(400, "InvalidResourceName");
    assert!(
        refused
            .text()
            .contains("The specifed resource name contains invalid characters.\\nRequestId:")
    );
    assert_eq!(refused.header("x-ms-error-code"), None);
    assert_eq!(
        refused.header("preference-applied"),
        Some("return-no-content")
    );
    own.create("ab").refused(400, "OutOfRangeInput");
}

#[test]
fn tables_are_listed_by_name_in_pages() {
    let own = OwnTable::new();
    for name in ["zebra", "Apple", "middle"] {
        own.create(name).expect(204);
    }
    let mut found = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let mut request = own.request("GET", "Tables").query("$top", "3");
        if let Some(token) = &token {
            request = request.query("NextTableName", token);
        }
        let page = request.send().expect(200);
        found.extend(
            values(&page)
                .iter()
                .map(|table| table["TableName"].to_string()),
        );
        token = page
            .header("x-ms-continuation-nexttablename")
            .map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(
        found,
        ["\"Apple\"", "\"middle\"", "\"People\"", "\"zebra\""]
    );
    let filter = own
        .request("GET", "Tables")
        .query("$filter", "TableName ge 'm'");
    assert_eq!(values(&filter.send().expect(200)).len(), 2);
    for top in ["0", "1001", "x"] {
        own.request("GET", "Tables")
            .query("$top", top)
            .send()
            .refused(400, "InvalidInput");
    }
}

#[test]
fn a_deleted_table_is_gone_and_its_name_is_free_later() {
    let own = OwnTable::new();
    own.server.set_behaviour(Behaviour {
        container_delete_ms: 60_000,
        ..Behaviour::default()
    });
    own.request("DELETE", "Tables('People')").send().expect(204);
    own.request("DELETE", "Tables('People')")
        .send()
        .refused(404, "ResourceNotFound");
    own.query("").refused(404, "TableNotFound");
    own.create(TABLE).refused(409, "TableBeingDeleted");
    own.server.set_behaviour(Behaviour {
        clock_ahead_ms: 61_000,
        ..Behaviour::default()
    });
    own.create(TABLE).expect(204);
}

#[test]
fn access_policies_come_back_with_seven_digits() {
    let own = OwnTable::new();
    let acl = |method| own.request(method, TABLE).query("comp", "acl");
    assert_eq!(acl("GET").send().expect(200).one("SignedIdentifiers"), "");
    let document = "<?xml version=\"1.0\" encoding=\"utf-8\"?><SignedIdentifiers><SignedIdentifier><Id>a</Id><AccessPolicy><Start>2011-10-11</Start><Permission>r</Permission></AccessPolicy></SignedIdentifier></SignedIdentifiers>";
    acl("PUT").body(document).send().expect(204);
    assert_eq!(
        acl("GET").send().expect(200).one("AccessPolicy"),
        "<Start>2011-10-11T00:00:00.0000000Z</Start><Permission>r</Permission>"
    );
}

#[test]
fn service_properties_are_kept_and_cors_answers_preflights() {
    let own = OwnTable::new();
    let properties = |method| {
        let request = own.request(method, "").query("restype", "service");
        request.query("comp", "properties")
    };
    let document = "<?xml version=\"1.0\" encoding=\"utf-8\"?><StorageServiceProperties><Cors><CorsRule><AllowedOrigins>http://a</AllowedOrigins><AllowedMethods>GET</AllowedMethods><AllowedHeaders>*</AllowedHeaders><ExposedHeaders>*</ExposedHeaders><MaxAgeInSeconds>5</MaxAgeInSeconds></CorsRule></Cors></StorageServiceProperties>";
    properties("PUT").body(document).send().expect(202);
    let answer = properties("GET").send().expect(200);
    assert_eq!(answer.one("AllowedOrigins"), "http://a");
    assert!(
        answer
            .text()
            .contains("<Logging><Version>1.0</Version><Read>false</Read>")
    );
    let preflight = own.request("OPTIONS", TABLE).header("Origin", "http://a");
    let answer = preflight
        .header("Access-Control-Request-Method", "GET")
        .send()
        .expect(200);
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("http://a")
    );
}

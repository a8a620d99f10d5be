//! Shared keys and signatures of tables.

use super::own_table::{OwnTable, TABLE, entity, keys};
use crate::client::{Auth, Request, iso_date};

/// A table SAS with these permissions and bounds: `spk`, `srk`, `epk`, `erk`.
fn signed(own: &OwnTable, request: Request, permissions: &str, bounds: [&str; 4]) -> Request {
    let expiry = iso_date(3600);
    let resource = format!("/table/devstoreaccount1/{}", TABLE.to_lowercase());
    let [first_partition, first_row, last_partition, last_row] = bounds;
    let fields = [
        permissions,
        "",
        &expiry,
        &resource,
        "",
        "",
        "",
        "2019-02-02",
        first_partition,
        first_row,
        last_partition,
        last_row,
    ];
    let mut request = request.auth(Auth::Nothing).queries(&[
        ("sv", "2019-02-02"),
        ("tn", TABLE),
        ("sp", permissions),
        ("se", &expiry),
        ("sig", &own.client.sign(&fields.join("\n"))),
    ]);
    for (name, value) in ["spk", "srk", "epk", "erk"].into_iter().zip(bounds) {
        if !value.is_empty() {
            request = request.query(name, value);
        }
    }
    request
}

#[test]
fn both_signatures_of_tables_are_accepted_and_that_of_blobs_is_not() {
    let own = OwnTable::new();
    own.query("").expect(200);
    let query = || own.request("GET", &format!("{TABLE}()"));
    query().auth(Auth::TableKeyLite).send().expect(200);
    let refused = query().auth(Auth::Key).send();
    assert_eq!(refused.header("content-type"), Some("application/xml"));
    assert!(refused.text().contains(
        "<m:error xmlns:m=\"http://schemas.microsoft.com/ado/2007/08/dataservices/metadata\"><m:code>AuthenticationFailed</m:code><m:message xml:lang=\"en-US\">"
    ));
    refused.refused(403, "AuthenticationFailed");
    query()
        .auth(Auth::Nothing)
        .send()
        .refused(401, "NoAuthenticationInformation");
}

#[test]
fn the_account_is_in_the_host_or_in_the_path() {
    let own = OwnTable::new();
    let query = own.request("GET", &format!("{TABLE}()"));
    let answer = query
        .host_style("devstoreaccount1.table.localhost")
        .send()
        .expect(200);
    let text = answer.text();
    assert!(
        text.starts_with(
            r#"{"odata.metadata":"http://devstoreaccount1.table.localhost/$metadata#People","#
        ),
        "{text}"
    );
}

#[test]
fn a_table_sas_allows_its_permissions_only() {
    let own = OwnTable::new();
    let open = ["", "", "", ""];
    let insert = |row: &str| {
        own.write(
            "POST",
            TABLE,
            &format!(r#"{{"PartitionKey":"p","RowKey":"{row}"}}"#),
        )
    };
    signed(&own, insert("1"), "a", open).send().expect(204);
    signed(&own, insert("2"), "r", open)
        .send()
        .refused(403, "AuthorizationFailure");
    let upsert = || own.write("PUT", &entity("p", "1"), "{}");
    for short in ["a", "u"] {
        signed(&own, upsert(), short, open)
            .send()
            .refused(403, "AuthorizationFailure");
    }
    signed(&own, upsert(), "au", open).send().expect(204);
    let create = own.write("POST", "Tables", r#"{"TableName":"other"}"#);
    signed(&own, create, "raud", open)
        .send()
        .refused(403, "AuthorizationFailure");
    let other = own.request("GET", "other()");
    signed(&own, other, "raud", open)
        .send()
        .refused(403, "AuthenticationFailed");
}

#[test]
fn a_table_sas_with_bounds_shows_and_takes_their_keys_only() {
    let own = OwnTable::new();
    for partition in ["a", "b", "c", "d"] {
        own.put(partition, "1", 1);
        own.put(partition, "2", 1);
    }
    let read = |bounds| {
        let query = own.request("GET", &format!("{TABLE}()"));
        keys(&signed(&own, query, "r", bounds).send().expect(200))
    };
    assert_eq!(read(["b", "2", "c", "1"]), ["b/2", "c/1"]);
    assert_eq!(read(["b", "", "c", ""]), ["b/1", "b/2", "c/1", "c/2"]);
    assert_eq!(read(["d", "", "", ""]), ["d/1", "d/2"]);
    let insert = |partition: &str| {
        let document = format!(r#"{{"PartitionKey":"{partition}","RowKey":"new"}}"#);
        let request = own.write("POST", TABLE, &document);
        signed(&own, request, "a", ["b", "", "c", ""]).send()
    };
    insert("a").refused(403, "AuthorizationFailure");
    insert("d").refused(403, "AuthorizationFailure");
    insert("c").expect(204);
}

#[test]
fn a_request_may_name_no_version_but_not_one_without_json() {
    let own = OwnTable::new();
    let query = || {
        own.request("GET", &format!("{TABLE}()"))
            .without("x-ms-version")
    };
    query().send().expect(200);
    let old = query().header("x-ms-version", "2012-02-12").send();
    old.refused(415, "JsonFormatNotSupported");
}

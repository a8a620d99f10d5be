//! A folder store keeps tables and entities.

use azring_emulator_tests::emulator::{Options, StoreChoice};

use super::own_table::{OwnTable, TABLE, entity};

#[test]
fn tables_and_entities_are_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        store: StoreChoice::Folder(folder.path().to_owned()),
        ..Options::default()
    };
    let own = OwnTable::open(&options);
    own.create(TABLE).expect(204);
    own.create("gone").expect(204);
    own.put("p", "1", 1);
    own.put("p", "2", 2);
    own.batch(&[
        (
            "POST",
            TABLE,
            r#"{"PartitionKey":"p","RowKey":"3","s":"\ud800ü","d":1e300}"#,
        ),
        ("DELETE", &entity("p", "1"), ""),
    ])
    .expect(202);
    own.request("DELETE", "Tables('gone')").send().expect(204);
    let before = own.query("").expect(200);
    drop(own);
    for _ in 0..2 {
        let own = OwnTable::open(&options);
        let text = |text: &str| text.split_once("\"value\"").unwrap().1.to_owned();
        let after = own.query("").expect(200);
        assert_eq!(text(&after.text()), text(&before.text()));
        // Half of a surrogate pair is no text for other readers of JSON.
        assert_eq!(after.text().matches("\"RowKey\"").count(), 2);
        assert!(
            after
                .text()
                .ends_with(r#""s":"\ud800\u00fc","d":1E+300}]}"#),
            "{}",
            after.text()
        );
        own.request("GET", "Tables('gone')")
            .send()
            .refused(404, "ResourceNotFound");
        own.create(TABLE).refused(409, "TableAlreadyExists");
    }
}

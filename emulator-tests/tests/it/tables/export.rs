//! "Export data from Table storage": the examples of the article, and the exact bytes of the files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::{Options, Server};
use azring_emulator_tests::rest::{Table, TableService};
use crc_fast::{CrcAlgorithm, checksum};

/// The services of one account of azring-emulator.
pub(super) struct Services {
    pub(super) server: Server,
    pub(super) tables: TableService,
}

pub(super) fn emulator() -> Services {
    let server = Server::start(&Options::default()).expect("an emulator starts");
    let account = Account::development();
    Services {
        tables: TableService::path_style(&server.table_url(), &account),
        server,
    }
}

/// Entities of four partitions, one of them with every type.
pub(super) fn filled(tables: &TableService) -> Table {
    let table = tables.fresh_table("export");
    for (partition, row, more) in [
        ("a", "1", TYPES),
        ("aa", "it's 100%", "\"other\":1"),
        ("ab", "", "\"text\":\"x,y\""),
        ("bb", "1", "\"whole\":-7"),
    ] {
        table.insert(&format!(
            "{{\"PartitionKey\":\"{partition}\",\"RowKey\":\"{row}\",{more}}}"
        ));
    }
    table
}

/// Every type, as the service writes it.
const TYPES: &str = r#""text":"a\"b\u00e9\ud83d\ude00","empty":"","flag":true,"small":-5,"large@odata.type":"Edm.Int64","large":"9223372036854775807","half":0.5,"whole":3.0,"nan@odata.type":"Edm.Double","nan":"NaN","time@odata.type":"Edm.DateTime","time":"2014-01-03T11:20:20.1234567Z","id@odata.type":"Edm.Guid","id":"c9da6455-213d-42c9-9a79-3e9149a57833","bytes@odata.type":"Edm.Binary","bytes":"AAEC""#;

/// `AzCopy /Source:https://myaccount.table.core.windows.net/myTable/ /Dest:C:\myfolder\ /SourceKey:key`
pub(super) fn export(table: &Table, folder: &Path) -> Azring {
    Azring::copy(
        format!("{}/", table.url()),
        format!("{}/", folder.display()),
    )
    .source_key(table.service().account())
    .arg("/SourceType:Table")
}

/// The files of an export: names and contents.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

pub(super) fn files(folder: &Path) -> Files {
    let entries = fs::read_dir(folder).expect("the folder exists");
    let read = entries.map(|entry| {
        let entry = entry.expect("the folder can be read");
        let name = entry.file_name().into_string().expect("names are text");
        (name, fs::read(entry.path()).expect("the file can be read"))
    });
    read.collect()
}

/// Whether the name of a file ends so.
pub(super) fn has_extension(name: impl AsRef<Path>, extension: &str) -> bool {
    let found = name.as_ref().extension();
    found.is_some_and(|found| found == extension)
}

/// The entities of all data files, each as often as it is there.
pub(super) fn entities(files: &Files) -> Vec<String> {
    let data = files.iter().filter(|(name, _)| has_extension(name, "json"));
    let mut entities: Vec<String> = data
        .flat_map(|(_, content)| {
            let text = String::from_utf8_lossy(content).into_owned();
            let text = text.split_once('[').expect("an array begins").1.to_owned();
            let text = text.strip_suffix("]}").expect("an array ends").to_owned();
            text.split(",\n").map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    entities.sort();
    entities
}

/// The common beginning of all names, by which one export is known.
pub(super) fn begin(files: &Files, table: &Table) -> String {
    let account = table.service().account().name();
    let first = files.keys().next().expect("there are files");
    let begin = format!("{account}_{}_", table.name());
    let time = first.strip_prefix(&begin).expect("names begin alike");
    // `20140903T051850.8128447Z`
    let time = &time[..24];
    assert!(
        time.ends_with('Z') && time.as_bytes()[15] == b'.',
        "{first}"
    );
    format!("{begin}{time}")
}

/// The data files in the order of their names, each checked against the checksum in its name; with
/// what is between the export's beginning and the checksum.
pub(super) fn data(files: &Files, begin: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, content) in files {
        let Some(rest) = name.strip_prefix(begin) else {
            continue;
        };
        let Some((base, extension @ ("json" | "csv"))) = rest.split_once('.') else {
            continue;
        };
        let (place, crc) = base.rsplit_once('_').expect("a name has a checksum");
        let computed = checksum(CrcAlgorithm::Crc64Nvme, content);
        assert_eq!(crc, format!("{computed:016X}"), "{name}");
        let text = String::from_utf8(content.clone()).expect("it is UTF-8");
        found.push((format!("{place}.{extension}"), text));
    }
    found
}

/// Compares the manifest with the bytes that AzCopy writes for these data files.
#[track_caller]
pub(super) fn assert_manifest(files: &Files, name: &str, begin: &str, format: &str, split: u64) {
    let crcs = files.keys().filter_map(|name| {
        let rest = name.strip_prefix(begin)?;
        let base = rest.strip_suffix(&format!(".{}", format.to_lowercase()))?;
        let crc = base.rsplit_once('_')?.1;
        u64::from_str_radix(crc, 16).ok()
    });
    let crcs: Vec<u64> = crcs.collect();
    let checksum = crcs.iter().fold(0, |all, crc| all ^ crc);
    let [account, table, time] = *begin.split('_').collect::<Vec<_>>() else {
        panic!("{begin}");
    };
    let time = format!(
        "{}-{}-{}:{}:{}",
        &time[..4],
        &time[4..6],
        &time[6..11],
        &time[11..13],
        &time[13..]
    );
    let wanted = format!(
        "{{\"Version\":2,\"PayloadFormat\":\"{format}\",\"Checksum\":{checksum},\"AccountName\":\"{account}\",\
         \"TableName\":\"{table}\",\"Timestamp\":\"{time}\",\"SplitSize\":{split},\"TotalDataFiles\":{}}}",
        crcs.len()
    );
    assert_eq!(String::from_utf8_lossy(&files[name]), wanted);
}

/// The text with the same timestamp in all entities.
fn timeless(text: &str) -> String {
    let mut timeless = String::new();
    for (index, part) in text.split("\"Timestamp\":\"").enumerate() {
        if index == 0 {
            timeless.push_str(part);
            continue;
        }
        let (_, rest) = part.split_once('"').expect("a time ends");
        timeless.push_str("\"Timestamp\":\"T\"");
        timeless.push_str(rest);
    }
    timeless
}

fn envelope(table: &Table, entities: &[&str]) -> String {
    let account = table.service().account().name();
    let name = table.name();
    format!(
        "{{\"odata.metadata\":\"https://{account}.table.core.windows.net/$metadata#{name}\",\"value\":[{}]}}",
        entities.join(",\n")
    )
}

const BB: &str = r#"{"PartitionKey":"bb","RowKey":"1","Timestamp":"T","whole":-7}"#;
const AB: &str = r#"{"PartitionKey":"ab","RowKey":"","Timestamp":"T","text":"x,y"}"#;
const AA: &str = r#"{"PartitionKey":"aa","RowKey":"it's 100%","Timestamp":"T","other":1}"#;

fn a() -> String {
    format!("{{\"PartitionKey\":\"a\",\"RowKey\":\"1\",\"Timestamp\":\"T\",{TYPES}}}")
}

#[test]
fn export_a_table() {
    let services = emulator();
    let table = filled(&services.tables);
    let folder = Folder::new();
    let outcome = export(&table, folder.path()).run();
    outcome.succeeded().counting(2, 0, 0);
    let files = files(folder.path());
    let begin = begin(&files, &table);
    let [(place, content)] = &*data(&files, &begin) else {
        panic!("{:?}", files.keys());
    };
    assert_eq!(place, "_0_0.json");
    assert_eq!(timeless(content), envelope(&table, &[&a(), AA, AB, BB]));
    assert_manifest(
        &files,
        &format!("{begin}.manifest"),
        &begin,
        "Json",
        200_000,
    );
    assert_eq!(files.len(), 2);
}

#[test]
fn export_a_table_from_azurite_with_a_name_for_the_manifest() {
    let table = filled(&azurite::shared_tables());
    let folder = Folder::new();
    let outcome = export(&table, folder.path())
        .arg("/Manifest:abc.manifest")
        .run();
    outcome.succeeded().counting(2, 0, 0);
    let mut files = files(folder.path());
    let manifest = files.remove("abc.manifest").expect("it has the given name");
    let begin = begin(&files, &table);
    let data = data(&files, &begin);
    assert_eq!(data.len(), 1);
    for text in ["\"PartitionKey\":\"bb\"", "9223372036854775807", "\"NaN\""] {
        assert!(data[0].1.contains(text), "{text}");
    }
    assert!(!data[0].1.contains("odata.etag"));
    files.insert("abc.manifest".into(), manifest);
    assert_manifest(&files, "abc.manifest", &begin, "Json", 200_000);
}

#[test]
fn an_existing_manifest_is_replaced_only_where_that_is_allowed() {
    let services = emulator();
    let table = filled(&services.tables);
    let folder = Folder::new();
    fs::write(folder.join("abc.manifest"), "old").expect("it can be written");
    let again = || export(&table, folder.path()).arg("/Manifest:abc.manifest");
    again().run().succeeded().counting(0, 1, 0);
    assert_eq!(files(folder.path()).len(), 1);
    again().arg("/Y").run().succeeded().counting(2, 0, 0);
    assert_ne!(files(folder.path())["abc.manifest"], b"old");
}

/// Entities of 480 KB each, so many.
pub(super) fn large(tables: &TableService, entities: usize) -> Table {
    let table = tables.fresh_table("large");
    let text = "x".repeat(32_000);
    let texts: Vec<String> = (0..15)
        .map(|index| format!("\"p{index}\":\"{text}\""))
        .collect();
    let texts = texts.join(",");
    for index in 0..entities {
        table.insert(&format!(
            "{{\"PartitionKey\":\"p{:02}\",\"RowKey\":\"{index:05}\",{texts}}}",
            index % 4
        ));
    }
    table
}

#[test]
fn split_an_export_from_table_storage_into_multiple_files() {
    let services = emulator();
    let table = large(&services.tables, 80);
    let mut contents = Vec::new();
    for (split, files_wanted) in [(100, 1), (32, 2)] {
        let folder = Folder::new();
        let outcome = export(&table, folder.path())
            .args(["/S", &format!("/SplitSize:{split}")])
            .run();
        outcome.succeeded().counting(files_wanted + 1, 0, 0);
        let files = files(folder.path());
        let begin = begin(&files, &table);
        let data = data(&files, &begin);
        let places: Vec<&str> = data.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(places, ["_0_0.json", "_0_1.json"][..files_wanted as usize]);
        for (_, content) in &data {
            assert!(content.len() <= split << 20, "{}", content.len());
        }
        assert_manifest(
            &files,
            &format!("{begin}.manifest"),
            &begin,
            "Json",
            split as u64,
        );
        let entities = data.iter().flat_map(|(_, content)| {
            let content = content.split_once('[').expect("an array begins").1;
            content
                .strip_suffix("]}")
                .expect("an array ends")
                .split(",\n")
        });
        contents.push(entities.map(str::to_owned).collect::<Vec<_>>());
    }
    assert_eq!(contents[0].len(), 80);
    assert_eq!(contents[0], contents[1]);
}

#[test]
fn export_a_table_to_json_or_csv_data_file_format() {
    let services = emulator();
    let table = services.tables.fresh_table("rows");
    table.insert(r#"{"PartitionKey":"p","RowKey":"1","name":"a,\"b\"","count@odata.type":"Edm.Int64","count":"7"}"#);
    table.insert(r#"{"PartitionKey":"p","RowKey":"2","flag":true}"#);
    let folder = Folder::new();
    let outcome = export(&table, folder.path())
        .arg("/PayloadFormat:CSV")
        .run();
    outcome.succeeded().counting(2, 0, 0);
    let files = files(folder.path());
    let begin = begin(&files, &table);
    let rows = data(&files, &begin);
    let (place, rows) = &rows[0];
    assert_eq!(place, "_0_0.csv");
    let times: Vec<&str> = rows
        .lines()
        .skip(1)
        .map(|row| row.split(',').nth(2).expect("a row has a time"))
        .collect();
    assert_eq!(
        *rows,
        format!(
            "PartitionKey,RowKey,Timestamp,name,count,flag\r\np,1,{},\"a,\"\"b\"\"\",7,\r\np,2,{},,,true\r\n",
            times[0], times[1]
        )
    );
    let schema = files.iter().find(|(name, _)| name.ends_with(".schema.csv"));
    let (name, schema) = schema.expect("types have a file");
    let csv = name.replace(".schema.csv", ".csv");
    assert!(files.contains_key(&csv), "it stands beside its data file");
    assert_eq!(
        String::from_utf8_lossy(schema),
        "PartitionKey,RowKey,Timestamp,name,count,flag\r\n\
         Edm.String,Edm.String,Edm.DateTime,Edm.String,Edm.Int64,Edm.Boolean\r\n"
    );
    assert_eq!(files.len(), 3);
}

fn in_three_ranges(table: &Table) {
    let folder = Folder::new();
    let outcome = export(table, folder.path()).arg("/PKRS:aa#bb").run();
    outcome.succeeded().counting(4, 0, 0);
    let files = files(folder.path());
    let begin = begin(&files, table);
    let data = data(&files, &begin);
    let keys: Vec<(&str, usize)> = data
        .iter()
        .map(|(place, content)| (place.as_str(), content.matches("\"PartitionKey\"").count()))
        .collect();
    assert_eq!(keys, [("_0_0.json", 1), ("_1_0.json", 2), ("_2_0.json", 1)]);
    assert_manifest(
        &files,
        &format!("{begin}.manifest"),
        &begin,
        "Json",
        200_000,
    );
}

#[test]
fn export_table_entities_concurrently() {
    let services = emulator();
    in_three_ranges(&filled(&services.tables));
}

#[test]
fn export_table_entities_concurrently_from_azurite() {
    in_three_ranges(&filled(&azurite::shared_tables()));
}

#[test]
fn an_empty_table_has_a_manifest_only() {
    let services = emulator();
    let table = services.tables.fresh_table("empty");
    let folder = Folder::new();
    let target = folder.join("new/folder");
    export(&table, &target).run().succeeded().counting(1, 0, 0);
    let files = files(&target);
    let begin = begin(&files, &table);
    assert_manifest(
        &files,
        &format!("{begin}.manifest"),
        &begin,
        "Json",
        200_000,
    );
    assert_eq!(files.len(), 1);
}

#[test]
fn a_table_that_is_not_there_leaves_nothing() {
    let services = emulator();
    let table = services.tables.unmade_table("missing");
    let folder = Folder::new();
    let target = folder.join("new");
    for words in [&[][..], &["/PKRS:a#b"]] {
        let outcome = export(&table, &target).args(words).run();
        outcome
            .failed()
            .naming(&["there is no table", table.name()]);
        assert!(!target.exists());
    }
}

#[test]
fn an_export_in_the_linux_dialect_has_the_same_parameters() {
    let services = emulator();
    let table = filled(&services.tables);
    let folder = Folder::new();
    let key = table.service().account().key_in_base64();
    let target = folder.path().display().to_string();
    let outcome = Azring::new()
        .args(["--source", &table.url(), "--destination", &target])
        .args(["--source-key", &key, "--source-type", "table"])
        .args(["--pkrs", "aa#bb", "--payload-format", "csv"])
        .args(["--split-size", "32", "--manifest", "abc.manifest"])
        .run();
    outcome.succeeded().counting(4, 0, 0);
    let mut files = files(folder.path());
    let manifest = files.remove("abc.manifest").expect("it has the given name");
    let begin = begin(&files, &table);
    let places: Vec<String> = data(&files, &begin)
        .into_iter()
        .map(|(place, _)| place)
        .collect();
    assert_eq!(places, ["_0_0.csv", "_1_0.csv", "_2_0.csv"]);
    files.insert("abc.manifest".into(), manifest);
    assert_manifest(&files, "abc.manifest", &begin, "Csv", 32);
}

/// The service keeps the order of an insertion only.
#[test]
fn an_inserted_entity_is_exported_again_byte_for_byte() {
    let services = emulator();
    let table = services.tables.fresh_table("order");
    table.insert(r#"{"PartitionKey":"p","RowKey":"r","zeta":1,"alpha":2.5,"mid":"x"}"#);
    let (folder, again) = (Folder::new(), Folder::new());
    export(&table, folder.path())
        .arg("/Manifest:abc.manifest")
        .run()
        .succeeded();
    let copy = services.tables.unmade_table("copy");
    Azring::copy(folder.path().display().to_string(), copy.url())
        .dest_key(services.tables.account())
        .args(["/DestType:Table", "/Manifest:abc.manifest"])
        .arg("/EntityOperation:InsertOrSkip")
        .run()
        .succeeded();
    export(&copy, again.path()).run().succeeded();
    let [first, second] = [&folder, &again].map(|folder| {
        let entities = entities(&files(folder.path()));
        timeless(&entities[0])
    });
    assert!(first.contains("\"zeta\":1,"), "{first}");
    assert_eq!(first, second);
}

#[test]
fn a_table_is_listed_by_the_keys_of_its_entities() {
    let services = emulator();
    let table = filled(&services.tables);
    let behaviour = r#"{ "listing": { "empty_every": 2, "entries_max": 1 } }"#;
    let behaviour = serde_json::from_str(behaviour).expect("it is valid");
    services.server.set_behaviour(behaviour);
    let list = |url: String| {
        Azring::new()
            .args(["list", &url])
            .source_key(services.tables.account())
            .arg("/SourceType:Table")
    };
    let outcome = list(table.url()).run().succeeded();
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "\"a\" \"1\"",
            "\"aa\" \"it's 100%\"",
            "\"ab\" \"\"",
            "\"bb\" \"1\"",
            "4 entities"
        ]
    );
    let outcome = list(table.url()).arg("/Output:json").run().succeeded();
    let summary = outcome.stdout.lines().last().expect("it has one");
    assert!(summary.contains("\"entities\":4"), "{outcome}");

    let missing = services.tables.unmade_table("missing");
    list(missing.url()).run().failed().naming(&[missing.name()]);
    list(table.url()).arg("/Pattern:a").run().refused();
}

#[test]
fn a_report_of_an_export_has_its_entities() {
    let services = emulator();
    let table = filled(&services.tables);
    let folder = Folder::new();
    let page = folder.join("report.html");
    export(&table, &folder.join("export"))
        .arg(format!("/Report:{}", page.display()))
        .run()
        .succeeded();
    let page = fs::read_to_string(page).expect("the report is there");
    let card = page.split_once("Entities").expect("it has the card").1;
    assert!(card[..60].contains('4'), "{}", &card[..60]);
}

#[test]
fn a_table_of_every_type_is_the_same_after_export_and_import() {
    let services = emulator();
    let table = filled(&services.tables);
    let folder = Folder::new();
    export(&table, folder.path())
        .args(["/PKRS:aa#bb", "/Manifest:abc.manifest"])
        .run()
        .succeeded();
    let copy = services.tables.unmade_table("copy");
    Azring::copy(folder.path().display().to_string(), copy.url())
        .dest_key(services.tables.account())
        .args(["/DestType:Table", "/Manifest:abc.manifest"])
        .arg("/EntityOperation:InsertOrReplace")
        .run()
        .succeeded();
    assert_eq!(copy.entities(), table.entities());
    let again = Folder::new();
    export(&copy, again.path()).run().succeeded();
    let files = files(again.path());
    let begin = begin(&files, &copy);
    let content = &data(&files, &begin)[0].1;
    for member in TYPES.split(",\"") {
        let member = member.trim_start_matches('"');
        assert!(content.contains(&format!("\"{member}")), "{member}");
    }
}

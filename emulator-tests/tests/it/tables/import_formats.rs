//! Imports of the forms that AzCopy's exports have or may have: manifests of version 1, and checksums of several
//! computations over several parts of a file.

use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::rest::Table;

use super::dump_files::{DumpFiles, EXPORT, MANIFEST, entity, name};
use super::export::emulator;

/// Computations of a CRC: reflected polynomial, and what it begins with and is inverted by.
const CRC_64: [(u64, u64); 6] = [
    (0x9A6C_9329_AC4B_C9B5, u64::MAX),
    (0xC96C_5795_D787_0F42, u64::MAX),
    (0xD800_0000_0000_0000, u64::MAX),
    (0xD800_0000_0000_0000, 0),
    (0x95AC_9329_AC4B_C9B5, 0),
    (0x9A6C_9329_AC4B_C9B5, 0),
];
const CRC_32: (u64, u64) = (0xEDB8_8320, 0xFFFF_FFFF);

fn crc((polynomial, begin): (u64, u64), bytes: &[u8]) -> u64 {
    let with = |crc: u64, byte: &u8| {
        (0..8).fold(crc ^ u64::from(*byte), |crc, _| {
            (crc >> 1) ^ (polynomial * (crc & 1))
        })
    };
    bytes.iter().fold(begin, with) ^ begin
}

/// A data file and the parts of it that a checksum may cover: all, the array, the entities.
struct Form {
    content: String,
    parts: Vec<String>,
}

/// The forms around the entities of one file.
fn forms(first_row: usize) -> Vec<Form> {
    let entities: Vec<String> = (first_row..first_row + 3)
        .map(|row| entity("p", &format!("r{row:03}"), "\"text\":\"some text\""))
        .collect();
    let joined = |between: &str| entities.join(between);
    let form = |before: &str, between: &str, after: &str| {
        let content = format!("{before}{}{after}", joined(between));
        let mut parts = vec![content.clone(), joined("")];
        if before.ends_with('[') {
            parts.push(joined(between));
        }
        Form { content, parts }
    };
    vec![
        form("{\"value\":[", ",", "]}"),
        form(
            "{\"odata.metadata\":\"https://x/$metadata#t\",\"value\":[",
            ",\r\n",
            "]}",
        ),
        form("[", ",\n", "]\n"),
        form("", "\n", "\n"),
    ]
}

/// Data files in one form, whose checksums are computed in all ways.
fn files_of(form: usize) -> DumpFiles {
    let mut data = Vec::new();
    for computation in CRC_64 {
        let parts = forms(0)[form].parts.len();
        for part in 0..parts {
            let file = &forms(3 * data.len())[form];
            let crc = crc(computation, file.parts[part].as_bytes());
            data.push((name(data.len(), crc), file.content.clone()));
        }
    }
    DumpFiles::with(data)
}

fn import(files: &DumpFiles, table: &Table) -> Outcome {
    let folder = Folder::new();
    files.write_to(folder.path());
    Azring::copy(folder.path(), table.url())
        .dest_key(table.service().account())
        .args(["/DestType:Table", "/EntityOperation:InsertOrReplace"])
        .arg(format!("/Manifest:{MANIFEST}"))
        .run()
}

#[test]
fn every_computation_of_a_checksum_is_recognised_in_every_form() {
    let services = emulator();
    for form in 0..forms(0).len() {
        let files = files_of(form);
        let table = services.tables.unmade_table("computed");
        let outcome = import(&files, &table).succeeded();
        for (name, _) in &files.data {
            let line = format!("Validation of data file \"{name}\" passed.");
            assert!(outcome.stdout.contains(&line), "form {form}: {outcome}");
        }
        assert!(!outcome.stdout.contains("not known"), "{outcome}");
        assert_eq!(table.entities().len(), 3 * files.data.len());
    }
}

#[test]
fn an_edited_file_in_any_form_is_found_by_the_others_checksums() {
    let services = emulator();
    for form in 0..forms(0).len() {
        for edited in [0, 7] {
            let mut files = files_of(form);
            let (name, content) = &mut files.data[edited];
            let name = name.clone();
            *content = content.replacen("some text", "some test", 1);
            let table = services.tables.unmade_table("edited");
            let outcome = import(&files, &table).failed();
            outcome.naming(&[&name, "checksum in its name"]);
            assert!(!table.exists(), "form {form}");
        }
    }
}

/// A manifest of version 1 has the combination of CRC-32 checksums. `with_range`: as names are with a range of partition keys,
/// else as the article shows them.
fn version_1(with_range: bool) -> DumpFiles {
    let data = (0..3).map(|split| {
        let content = forms(3 * split)[0].content.clone();
        let crc = crc(CRC_32, content.as_bytes());
        let range = if with_range { "_0" } else { "" };
        (format!("{EXPORT}{range}_{split}_{crc:08X}.json"), content)
    });
    let mut files = DumpFiles::with(data.collect());
    files.manifest = files.manifest.replace("\"Version\":2", "\"Version\":1");
    files
}

#[test]
fn an_export_with_a_manifest_of_version_1_is_imported() {
    let services = emulator();
    for with_range in [true, false] {
        let files = version_1(with_range);
        assert!(files.manifest.contains("\"Version\":1,"));
        let table = services.tables.unmade_table("first");
        let outcome = import(&files, &table).succeeded().counting(3, 0, 0);
        let line = format!("Validation of data file \"{}\" passed.", files.data[2].0);
        assert!(outcome.stdout.contains(&line), "{outcome}");
        assert_eq!(table.entities().len(), 9);
    }
}

#[test]
fn an_export_of_version_1_that_was_changed_is_refused() {
    type Change = fn(&mut DumpFiles);
    let services = emulator();
    let changes: [(Change, &str); 3] = [
        (
            |files| files.data[1].1 = files.data[1].1.replacen("some", "none", 1),
            "checksum in its name",
        ),
        (
            |files| drop(files.data.pop()),
            "counts 3 data file(s), and 2",
        ),
        (
            |files| files.manifest = files.manifest.replace("\"Checksum\":", "\"Checksum\":1"),
            "the manifest says",
        ),
    ];
    for (change, says) in changes {
        let mut files = version_1(true);
        change(&mut files);
        let table = services.tables.unmade_table("changed");
        import(&files, &table).failed().naming(&[says]);
        assert!(!table.exists(), "{says}");
    }
}

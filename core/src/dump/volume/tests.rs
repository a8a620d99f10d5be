//! Volumes on a disk: splits, the end, and what a later run continues.

use super::*;
use crate::dump::time::ExportTime;

fn export() -> ExportId {
    ExportId {
        account: "myaccount".into(),
        table: "mytable".into(),
        time: ExportTime::parse("20140903T051850.8128447Z").unwrap(),
    }
}

fn folder(path: &Path) -> VolumeFolder {
    VolumeFolder {
        path: path.into(),
        job: "0123456789abcdef".into(),
        is_durable: true,
        mode: 0o666,
    }
}

/// A page of the service with these entities, as a volume takes it.
fn page(rows: &[&str], format: PayloadFormat) -> VolumePage {
    let entities: Vec<String> = rows
        .iter()
        .map(|row| {
            format!(
                "{{\"odata.etag\":\"W/\\\"x\\\"\",\"PartitionKey\":\"p\",\"RowKey\":\"{row}\",\"n\":1.0}}"
            )
        })
        .collect();
    let page = format!(
        "{{\"odata.metadata\":\"m\",\"value\":[{}]}}",
        entities.join(",")
    );
    let places = page::entities(page.as_bytes()).unwrap();
    VolumePage::new(page.as_bytes(), &places, format).unwrap()
}

const INDEX: VolumeIndex = VolumeIndex { range: 2, split: 1 };

const WHOLE: &str = "{\"odata.metadata\":\"https://myaccount.table.core.windows.net/$metadata#mytable\",\"value\":[\
    {\"PartitionKey\":\"p\",\"RowKey\":\"a\",\"n\":1.0},\n\
    {\"PartitionKey\":\"p\",\"RowKey\":\"b\",\"n\":1.0},\n\
    {\"PartitionKey\":\"p\",\"RowKey\":\"c\",\"n\":1.0}]}";

fn files(path: &Path) -> Vec<String> {
    let names = fs::read_dir(path).unwrap();
    let mut names: Vec<String> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_closed_volume_has_the_checksum_of_its_bytes_in_its_name() {
    let temp = tempfile::tempdir().unwrap();
    let folder = folder(temp.path());
    let format = PayloadFormat::Json;
    let mut volume = OpenVolume::create(&folder, INDEX, &export(), format).unwrap();
    for rows in [&["a"][..], &[], &["b", "c"]] {
        let page = page(rows, format);
        let bytes = volume.bytes_with(&page);
        volume.append(&page).unwrap();
        if !rows.is_empty() {
            assert_eq!(bytes, volume.position().bytes + 2);
        }
    }
    let closed = volume.close(&export()).unwrap();
    assert_eq!((closed.bytes, closed.entities), (WHOLE.len() as u64, 3));
    let name = closed.name.to_string();
    assert_eq!(files(temp.path()), [name.as_str()]);
    assert_eq!(fs::read_to_string(temp.path().join(&name)).unwrap(), WHOLE);
    let mut crc = DataCrc::new();
    crc.update(WHOLE.as_bytes());
    assert_eq!(
        name,
        format!(
            "myaccount_mytable_20140903T051850.8128447Z_2_1_{:016X}.json",
            crc.value()
        )
    );
}

#[test]
fn rows_have_a_schema_beside_them_and_no_part_file_stays() {
    let temp = tempfile::tempdir().unwrap();
    let format = PayloadFormat::Csv;
    let mut volume = OpenVolume::create(&folder(temp.path()), INDEX, &export(), format).unwrap();
    let page = page(&["a", "b"], format);
    let bytes = volume.bytes_with(&page);
    volume.append(&page).unwrap();
    let closed = volume.close(&export()).unwrap();
    assert_eq!(closed.bytes, bytes);
    let (name, schema) = (closed.name.to_string(), closed.name.schema_name());
    assert_eq!(files(temp.path()), [name.as_str(), schema.as_str()]);
    let rows = fs::read_to_string(temp.path().join(&name)).unwrap();
    assert_eq!(
        rows,
        "PartitionKey,RowKey,Timestamp,n\r\np,a,,1.0\r\np,b,,1.0\r\n"
    );
    let mut crc = DataCrc::new();
    crc.update(rows.as_bytes());
    assert_eq!(closed.name.crc.value(), crc.value());
}

#[test]
fn a_volume_goes_on_at_a_position_and_ends_as_if_it_had_never_stopped() {
    for format in [PayloadFormat::Json, PayloadFormat::Csv] {
        let temp = tempfile::tempdir().unwrap();
        let folder = folder(temp.path());
        let mut volume = OpenVolume::create(&folder, INDEX, &export(), format).unwrap();
        volume.append(&page(&["a"], format)).unwrap();
        let position = volume.position();
        // This page is not in the journal yet when the run is killed.
        volume.append(&page(&["x", "y"], format)).unwrap();
        drop(volume);
        let again = OpenVolume::reopen(&folder, INDEX, format, position).unwrap();
        let mut volume = again.unwrap();
        volume.append(&page(&["b", "c"], format)).unwrap();
        let closed = volume.close(&export()).unwrap();
        let content = fs::read_to_string(temp.path().join(closed.name.to_string())).unwrap();
        match format {
            PayloadFormat::Json => assert_eq!(content, WHOLE),
            PayloadFormat::Csv => assert_eq!(content.lines().count(), 4, "{content}"),
        }
        assert_eq!(content.len() as u64, closed.bytes);
    }
}

#[test]
fn a_part_file_that_is_not_what_was_written_is_not_continued() {
    let temp = tempfile::tempdir().unwrap();
    let folder = folder(temp.path());
    let format = PayloadFormat::Json;
    let mut volume = OpenVolume::create(&folder, INDEX, &export(), format).unwrap();
    volume.append(&page(&["a"], format)).unwrap();
    let (position, path) = (volume.position(), volume.path.clone());
    drop(volume);
    let reopened = || {
        let again = OpenVolume::reopen(&folder, INDEX, format, position);
        again.unwrap().is_some()
    };
    assert!(reopened());
    let sound = fs::read(&path).unwrap();
    let mut changed = sound.clone();
    changed[100] ^= 1;
    fs::write(&path, changed).unwrap();
    assert!(!reopened(), "a changed byte");
    fs::write(&path, &sound[..sound.len() - 1]).unwrap();
    assert!(!reopened(), "a byte too few");
    fs::remove_file(&path).unwrap();
    assert!(!reopened(), "no file");
    fs::write(temp.path().join("elsewhere"), &sound).unwrap();
    std::os::unix::fs::symlink("elsewhere", &path).unwrap();
    assert!(!reopened(), "a link");
}

//! The entities that imports read: as azring exports a table, and as a line of JSON for each entity, which the scripts
//! of the rivals read.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use azring_emulator_tests::program;
use azring_emulator_tests::rest::Table;
use serde_json::{Map, Value};

/// The name of the manifest in the folder of the dump.
pub const MANIFEST: &str = "entities.manifest";

/// The folder of the dump, below the source.
pub const DUMP: &str = "dump";

/// The file with a line for each entity, below the source or in the folder of an export.
pub const LINES: &str = "entities.jsonl";

/// Exports the table into `source`, in both forms.
pub fn make(table: &Table, source: &Path) -> io::Result<()> {
    let dump = source.join(DUMP);
    fs::create_dir_all(&dump)?;
    let mut export = Command::new(program::built("azring"));
    export
        .args([
            format!("/Source:{}", table.url()),
            format!("/Dest:{}", dump.display()),
            format!("/SourceKey:{}", table.service().account().key_in_base64()),
            format!("/Manifest:{MANIFEST}"),
        ])
        .args(["/SourceType:Table", "/Y"])
        .env("HOME", source);
    run(export)?;
    let mut lines = BufWriter::new(File::create(source.join(LINES))?);
    for file in fs::read_dir(&dump)? {
        let path = file?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            write_lines(&fs::read_to_string(&path)?, &mut lines)?;
        }
    }
    lines.flush()
}

/// Imports the dump in `source` into the table.
pub fn import(source: &Path, table: &Table) -> io::Result<()> {
    let mut command = import_command(source, table);
    command.env("HOME", source);
    run(command)
}

/// azring, to import the dump in `source` into the table.
pub fn import_command(source: &Path, table: &Table) -> Command {
    let mut command = Command::new(program::built("azring"));
    command.args([
        format!("/Source:{}", source.join(DUMP).display()),
        format!("/Dest:{}", table.url()),
        format!("/DestKey:{}", table.service().account().key_in_base64()),
        format!("/Manifest:{MANIFEST}"),
    ]);
    command.args(["/DestType:Table", "/EntityOperation:InsertOrReplace", "/Y"]);
    command
}

/// How many entities the files in a folder have.
pub fn entities_in(folder: &Path) -> io::Result<u64> {
    let mut count = 0;
    for file in fs::read_dir(folder)? {
        let text = fs::read_to_string(file?.path())?;
        // JavaScript's client writes a small letter.
        count += text.matches("artitionKey\":").count() as u64;
    }
    Ok(count)
}

/// A line for each entity of a data file, without what only the service writes and without the names of types.
fn write_lines(text: &str, lines: &mut impl Write) -> io::Result<()> {
    let data: DataFile = serde_json::from_str(text)?;
    for mut entity in data.value {
        entity.retain(|name, _| name != "Timestamp" && !name.contains("odata."));
        serde_json::to_writer(&mut *lines, &entity)?;
        lines.write_all(b"\n")?;
    }
    Ok(())
}

#[derive(serde::Deserialize)]
struct DataFile {
    value: Vec<Map<String, Value>>,
}

fn run(mut command: Command) -> io::Result<()> {
    let ended = command.stdin(Stdio::null()).output()?;
    if ended.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&ended.stdout).into_owned()
        + &String::from_utf8_lossy(&ended.stderr);
    Err(io::Error::other(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_the_entities_without_what_the_service_adds() {
        let text = "{\"odata.metadata\":\"x\",\"value\":[{\"PartitionKey\":\"p\",\"RowKey\":\"1\",\"Timestamp\":\"T\",\
                    \"n@odata.type\":\"Edm.Int64\",\"n\":\"5\"},\n{\"PartitionKey\":\"p\",\"RowKey\":\"2\"}]}";
        let mut lines = Vec::new();
        write_lines(text, &mut lines).expect("it is valid");
        let wanted = "{\"PartitionKey\":\"p\",\"RowKey\":\"1\",\"n\":\"5\"}\n{\"PartitionKey\":\"p\",\"RowKey\":\"2\"}\n";
        assert_eq!(String::from_utf8_lossy(&lines), wanted);
    }
}

//! Makes the file of rows from the entities of a volume.

use std::io::{self, Read, Write};

use super::super::json::EntityScanner;
use super::Columns;
use crate::{Error, Result};

/// How much of the entities is read at once.
const READ_BYTES: usize = 1 << 20;

/// Writes the rows of all entities in `json`, a data file in JSON, to `rows`.
///
/// # Errors
///
/// `failed` makes the error of a failed read or write; [`Error::Integrity`] for a damaged data file.
pub fn write(
    columns: &Columns,
    mut json: impl Read,
    mut rows: impl Write,
    failed: impl Fn(io::Error) -> Error,
) -> Result<()> {
    rows.write_all(&columns.header()).map_err(&failed)?;
    let mut scanner = EntityScanner::new();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let length = match json.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(error)),
        };
        scanner.take(&buffer[..length], |entity| {
            rows.write_all(&columns.row(entity.json)?).map_err(&failed)
        })?;
    }
    scanner.finish()?;
    rows.flush().map_err(&failed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows_of(entities: &[&str]) -> (String, Columns) {
        let mut columns = Columns::default();
        for entity in entities {
            columns.take(entity.as_bytes()).unwrap();
        }
        let json = format!("{{\"value\":[{}]}}", entities.join(",\n"));
        let mut rows = Vec::new();
        write(&columns, json.as_bytes(), &mut rows, |error| {
            Error::Integrity(error.to_string())
        })
        .unwrap();
        (String::from_utf8(rows).unwrap(), columns)
    }

    #[test]
    fn rows_have_a_field_for_each_column_of_the_file() {
        let (rows, columns) = rows_of(&[
            r#"{"PartitionKey":"p","RowKey":"","Timestamp":"2021-10-15T16:13:24Z","n@odata.type":"Edm.Int64","n":"39","s":"a,\"b\"\r\n"}"#,
            r#"{"RowKey":"r","PartitionKey":"p","Timestamp":"2021-10-15T16:13:25Z","d":1E+300,"b":true,"i":20,"x":null}"#,
            r#"{"PartitionKey":"p","RowKey":"s","Timestamp":"2021-10-15T16:13:26Z","i":"text"}"#,
        ]);
        assert_eq!(
            rows,
            "PartitionKey,RowKey,Timestamp,n,s,d,b,i\r\n\
             p,\"\",2021-10-15T16:13:24Z,39,\"a,\"\"b\"\"\r\n\",,,\r\n\
             p,r,2021-10-15T16:13:25Z,,,1E+300,true,20\r\n\
             p,s,2021-10-15T16:13:26Z,,,,,text\r\n"
        );
        assert_eq!(
            String::from_utf8(columns.schema()).unwrap(),
            "PartitionKey,RowKey,Timestamp,n,s,d,b,i\r\n\
             Edm.String,Edm.String,Edm.DateTime,Edm.Int64,Edm.String,Edm.Double,Edm.Boolean,Edm.String\r\n"
        );
    }

    proptest! {
        #[test]
        fn the_length_of_a_file_is_known_before_it_is_written(
            texts in prop::collection::vec(("[a-c]", any::<String>()), 0..12), cut in 0usize..12,
        ) {
            let entities: Vec<String> = texts
                .iter()
                .map(|(name, text)| {
                    let units: Vec<String> = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
                    let text = units.concat();
                    format!("{{\"PartitionKey\":\"{text}\",\"{name}\":\"{text}\"}}")
                })
                .collect();
            let all: Vec<&str> = entities.iter().map(String::as_str).collect();
            let (rows, columns) = rows_of(&all);
            prop_assert_eq!(columns.file_bytes(), rows.len() as u64);

            let (first, second) = all.split_at(cut.min(all.len()));
            let (mut merged, next) = (rows_of(first).1, rows_of(second).1);
            merged.merge(&next);
            prop_assert_eq!(merged.file_bytes(), rows.len() as u64);
            prop_assert_eq!(merged.schema(), columns.schema());
        }
    }
}

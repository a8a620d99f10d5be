//! The columns of a file of rows: their names, their types, and how long the rows are.

use std::collections::HashMap;

use super::super::json::{JsonText, Members};
use super::field;
use crate::{Error, Result};

/// The columns that every file has, with their types.
const SYSTEM: [(&str, &str); 3] = [
    ("PartitionKey", "Edm.String"),
    ("RowKey", "Edm.String"),
    ("Timestamp", "Edm.DateTime"),
];

/// The end of the name of a member that has the type of another one.
const ANNOTATION: &str = "@odata.type";

/// The beginning of the names of members that are no properties.
const METADATA: &str = "odata.";

/// The type of a column whose entities have different ones.
const ANY: &str = "Edm.String";

const ROW_END: &str = "\r\n";

/// The columns of the entities so far.
#[derive(Debug, Clone)]
pub struct Columns {
    names: Vec<String>,
    types: Vec<String>,
    by_name: HashMap<String, usize>,
    rows: u64,
    /// The sum of the lengths of all fields.
    field_bytes: u64,
}

impl Default for Columns {
    fn default() -> Self {
        let mut columns = Self {
            names: Vec::new(),
            types: Vec::new(),
            by_name: HashMap::new(),
            rows: 0,
            field_bytes: 0,
        };
        for (name, of_type) in SYSTEM {
            columns.meet(name, of_type);
        }
        columns
    }
}

impl Columns {
    /// Takes an entity.
    ///
    /// # Errors
    ///
    /// [`Error::Integrity`] for bytes that are no JSON object.
    pub fn take(&mut self, entity: &[u8]) -> Result<()> {
        let mut bytes = 0;
        each_property(entity, |property| {
            self.meet(&property.name, &property.of_type);
            bytes += field::length(&property.text);
        })?;
        self.rows += 1;
        self.field_bytes += bytes;
        Ok(())
    }

    /// Adds the columns of the entities that come next.
    pub fn merge(&mut self, next: &Self) {
        for (name, of_type) in next.names.iter().zip(&next.types) {
            self.meet(name, of_type);
        }
        self.rows += next.rows;
        self.field_bytes += next.field_bytes;
    }

    /// The length of the file in bytes.
    pub fn file_bytes(&self) -> u64 {
        let between = self.names.len() as u64 - 1 + ROW_END.len() as u64;
        self.header().len() as u64 + self.field_bytes + self.rows * between
    }

    /// The first line, with its end.
    pub fn header(&self) -> Vec<u8> {
        line(self.names.iter().map(|name| Some(name.as_str())))
    }

    /// The content of the schema file.
    pub fn schema(&self) -> Vec<u8> {
        let types = line(self.types.iter().map(|of_type| Some(of_type.as_str())));
        [self.header(), types].concat()
    }

    /// The row of an entity, with its end.
    ///
    /// # Errors
    ///
    /// [`Error::Integrity`] for bytes that are no JSON object.
    pub fn row(&self, entity: &[u8]) -> Result<Vec<u8>> {
        let mut fields = vec![None; self.names.len()];
        each_property(entity, |property| {
            if let Some(&index) = self.by_name.get(&property.name) {
                fields[index] = Some(property.text);
            }
        })?;
        Ok(line(fields.iter().map(Option::as_deref)))
    }

    fn meet(&mut self, name: &str, of_type: &str) {
        if let Some(&index) = self.by_name.get(name) {
            let known = &mut self.types[index];
            if known != of_type {
                ANY.clone_into(known);
            }
            return;
        }
        self.by_name.insert(name.into(), self.names.len());
        self.names.push(name.into());
        self.types.push(of_type.into());
    }
}

fn line<'a>(fields: impl Iterator<Item = Option<&'a str>>) -> Vec<u8> {
    let mut line = Vec::new();
    for (index, text) in fields.enumerate() {
        if index > 0 {
            line.push(b',');
        }
        if let Some(text) = text {
            field::put(&mut line, text);
        }
    }
    line.extend_from_slice(ROW_END.as_bytes());
    line
}

/// A property of an entity.
struct Property {
    name: String,
    of_type: String,
    text: String,
}

/// Passes on the properties of an entity that have a value, with keys and timestamp.
fn each_property(entity: &[u8], mut hand: impl FnMut(Property)) -> Result<()> {
    let not_an_entity = |_| Error::Integrity("an entity is no JSON object".into());
    let annotations: HashMap<String, String> = Members::of(entity)
        .filter_map(|member| {
            let member = member.ok()?;
            let name = member.name.to_text();
            let property = name.strip_suffix(ANNOTATION)?;
            let of_type = JsonText::of_value(member.value)?.to_text();
            Some((property.to_owned(), of_type.into_owned()))
        })
        .collect();
    for member in Members::of(entity) {
        let member = member.map_err(not_an_entity)?;
        let name = member.name.to_text();
        let is_property = !name.ends_with(ANNOTATION) && !name.starts_with(METADATA);
        if !is_property || member.value == b"null" {
            continue;
        }
        let system = SYSTEM.iter().find(|(system, _)| *system == name);
        let of_type = match (system, annotations.get(&*name)) {
            (Some((_, of_type)), _) => (*of_type).to_owned(),
            (None, Some(of_type)) => of_type.clone(),
            (None, None) => field::plain_type(member.value).to_owned(),
        };
        hand(Property {
            name: name.into_owned(),
            of_type,
            text: field::text(member.value).into_owned(),
        });
    }
    Ok(())
}

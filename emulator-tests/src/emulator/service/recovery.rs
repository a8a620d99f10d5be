//! How a folder store is opened: the journal of the earlier run becomes the state of the services
//! again.
//!
//! ```text
//! journal.jsonl -> records of each service -> the service applies them and finds the bodies
//!               <- a new journal with what is left; files that no record names are removed
//! ```
//! Bodies may be missing for objects that were deleted later, so a service applies all records
//! first, with [`placeholder`] in the place of bodies, and then finds the bodies of what is left.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::journal::{Journal, push_line};
use super::operations::Operations;
use crate::emulator::http::stored_file::StoredFile;
use crate::emulator::start_error::StartError;
use crate::emulator::store::{Extent, FolderStore, Store};

/// The service whose records have no service's name in journals of earlier emulators.
const UNNAMED_SERVICE: &str = "blob";

/// A body in a record: its number in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StoredExtent {
    /// Number in the store; 0 for a body that the store keeps in no file.
    pub id: u64,
    /// Bytes.
    pub length: u64,
}

/// Finds a body by its number.
pub type FindBody<'f> = &'f mut dyn FnMut(StoredExtent) -> io::Result<Extent>;

/// Takes the place of a body while records are applied.
#[derive(Debug)]
struct Placeholder(StoredExtent);

/// An opened folder whose services are not restored yet.
#[derive(Debug)]
pub struct Recovery {
    folder: PathBuf,
    store: Arc<FolderStore>,
    journal: Arc<Journal>,
    records: BTreeMap<String, Vec<Value>>,
    bodies: HashMap<u64, Extent>,
    /// Lines of the new journal.
    lines: Vec<u8>,
}

impl StoredExtent {
    /// The number of a body.
    pub fn of(extent: &Extent) -> Self {
        let id = match extent {
            Extent::File(file) => file.id(),
            Extent::Memory(_) | Extent::Pattern(_) => 0,
        };
        Self {
            id,
            length: extent.length(),
        }
    }
}

impl StoredFile for Placeholder {
    fn id(&self) -> u64 {
        self.0.id
    }

    fn length(&self) -> u64 {
        self.0.length
    }

    fn open(&self) -> io::Result<File> {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// An extent without bytes that has a body's number and length.
pub fn placeholder(extent: StoredExtent) -> Extent {
    Extent::File(Arc::new(Placeholder(extent)))
}

impl Recovery {
    /// Opens the store and reads the journal. Files stay until [`Recovery::finish`], whatever is
    /// dropped.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let store = Arc::new(FolderStore::open(&folder.join("bodies"))?);
        let path = folder.join("journal.jsonl");
        let records = read(&path)?;
        let journal = Journal::new(path, store.removals());
        Ok(Self {
            folder: folder.to_owned(),
            store,
            journal: Arc::new(journal),
            records,
            bodies: HashMap::new(),
            lines: Vec::new(),
        })
    }

    /// The store of the folder.
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store) as Arc<dyn Store>
    }

    /// The journal that is begun by [`Recovery::finish`].
    pub fn journal(&self) -> Arc<Journal> {
        Arc::clone(&self.journal)
    }

    /// Restores one service, and notes its records for the new journal.
    pub fn restore<S: Operations>(&mut self, service: &S) -> Result<(), StartError> {
        let restored = self.restore_records(service);
        restored.map_err(|error| refused(&self.folder, &error))
    }

    fn restore_records<S: Operations>(&mut self, service: &S) -> io::Result<()> {
        let label = S::NAMES.label;
        let records = self.take_records(label)?;
        for record in service.restore(records, self)? {
            push_line(&mut self.lines, label, &record)?;
        }
        Ok(())
    }

    fn take_records<R: DeserializeOwned>(&mut self, service: &str) -> io::Result<Vec<R>> {
        let records = self.records.remove(service).unwrap_or_default();
        let records = records.into_iter().map(serde_json::from_value);
        records.collect::<Result<_, _>>().map_err(io::Error::from)
    }

    /// The body of a number, or an error when it is not there whole.
    pub fn body(&mut self, stored: StoredExtent) -> io::Result<Extent> {
        if let Some(extent) = self.bodies.get(&stored.id) {
            return Ok(extent.clone());
        }
        let extent = self.store.find(stored.id, stored.length)?;
        self.bodies.insert(stored.id, extent.clone());
        Ok(extent)
    }

    /// Begins the new journal, and removes the bodies that no record names.
    pub fn finish(mut self) -> Result<(), StartError> {
        if let Some(service) = self.records.keys().next() {
            let reason = format!(
                "it has records of the service `{service}`, which this emulator does not serve"
            );
            return Err(refused(&self.folder, &reason));
        }
        // Bodies of accounts that are not served have no other owner: their files stay only if
        // these extents are dropped before the store begins.
        let bodies = std::mem::take(&mut self.bodies);
        let used = bodies.into_keys().collect();
        let begun = self
            .journal
            .begin(&self.lines)
            .and_then(|()| self.store.begin(&used));
        begun.map_err(|error| refused(&self.folder, &error))
    }
}

/// Why a folder cannot be used.
pub(super) fn refused(folder: &Path, reason: &dyn std::fmt::Display) -> StartError {
    StartError::Options(format!(
        "cannot use the folder `{}`: {reason}",
        folder.display()
    ))
}

/// The records of a journal by service. Half a line at the end was never acknowledged.
fn read(journal: &Path) -> io::Result<BTreeMap<String, Vec<Value>>> {
    let text = match fs::read(journal) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(error),
    };
    let whole = text
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    let lines = text[..whole]
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    let mut records: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in lines {
        let (service, record) = read_line(line)?;
        records.entry(service).or_default().push(record);
    }
    Ok(records)
}

/// A line as service and record. Lines of earlier emulators are the record alone.
fn read_line(line: &[u8]) -> io::Result<(String, Value)> {
    let mut value: Value = serde_json::from_slice(line)?;
    let named = (value["service"].as_str().map(str::to_owned))
        .zip(value.get_mut("record").map(Value::take));
    Ok(named.unwrap_or_else(|| (UNNAMED_SERVICE.to_owned(), value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_its_service_and_older_lines_are_blob_records() {
        let line = br#"{"service":"file","record":{"Share":1}}"#;
        let (service, record) = read_line(line).unwrap();
        assert_eq!(
            (service.as_str(), record.to_string().as_str()),
            ("file", r#"{"Share":1}"#)
        );
        let (service, record) = read_line(br#"{"Slot":[1]}"#).unwrap();
        assert_eq!(
            (service.as_str(), record.to_string().as_str()),
            ("blob", r#"{"Slot":[1]}"#)
        );
    }

    #[test]
    fn records_of_a_service_that_is_not_served_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal.jsonl");
        let line = "{\"service\":\"file\",\"record\":{}}\n";
        fs::write(&journal, line).unwrap();
        let refused = Recovery::open(folder.path()).unwrap().finish().unwrap_err();
        assert!(refused.to_string().contains("`file`"), "{refused}");
        assert_eq!(fs::read_to_string(&journal).unwrap(), line);
    }
}

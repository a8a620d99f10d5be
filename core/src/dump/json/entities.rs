//! Finds the entities of a data file, whose bytes come in parts, in bounded memory.
//!
//! The envelope that AzCopy 7.3 wrote around the entities is not published. Read are:
//! `{"value":[..]}` with other members before and after `value`, a bare array `[..]`, and objects one
//! after the other. Several of these may follow each other in one file. Spaces and a byte order mark
//! at the beginning are skipped.

use super::scan::{NestedScan, is_space, skip_space, string_end, value_end};
use crate::{Error, Result};

/// A longer entity cannot come from the service, whose limit is 1 MiB of UTF-16 and which writes at
/// most six bytes for two.
pub const ENTITY_BYTES_MAX: usize = 8 << 20;

/// The byte order mark of UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// An entity of a data file.
#[derive(Debug, Clone, Copy)]
pub struct ScannedEntity<'a> {
    /// Its JSON, from `{` to `}`.
    pub json: &'a [u8],
    /// Where the file can be read on after this entity.
    pub after: ScanPosition,
}

/// A position of a data file between two entities, from which the reading can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanPosition {
    /// The number of bytes before it.
    pub offset: u64,
    /// The entity before it was in an array, and that array in an object.
    pub depth: u8,
}

/// What is expected next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ExpectedToken {
    /// A document: an object with an array, an array, or an entity.
    Document,
    /// The first entity of an array, or its end.
    FirstEntity { depth: u8 },
    /// A comma, or the end of the array.
    CommaOrEnd { depth: u8 },
    /// An entity, after a comma.
    Entity { depth: u8 },
    /// A comma and a member after the array, or the end of the object.
    ObjectRest,
    /// A member, after a comma.
    RestMember,
}

/// What one step over the bytes came to.
enum Stepped<'a> {
    /// So many bytes are dealt with.
    Past(usize),
    /// An entity, after this many bytes to skip.
    Entity { from: usize, json: &'a [u8] },
    /// The rest is not enough to say anything.
    NeedsMore,
}

/// Finds entities.
#[derive(Debug)]
pub struct EntityScanner {
    expected: ExpectedToken,
    offset: u64,
    carried: Vec<u8>,
    /// The scan of the entity that begins the carried bytes, and how many of them it has seen.
    nested: Option<(NestedScan, usize)>,
    has_document: bool,
}

impl Default for EntityScanner {
    fn default() -> Self {
        Self::new()
    }
}

impl EntityScanner {
    /// From the beginning of a file.
    pub fn new() -> Self {
        Self {
            expected: ExpectedToken::Document,
            offset: 0,
            carried: Vec::new(),
            nested: None,
            has_document: false,
        }
    }

    /// From after an entity, whose [`ScannedEntity::after`] this is. The bytes to take are those
    /// from its offset on.
    pub fn resumed(position: ScanPosition) -> Self {
        Self {
            expected: match position.depth {
                0 => ExpectedToken::Document,
                depth => ExpectedToken::CommaOrEnd { depth },
            },
            offset: position.offset,
            has_document: true,
            ..Self::new()
        }
    }

    /// Takes the next bytes of the file, and passes each entity that is complete to `each`.
    ///
    /// # Errors
    ///
    /// [`Error::Integrity`] with the offset where the file is not what an export writes, and the
    /// errors of `each`.
    pub fn take(
        &mut self,
        bytes: &[u8],
        mut each: impl FnMut(ScannedEntity<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut carried = std::mem::take(&mut self.carried);
        let (all, is_carried) = if carried.is_empty() {
            (bytes, false)
        } else {
            carried.extend_from_slice(bytes);
            (&*carried, true)
        };
        let mut at = 0;
        loop {
            match self.step(&all[at..])? {
                Stepped::Past(0) | Stepped::NeedsMore => break,
                Stepped::Past(length) => {
                    at += length;
                    self.offset += length as u64;
                }
                Stepped::Entity { from, json } => {
                    at += from + json.len();
                    self.offset += (from + json.len()) as u64;
                    let depth = self.end_entity();
                    let after = ScanPosition {
                        offset: self.offset,
                        depth,
                    };
                    each(ScannedEntity { json, after })?;
                }
            }
        }
        let left = all.len() - at;
        if left > ENTITY_BYTES_MAX {
            return Err(self.wrong("an entity is longer than 8 MiB"));
        }
        if is_carried {
            carried.drain(..at);
            self.carried = carried;
        } else {
            self.carried = all[at..].to_vec();
        }
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    ///
    /// [`Error::Integrity`] when something is missing.
    pub fn finish(&self) -> Result<()> {
        let is_whole = self.expected == ExpectedToken::Document
            && self.has_document
            && self.carried.iter().copied().all(is_space);
        if is_whole {
            return Ok(());
        }
        Err(self.wrong("it ends too early"))
    }

    fn wrong(&self, what: &str) -> Error {
        Error::Integrity(format!(
            "not the JSON of a table export, from byte {} on: {what}",
            self.offset
        ))
    }

    fn end_entity(&mut self) -> u8 {
        self.nested = None;
        let depth = match self.expected {
            ExpectedToken::FirstEntity { depth } | ExpectedToken::Entity { depth } => depth,
            _ => 0,
        };
        self.has_document = true;
        self.expected = match depth {
            0 => ExpectedToken::Document,
            depth => ExpectedToken::CommaOrEnd { depth },
        };
        depth
    }

    fn step<'b>(&mut self, bytes: &'b [u8]) -> Result<Stepped<'b>> {
        if self.nested.is_some() {
            return Ok(self.entity(bytes, 0));
        }
        if self.offset == 0 && !self.has_document && bytes.len() < MARK.len() {
            return Ok(Stepped::NeedsMore);
        }
        if self.offset == 0 && bytes.starts_with(MARK) {
            return Ok(Stepped::Past(MARK.len()));
        }
        let at = skip_space(bytes, 0);
        let Some(&byte) = bytes.get(at) else {
            return Ok(Stepped::Past(at));
        };
        match (self.expected, byte) {
            (ExpectedToken::Document, b'{') => self.document(bytes, at),
            (ExpectedToken::Document, b'[') => {
                self.expected = ExpectedToken::FirstEntity { depth: 1 };
                Ok(Stepped::Past(at + 1))
            }
            (ExpectedToken::FirstEntity { .. } | ExpectedToken::Entity { .. }, b'{') => {
                Ok(self.entity(bytes, at))
            }
            (ExpectedToken::CommaOrEnd { depth }, b',') => {
                self.expected = ExpectedToken::Entity { depth };
                Ok(Stepped::Past(at + 1))
            }
            (ExpectedToken::FirstEntity { depth } | ExpectedToken::CommaOrEnd { depth }, b']') => {
                self.has_document = true;
                self.expected = match depth {
                    1 => ExpectedToken::Document,
                    _ => ExpectedToken::ObjectRest,
                };
                Ok(Stepped::Past(at + 1))
            }
            (ExpectedToken::ObjectRest, b'}') => {
                self.expected = ExpectedToken::Document;
                Ok(Stepped::Past(at + 1))
            }
            (ExpectedToken::ObjectRest, b',') => {
                self.expected = ExpectedToken::RestMember;
                Ok(Stepped::Past(at + 1))
            }
            (ExpectedToken::RestMember, b'"') => self.rest_member(bytes, at),
            _ => Err(self.wrong(self.expected.text())),
        }
    }

    /// A document that begins with `{`: an entity, or an object with an array `value`.
    fn document<'b>(&mut self, bytes: &'b [u8], from: usize) -> Result<Stepped<'b>> {
        let mut at = skip_space(bytes, from + 1);
        loop {
            match bytes.get(at) {
                None => return Ok(Stepped::NeedsMore),
                Some(b'}') => return Ok(self.entity(bytes, from)),
                Some(b'"') => {}
                Some(_) => return Err(self.wrong("a name is missing")),
            }
            let Some((is_value, value)) = self.name(bytes, at)? else {
                return Ok(Stepped::NeedsMore);
            };
            if is_value && bytes[value] == b'[' {
                self.expected = ExpectedToken::FirstEntity { depth: 2 };
                return Ok(Stepped::Past(value + 1));
            }
            let Some(end) = value_end(bytes, value) else {
                return Ok(Stepped::NeedsMore);
            };
            at = skip_space(bytes, end);
            match bytes.get(at) {
                Some(b',') => at = skip_space(bytes, at + 1),
                Some(b'}') => {}
                Some(_) => return Err(self.wrong("a comma is missing")),
                None => return Ok(Stepped::NeedsMore),
            }
        }
    }

    /// Whether the member whose name begins at `at` is called `value`, and where its value begins.
    fn name(&self, bytes: &[u8], at: usize) -> Result<Option<(bool, usize)>> {
        let Some(end) = string_end(bytes, at) else {
            return Ok(None);
        };
        let colon = skip_space(bytes, end);
        match bytes.get(colon) {
            None => return Ok(None),
            Some(b':') => {}
            Some(_) => return Err(self.wrong("a colon is missing")),
        }
        let value = skip_space(bytes, colon + 1);
        let is_value = &bytes[at..end] == b"\"value\"";
        Ok((value < bytes.len()).then_some((is_value, value)))
    }

    fn rest_member<'b>(&mut self, bytes: &'b [u8], at: usize) -> Result<Stepped<'b>> {
        let Some((_, value)) = self.name(bytes, at)? else {
            return Ok(Stepped::NeedsMore);
        };
        let Some(end) = value_end(bytes, value) else {
            return Ok(Stepped::NeedsMore);
        };
        self.expected = ExpectedToken::ObjectRest;
        Ok(Stepped::Past(end))
    }

    /// The entity that begins at `from`, if its end is there.
    fn entity<'b>(&mut self, bytes: &'b [u8], from: usize) -> Stepped<'b> {
        let (mut scan, seen) = self.nested.take().unwrap_or_default();
        let rest = &bytes[from..];
        if let Some(end) = scan.feed(&rest[seen..]) {
            let json = &rest[..seen + end];
            return Stepped::Entity { from, json };
        }
        if from > 0 {
            // Spaces go first, so that the carried bytes begin with the entity.
            return Stepped::Past(from);
        }
        self.nested = Some((scan, rest.len()));
        Stepped::NeedsMore
    }
}

impl ExpectedToken {
    fn text(self) -> &'static str {
        match self {
            Self::Document => "an object or an array is missing",
            Self::FirstEntity { .. } => "an entity or the end of the array is missing",
            Self::CommaOrEnd { .. } => "a comma or the end of the array is missing",
            Self::Entity { .. } => "an entity is missing",
            Self::ObjectRest => "the end of the object is missing",
            Self::RestMember => "a name is missing",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The entities of a file that comes in parts of this length.
    fn read(file: &[u8], part: usize) -> Result<Vec<(String, ScanPosition)>> {
        let mut scanner = EntityScanner::new();
        let mut found = Vec::new();
        for part in file.chunks(part) {
            scanner.take(part, |entity| {
                let json = String::from_utf8_lossy(entity.json).into_owned();
                found.push((json, entity.after));
                Ok(())
            })?;
        }
        scanner.finish()?;
        Ok(found)
    }

    const A: &str = r#"{"PartitionKey":"a]}\"","value":"[{","x":{"y":[1]}}"#;
    const B: &str = r#"{"PartitionKey":"b","n":-0.0}"#;

    fn forms() -> [String; 8] {
        [
            format!("{{\"value\":[{A},{B}]}}"),
            format!("{{\"odata.metadata\":\"https://a/$metadata#t\",\"value\":[{A},\n{B}]}}"),
            format!(
                "\u{feff} \r\n{{ \"x\" : [1,{{}}], \"value\" : [ {A} , {B} ] , \"y\":{{\"z\":\"]\"}} }}\n"
            ),
            format!("[{A},{B}]"),
            format!("[\n{A}\n,\n{B}\n]\n"),
            format!("{A}\n{B}\n"),
            format!("{A}{B}"),
            format!("{{\"value\":[{A}]}}\n[]{{\"value\":[]}}[{B}]"),
        ]
    }

    #[test]
    fn every_form_has_the_same_entities_in_parts_of_every_length() {
        for form in forms() {
            for part in (1..=form.len()).rev() {
                let found = read(form.as_bytes(), part).unwrap();
                let found: Vec<_> = found.iter().map(|(json, _)| json.as_str()).collect();
                assert_eq!(found, [A, B], "{form} in parts of {part}");
            }
        }
    }

    #[test]
    fn the_reading_goes_on_after_every_entity() {
        for form in forms() {
            let found = read(form.as_bytes(), 7).unwrap();
            for (index, (_, after)) in found.iter().enumerate() {
                let mut scanner = EntityScanner::resumed(*after);
                let mut rest = Vec::new();
                let bytes = &form.as_bytes()[after.offset as usize..];
                scanner
                    .take(bytes, |entity| {
                        rest.push(entity.after);
                        Ok(())
                    })
                    .unwrap();
                scanner.finish().unwrap();
                let wanted: Vec<_> = found[index + 1..].iter().map(|found| found.1).collect();
                assert_eq!(rest, wanted, "{form}");
            }
        }
    }

    #[test]
    fn a_file_that_was_cut_is_found_wherever_it_was_cut() {
        // Of objects one after the other, a file may end after each of them.
        for form in &forms()[..5] {
            let end = form.trim_end().len();
            for cut in 0..end {
                let bytes = &form.as_bytes()[..cut];
                assert!(
                    read(bytes, 1000).is_err(),
                    "{}",
                    String::from_utf8_lossy(bytes)
                );
            }
        }
        assert!(read(&forms()[5].as_bytes()[..A.len() + 5], 1000).is_err());
    }

    #[test]
    fn what_no_export_writes_is_refused_with_its_place() {
        for (file, says) in [
            ("PartitionKey,RowKey", "byte 0 on"),
            ("[{},5]", "byte 4 on"),
            ("[{} {}]", "byte 3 on: a comma"),
            ("{\"value\":[{}],}", "a name"),
            ("{\"value\":[{}] \"x\":1}", "the end of the object"),
            ("{\"value\" [{}]}", "a colon"),
            ("{value:[]}", "a name"),
            ("[{},]", "an entity is missing"),
        ] {
            let error = read(file.as_bytes(), 100).unwrap_err().to_string();
            assert!(error.contains(says), "{file}: {error}");
        }
    }

    #[test]
    fn an_entity_without_an_end_does_not_fill_the_memory() {
        let mut scanner = EntityScanner::new();
        scanner.take(b"[{\"a\":\"", |_| Ok(())).unwrap();
        let part = vec![b'x'; 1 << 20];
        let refused = (0..10).find_map(|_| scanner.take(&part, |_| Ok(())).err());
        assert!(refused.unwrap().to_string().contains("8 MiB"));
        assert!(scanner.carried.is_empty());
    }

    proptest! {
        #[test]
        fn hostile_names_and_values_do_not_move_the_borders(
            texts in prop::collection::vec(any::<String>(), 0..8), part in 1usize..50,
        ) {
            let entities: Vec<String> = texts
                .iter()
                .map(|text| {
                    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
                    format!("{{\"{text}\":\"{text}\",\"n\":[\"{text}\"]}}")
                })
                .collect();
            let file = format!("{{\"value\":[{}]}}", entities.join(",\n"));
            let found = read(file.as_bytes(), part).unwrap();
            let found: Vec<_> = found.into_iter().map(|(json, _)| json).collect();
            prop_assert_eq!(found, entities);
        }

        #[test]
        fn no_bytes_make_the_scanner_panic(bytes in any::<Vec<u8>>(), part in 1usize..9) {
            drop(read(&bytes, part));
        }

        #[test]
        fn no_brackets_make_the_scanner_panic(text in "[\\[\\]{}\",: \\\\a1]{0,40}", part in 1usize..9) {
            drop(read(text.as_bytes(), part));
        }
    }
}

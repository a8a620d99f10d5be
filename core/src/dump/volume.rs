//! The data file that is being written.
//!
//! A volume is a part file with the entities as JSON until it is closed. Then it becomes a data file
//! under its final name, which contains the checksum of its bytes. A part file that an earlier run
//! left is continued if its bytes have the checksum that this run noted.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use azring_transport as transport;
use azring_transport::disk::{is_own_name, part_name};
use rustix::fs::OFlags;

use super::crc::DataCrc;
use super::csv::{self, Columns};
use super::json::{EntityScanner, envelope, page};
use super::name::{DataFileName, ExportId, NamedCrc, PayloadFormat};
use crate::{Error, Result};

/// How much of a part file is read at once when it is checked.
const READ_BYTES: usize = 1 << 20;

/// The end of a part file's name: sixteen digits and `.part`.
const PART_END_BYTES: usize = 16 + ".part".len();

/// A link in the place of a part file is not followed.
const NO_LINK: i32 = OFlags::NOFOLLOW.bits() as i32;

/// The folder that volumes are written to.
#[derive(Debug, Clone)]
pub struct VolumeFolder {
    /// Its path.
    pub path: PathBuf,
    /// The job, in sixteen hexadecimal digits: its part files have them in their names.
    pub job: String,
    /// A closed volume survives a power cut.
    pub is_durable: bool,
    /// The permission bits of a file, less the process's mask.
    pub mode: u32,
}

/// What a part file becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PartKind {
    Volume,
    Rows,
    Schema,
    Manifest,
}

/// The entities of a page, as a volume takes them.
#[derive(Debug)]
pub struct VolumePage {
    /// The entities with what stands between them.
    json: Vec<u8>,
    entities: u64,
    columns: Option<Columns>,
}

impl VolumePage {
    /// The entities at these places of a page, without their etags.
    ///
    /// # Errors
    ///
    /// [`Error::Integrity`](crate::Error::Integrity) for an entity that is no JSON object.
    pub fn new(page: &[u8], places: &[Range<usize>], format: PayloadFormat) -> Result<Self> {
        let mut json = Vec::with_capacity(page.len());
        let mut columns = (format == PayloadFormat::Csv).then(Columns::default);
        for (index, place) in places.iter().enumerate() {
            if index > 0 {
                json.extend_from_slice(envelope::BETWEEN);
            }
            let from = json.len();
            let (before, after) = page::without_etag(&page[place.clone()])?;
            json.extend_from_slice(before);
            json.extend_from_slice(after);
            if let Some(columns) = &mut columns {
                columns.take(&json[from..])?;
            }
        }
        Ok(Self {
            json,
            entities: places.len() as u64,
            columns,
        })
    }

    /// How many entities it has.
    pub fn entities(&self) -> u64 {
        self.entities
    }
}

/// Which volume of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VolumeIndex {
    /// The index of its range of partition keys.
    pub range: u32,
    /// Its index among the volumes of the range.
    pub split: u32,
}

/// How far a volume is, to be continued by a later run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VolumePosition {
    /// The length of its part file.
    pub bytes: u64,
    /// The checksum of these bytes.
    pub crc: u64,
    /// How many entities they have.
    pub entities: u64,
}

/// A volume that is being written.
pub struct OpenVolume {
    folder: VolumeFolder,
    index: VolumeIndex,
    path: PathBuf,
    file: File,
    crc: DataCrc,
    bytes: u64,
    entities: u64,
    columns: Option<Columns>,
}

/// A volume that is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedVolume {
    /// Its name.
    pub name: DataFileName,
    /// Its length.
    pub bytes: u64,
    /// How many entities it has.
    pub entities: u64,
}

impl OpenVolume {
    /// A new volume. Its part file replaces an older one.
    ///
    /// # Errors
    ///
    /// The error of the disk.
    pub fn create(
        folder: &VolumeFolder,
        index: VolumeIndex,
        export: &ExportId,
        format: PayloadFormat,
    ) -> Result<Self> {
        let path = folder.part(index, PartKind::Volume);
        let file = folder.create(&path)?;
        let mut volume = Self {
            folder: folder.clone(),
            index,
            path,
            file,
            crc: DataCrc::new(),
            bytes: 0,
            entities: 0,
            columns: (format == PayloadFormat::Csv).then(Columns::default),
        };
        volume.write(envelope::begin(export).as_bytes())?;
        Ok(volume)
    }

    /// The volume of an earlier run, which is continued at `position`; `None` when its part file is
    /// gone, too short or changed.
    ///
    /// # Errors
    ///
    /// The error of the disk.
    pub fn reopen(
        folder: &VolumeFolder,
        index: VolumeIndex,
        format: PayloadFormat,
        position: VolumePosition,
    ) -> Result<Option<Self>> {
        let path = folder.part(index, PartKind::Volume);
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(NO_LINK)
            .open(&path);
        let Ok(file) = opened else { return Ok(None) };
        let mut volume = Self {
            folder: folder.clone(),
            index,
            path,
            file,
            crc: DataCrc::new(),
            bytes: position.bytes,
            entities: position.entities,
            columns: (format == PayloadFormat::Csv).then(Columns::default),
        };
        let is_sound = volume.check(position.bytes)?;
        Ok((is_sound && volume.crc.value() == position.crc).then_some(volume))
    }

    /// Reads the first `bytes` bytes again and cuts off what follows them.
    fn check(&mut self, bytes: u64) -> Result<bool> {
        let failed = |error| cannot_write(&self.path, &error);
        if self.file.metadata().map_err(failed)?.len() < bytes {
            return Ok(false);
        }
        self.file.set_len(bytes).map_err(failed)?;
        let mut scanner = EntityScanner::new();
        let mut buffer = vec![0; READ_BYTES];
        let mut seen = 0;
        while seen < bytes {
            let length = self.file.read(&mut buffer).map_err(failed)?;
            if length == 0 {
                return Ok(false);
            }
            self.crc.update(&buffer[..length]);
            seen += length as u64;
            if let Some(columns) = &mut self.columns {
                let taken = scanner.take(&buffer[..length], |entity| columns.take(entity.json));
                if taken.is_err() {
                    return Ok(false);
                }
            }
        }
        self.file.seek(SeekFrom::End(0)).map_err(failed)?;
        Ok(true)
    }

    /// The length of the data file if it ended after this page.
    pub fn bytes_with(&self, page: &VolumePage) -> u64 {
        if let (Some(columns), Some(next)) = (&self.columns, &page.columns) {
            let mut merged = columns.clone();
            merged.merge(next);
            return merged.file_bytes();
        }
        let between = if self.entities > 0 {
            envelope::BETWEEN.len()
        } else {
            0
        };
        self.bytes + (between + page.json.len() + envelope::END.len()) as u64
    }

    /// How many entities it has.
    pub fn entities(&self) -> u64 {
        self.entities
    }

    /// Appends the entities of a page.
    ///
    /// # Errors
    ///
    /// The error of the disk.
    pub fn append(&mut self, page: &VolumePage) -> Result<()> {
        if page.entities == 0 {
            return Ok(());
        }
        if self.entities > 0 {
            self.write(envelope::BETWEEN)?;
        }
        self.write(&page.json)?;
        self.entities += page.entities;
        if let (Some(columns), Some(next)) = (&mut self.columns, &page.columns) {
            columns.merge(next);
        }
        Ok(())
    }

    /// How far it is.
    pub fn position(&self) -> VolumePosition {
        VolumePosition {
            bytes: self.bytes,
            crc: self.crc.value(),
            entities: self.entities,
        }
    }

    /// Ends the volume: the data file gets its name, and has all its bytes then.
    ///
    /// # Errors
    ///
    /// The error of the disk. The part file stays.
    pub fn close(mut self, export: &ExportId) -> Result<ClosedVolume> {
        self.write(envelope::END)?;
        let (folder, index) = (self.folder.clone(), self.index);
        let name = |crc, format| DataFileName {
            export: export.clone(),
            range: index.range,
            split: index.split,
            crc: NamedCrc::Crc64(crc),
            format,
        };
        let Some(columns) = self.columns.take() else {
            let name = name(self.crc.value(), PayloadFormat::Json);
            folder.place(&self.path, &self.file, &name.to_string())?;
            return Ok(ClosedVolume {
                name,
                bytes: self.bytes,
                entities: self.entities,
            });
        };
        let rows_path = folder.part(index, PartKind::Rows);
        let (rows, crc) = self.rows(&columns, &rows_path)?;
        let name = name(crc, PayloadFormat::Csv);
        let schema = folder.part(index, PartKind::Schema);
        folder.write(&schema, &name.schema_name(), &columns.schema())?;
        folder.place(&rows_path, &rows, &name.to_string())?;
        fs::remove_file(&self.path).map_err(|error| cannot_write(&self.path, &error))?;
        Ok(ClosedVolume {
            name,
            bytes: columns.file_bytes(),
            entities: self.entities,
        })
    }

    /// Writes the rows of the volume to a part file; returns it and its checksum.
    fn rows(&mut self, columns: &Columns, path: &Path) -> Result<(File, u64)> {
        let failed = |error: io::Error| cannot_write(path, &error);
        self.file
            .rewind()
            .map_err(|error| cannot_write(&self.path, &error))?;
        let file = self.folder.create(path)?;
        let mut summed = SummedWriter {
            file: BufWriter::with_capacity(READ_BYTES, &file),
            crc: DataCrc::new(),
        };
        csv::write(columns, &self.file, &mut summed, failed)?;
        let crc = summed.crc.value();
        drop(summed);
        Ok((file, crc))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file
            .write_all(bytes)
            .map_err(|error| cannot_write(&self.path, &error))?;
        self.crc.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}

impl VolumeFolder {
    /// Makes the folder, if it is missing.
    ///
    /// # Errors
    ///
    /// The error of the disk.
    pub fn make(&self) -> Result<()> {
        let made = fs::create_dir_all(&self.path);
        made.map_err(|error| {
            let doing = format_args!("cannot create the folder `{}`", self.path.display());
            transport::Error::disk(doing, &error).into()
        })
    }

    /// Removes the files of this export that are none of `known`: a run that was killed had no time
    /// to note them. Files of other exports have another time in their names.
    ///
    /// # Errors
    ///
    /// The error of the disk.
    pub fn remove_unknown(&self, export: &ExportId, known: impl Fn(&str) -> bool) -> Result<()> {
        self.remove_files(|name| export.owns(name) && !known(name))
    }

    /// Removes the part files of the job.
    ///
    /// # Errors
    ///
    /// The error of the disk.
    pub fn remove_parts(&self) -> Result<()> {
        let begin = part_name(&self.job, 0);
        let begin = &begin[..begin.len() - PART_END_BYTES];
        self.remove_files(|name| name.starts_with(begin) && is_own_name(name.as_bytes()))
    }

    fn remove_files(&self, is_removed: impl Fn(&str) -> bool) -> Result<()> {
        let failed = |path: &Path, error: &io::Error| {
            let doing = format_args!("cannot remove `{}`", path.display());
            Error::from(transport::Error::disk(doing, error))
        };
        let listed = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            listed => listed.map_err(|error| failed(&self.path, &error))?,
        };
        for found in listed {
            let found = found.map_err(|error| failed(&self.path, &error))?;
            if found.file_name().to_str().is_some_and(&is_removed) {
                fs::remove_file(found.path()).map_err(|error| failed(&found.path(), &error))?;
            }
        }
        Ok(())
    }

    /// Writes the manifest. A file of that name is replaced, unless it is the same: an upload that an
    /// earlier run began goes on with it.
    ///
    /// # Errors
    ///
    /// The error of the disk.
    pub fn write_manifest(&self, name: &str, manifest: &str) -> Result<()> {
        let is_there =
            fs::read(self.path.join(name)).is_ok_and(|found| found == manifest.as_bytes());
        if is_there {
            return Ok(());
        }
        let part = self.part(VolumeIndex::default(), PartKind::Manifest);
        self.write(&part, name, manifest.as_bytes())
    }

    /// Writes a whole small file.
    fn write(&self, part: &Path, name: &str, bytes: &[u8]) -> Result<()> {
        let mut file = self.create(part)?;
        file.write_all(bytes)
            .map_err(|error| cannot_write(part, &error))?;
        self.place(part, &file, name)
    }

    /// The part file of a volume: the same in each run of the job.
    fn part(&self, index: VolumeIndex, kind: PartKind) -> PathBuf {
        let digits = u64::from(index.range) << 34 | u64::from(index.split) << 2 | kind as u64;
        self.path.join(part_name(&self.job, digits))
    }

    /// Makes an empty part file. A file that an earlier run left under its name is removed.
    fn create(&self, part: &Path) -> Result<File> {
        let made = || {
            match fs::remove_file(part) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            OpenOptions::new()
                .read(true)
                .write(true)
                .create_new(true)
                .mode(self.mode)
                .open(part)
        };
        made().map_err(|error| cannot_write(part, &error))
    }

    /// Gives a complete part file its name.
    fn place(&self, part: &Path, file: &File, name: &str) -> Result<()> {
        let target = self.path.join(name);
        let placed = || {
            if self.is_durable {
                file.sync_all()?;
            }
            fs::rename(part, &target)?;
            if self.is_durable {
                File::open(&self.path)?.sync_all()?;
            }
            Ok(())
        };
        placed().map_err(|error| cannot_write(&target, &error))
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Error {
    let doing = format_args!("cannot write `{}`", path.display());
    transport::Error::disk(doing, error).into()
}

/// Writes to a file and computes the checksum.
struct SummedWriter<'f> {
    file: BufWriter<&'f File>,
    crc: DataCrc,
}

impl Write for SummedWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.crc.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests;

//! List Blobs: the names and properties of a container's blobs, page by page.
//! <https://learn.microsoft.com/rest/api/storageservices/list-blobs>

mod folder;
mod level;

use std::ops::ControlFlow;
use std::time::SystemTime;

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::Result;
use crate::entry::{ArchiveState, BlobFacts, ETag, ObjectProperties};
use crate::location::BlobLocation;
use crate::options::AccessTier;
use crate::store::blob::properties::{BlobType, FOLDER_MARK, FoundTier, is_true};
use crate::store::blob::request::tags_document;
use crate::store::blob::rules::PAGE_ENTRIES_MAX;
use crate::store::rest::checksum::decode_md5;
use crate::store::rest::conditions::quoted_etag;
use crate::store::rest::page::{ListedPage, Marker, read_marker, read_name};
use crate::store::rest::xml::Xml;
use crate::store::rest::{date, malformed};

pub use folder::parse_folder;
pub use level::{LevelItem, parse_level};

/// The first version that knows `startFrom`, given only where that is asked for: what does not know the version refuses it.
/// The service's own page does not tell of it; what is known of it is what the clients of that version do:
/// <https://learn.microsoft.com/java/api/com.azure.storage.blob.models.listblobsoptions>
const START_FROM_VERSION: &str = "2026-02-06";

/// What to list.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a part of the answer"
)]
pub struct PageRequest<'a> {
    /// The beginning of every name; empty for all.
    pub prefix: &'a str,
    /// Names that have this after the prefix are gathered into prefixes.
    pub delimiter: Option<&'a str>,
    /// The marker in the page before; `None` for the first page.
    pub after: Option<&'a Marker>,
    /// The name at which the listing begins. It has the prefix, and is given with every page.
    pub from: Option<&'a str>,
    /// The most entries of the page; `None` for as many as the service gives.
    pub entries_max: Option<usize>,
    /// With metadata, which marks directories.
    pub metadata: bool,
    /// With snapshots, the oldest first.
    pub snapshots: bool,
    /// With index tags, which take a permission of their own.
    pub tags: bool,
    /// With all versions, the oldest first.
    pub versions: bool,
}

/// What is read of each blob beside what every listing needs.
#[derive(Debug, Clone, Copy, Default)]
pub struct BlobParts {
    /// The stored properties.
    pub carries: bool,
    /// What no copy stores, among the stored properties.
    pub facts: bool,
}

/// A blob, as a listing describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedBlob {
    /// Its full name.
    pub name: Box<str>,
    /// Its length.
    pub bytes: u64,
    /// When it was last modified, in whole seconds.
    pub modified: SystemTime,
    /// Its version.
    pub etag: ETag,
    /// The MD5 stored with it.
    pub md5: Option<[u8; 16]>,
    /// The type; `None` for an unknown one.
    pub blob_type: Option<BlobType>,
    /// The snapshot's time, as the service writes it; `None` for the blob itself.
    pub snapshot: Option<Box<str>>,
    /// The id of the version, where versions are listed.
    pub version: Option<Box<str>>,
    /// Whether it is a directory mark and no data.
    pub is_folder: bool,
    /// The service says whether it is a file or a directory: the account has a hierarchical namespace.
    pub has_resource_type: bool,
    /// Why it cannot be read, where its tier is the reason.
    pub archive: Option<ArchiveState>,
    /// The properties that are stored with it, where they are read.
    pub carried: Option<Box<ObjectProperties>>,
}

/// Asks for a page.
pub fn request(place: &BlobLocation, listing: &PageRequest<'_>) -> Request {
    let mut request = Request::new(Method::GET, place.account(), place.container_path())
        .query("restype", "container")
        .query("comp", "list")
        .expect(Expected::status(200));
    // An empty value is a bare name to some servers, which then compute another signature.
    if !listing.prefix.is_empty() {
        request = request.query("prefix", listing.prefix);
    }
    if let Some(delimiter) = listing.delimiter {
        request = request.query("delimiter", delimiter);
    }
    if let Some(Marker(marker)) = listing.after {
        request = request.query("marker", marker.as_str());
    }
    if let Some(from) = listing.from {
        request = request.query("startFrom", from);
        // A service of an older version does not know it, and shows that by its answer.
        if !place.account().capabilities.is_lowered() {
            request = request.header("x-ms-version", START_FROM_VERSION);
        }
    }
    let included = [
        (listing.metadata, "metadata"),
        (listing.snapshots, "snapshots"),
        (listing.tags, "tags"),
        (listing.versions, "versions"),
    ];
    let included = included.iter().filter(|(is_asked, _)| *is_asked);
    let include: Vec<_> = included.map(|(_, what)| *what).collect();
    if !include.is_empty() {
        request = request.query("include", include.join(","));
    }
    if let Some(entries) = listing.entries_max {
        request = request.query("maxresults", entries.min(PAGE_ENTRIES_MAX).to_string());
    }
    request
}

/// Reads a page, without the stored properties.
pub fn parse(body: &[u8]) -> Result<ListedPage<ListedBlob>> {
    parse_until(body, BlobParts::default(), |_| false)
}

/// Reads a page up to the first name after the end; such a page is the last one. Reads these parts too.
pub fn parse_until(
    body: &[u8],
    parts: BlobParts,
    mut is_behind: impl FnMut(&str) -> bool,
) -> Result<ListedPage<ListedBlob>> {
    let mut page = ListedPage::default();
    let whole = Xml::open(body, "EnumerationResults")?.children_until(|xml, tag| {
        match tag.name() {
            "Blobs" => return read_blobs(xml, parts, &mut is_behind, &mut page),
            "NextMarker" => page.next = read_marker(xml)?,
            _ => {}
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if whole.is_break() {
        page.next = None;
    }
    Ok(page)
}

/// Fails when a page has more items than the service allows.
fn check_count(count: usize) -> Result<()> {
    if count > PAGE_ENTRIES_MAX {
        return Err(malformed(format_args!(
            "a page of the listing has more than {PAGE_ENTRIES_MAX} blobs"
        )));
    }
    Ok(())
}

fn read_blobs(
    xml: &mut Xml<'_>,
    parts: BlobParts,
    is_behind: &mut impl FnMut(&str) -> bool,
    page: &mut ListedPage<ListedBlob>,
) -> Result<ControlFlow<()>> {
    xml.children_until(|xml, tag| {
        check_count(page.entries.len() + page.prefixes.len())?;
        match tag.name() {
            "Blob" => match read_blob(xml, parts, is_behind)? {
                Some(blob) => page.entries.push(blob),
                None => return Ok(ControlFlow::Break(())),
            },
            "BlobPrefix" => page.prefixes.push(read_named(xml)?),
            _ => {}
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// The name of an item; the rest of its element is skipped.
fn read_named(xml: &mut Xml<'_>) -> Result<String> {
    let mut name = None;
    xml.children(|xml, tag| {
        if tag.name() == "Name" {
            name = Some(read_name(xml, tag)?);
        }
        Ok(())
    })?;
    name.ok_or_else(|| malformed("an entry of the listing has no name"))
}

/// The parts of a blob's element that were read so far.
#[derive(Default)]
struct PartialBlob {
    name: Option<String>,
    bytes: Option<u64>,
    modified: Option<SystemTime>,
    etag: Option<String>,
    md5: Option<[u8; 16]>,
    blob_type: Option<BlobType>,
    snapshot: Option<Box<str>>,
    version: Option<Box<str>>,
    is_folder: bool,
    has_resource_type: bool,
    tier: FoundTier,
    facts: Option<Box<BlobFacts>>,
    carried: Option<Box<ObjectProperties>>,
}

/// A blob; `None` where its name is after the end.
fn read_blob(
    xml: &mut Xml<'_>,
    parts: BlobParts,
    is_behind: &mut impl FnMut(&str) -> bool,
) -> Result<Option<ListedBlob>> {
    let read = read_parts(xml, parts, is_behind)?;
    read.map(PartialBlob::finish).transpose()
}

/// The parts of a blob's element; `None` where its name is after the end.
fn read_parts(
    xml: &mut Xml<'_>,
    parts: BlobParts,
    is_behind: &mut impl FnMut(&str) -> bool,
) -> Result<Option<PartialBlob>> {
    let mut draft = PartialBlob {
        carried: parts.carries.then(Box::default),
        facts: parts.facts.then(Box::default),
        ..PartialBlob::default()
    };
    let whole = xml.children_until(|xml, tag| {
        match tag.name() {
            "Name" => {
                let name = read_name(xml, tag)?;
                if is_behind(&name) {
                    return Ok(ControlFlow::Break(()));
                }
                draft.name = Some(name);
            }
            "Snapshot" => {
                let snapshot = xml.text()?;
                draft.snapshot = (!snapshot.is_empty()).then(|| snapshot.into());
            }
            "VersionId" => {
                let version = xml.text()?;
                draft.version = (!version.is_empty()).then(|| version.into());
            }
            "Properties" => draft.read_properties(xml)?,
            "Metadata" => draft.read_metadata(xml)?,
            "Tags" => draft.read_tags(xml)?,
            _ => {}
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(whole.is_continue().then_some(draft))
}

impl PartialBlob {
    fn read_properties(&mut self, xml: &mut Xml<'_>) -> Result<()> {
        xml.children(|xml, tag| {
            match tag.name() {
                "Last-Modified" => self.modified = date::parse(xml.text()?.trim()),
                "Etag" => self.etag = Some(xml.text()?.trim().to_owned()),
                "Content-Length" => self.bytes = xml.text()?.trim().parse().ok(),
                "Content-MD5" => self.md5 = decode_md5(xml.text()?.trim()),
                "BlobType" => self.blob_type = BlobType::from_word(xml.text()?.trim()),
                "AccessTier" => {
                    let text = xml.text()?;
                    self.tier.tier = AccessTier::from_word(text.trim());
                    self.fact(|facts| &mut facts.tier, &text);
                }
                "AccessTierInferred" => self.tier.is_inferred = is_true(&xml.text()?),
                "ArchiveStatus" => {
                    let text = xml.text()?;
                    self.tier.is_rehydrating = !text.trim().is_empty();
                    self.fact(|facts| &mut facts.archive_status, &text);
                }
                "LeaseState" => self.fact(|facts| &mut facts.lease_state, &xml.text()?),
                "LeaseDuration" => self.fact(|facts| &mut facts.lease_duration, &xml.text()?),
                "LeaseStatus" => self.fact(|facts| &mut facts.lease_status, &xml.text()?),
                // Only accounts with a hierarchical namespace have this. Their directories are listed like blobs.
                "ResourceType" => {
                    self.has_resource_type = true;
                    self.is_folder |= xml.text()?.trim() == "directory";
                }
                name => {
                    if let Some(carried) = &mut self.carried
                        && let Some(field) = stored_field(carried, name)
                    {
                        let text = xml.text()?;
                        *field = (!text.is_empty()).then(|| text.into_owned());
                    }
                }
            }
            Ok(())
        })
    }

    fn read_metadata(&mut self, xml: &mut Xml<'_>) -> Result<()> {
        xml.children(|xml, tag| {
            let is_mark = tag.name().eq_ignore_ascii_case(FOLDER_MARK);
            if !is_mark && self.carried.is_none() {
                return Ok(());
            }
            let value = xml.text()?;
            self.is_folder |= is_mark && value.trim().eq_ignore_ascii_case("true");
            if let Some(carried) = &mut self.carried {
                let metadata = &mut carried.metadata;
                if metadata.is_empty() {
                    // Most blobs have one or two, and pages of them are held.
                    metadata.reserve_exact(1);
                }
                metadata.push((tag.name().to_owned(), value.into_owned()));
            }
            Ok(())
        })
    }

    /// Keeps a fact, where facts are read.
    fn fact(&mut self, field: impl FnOnce(&mut BlobFacts) -> &mut Option<String>, text: &str) {
        if let Some(facts) = &mut self.facts {
            *field(facts) = (!text.trim().is_empty()).then(|| text.trim().to_owned());
        }
    }

    /// Reads `<TagSet>` with the index tags. Tags that no service accepts are a fault of the answer.
    fn read_tags(&mut self, xml: &mut Xml<'_>) -> Result<()> {
        let tags = tags_document::read(xml)?;
        if let Some(carried) = &mut self.carried {
            carried.tags = Some(tags);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<ListedBlob> {
        if let Some(carried) = &mut self.carried {
            carried.tier = self.tier.chosen();
            if let Some(facts) = &mut self.facts {
                facts.version_id = self.version.as_deref().map(Into::into);
            }
            carried.facts = self.facts.take();
        }
        let name = self
            .name
            .ok_or_else(|| malformed("a blob in the listing has no name"))?;
        let missing = |what: &str| {
            malformed(format_args!(
                "the listing has `{}` without {what}",
                name.escape_debug()
            ))
        };
        let bytes = self.bytes.ok_or_else(|| missing("a length"))?;
        Ok(ListedBlob {
            bytes,
            modified: self.modified.ok_or_else(|| missing("a date"))?,
            etag: self
                .etag
                .map(quoted_etag)
                .ok_or_else(|| missing("an ETag"))?,
            md5: self.md5,
            blob_type: self.blob_type,
            snapshot: self.snapshot,
            version: self.version,
            // A directory mark has no bytes. A blob with bytes is data, whatever its metadata says.
            is_folder: self.is_folder && bytes == 0,
            has_resource_type: self.has_resource_type,
            archive: self.tier.archive(),
            carried: self.carried,
            name: name.into(),
        })
    }
}

/// The field that a property of this name belongs to.
fn stored_field<'a>(
    carried: &'a mut ObjectProperties,
    name: &str,
) -> Option<&'a mut Option<String>> {
    match name {
        "Content-Type" => Some(&mut carried.content_type),
        "Content-Encoding" => Some(&mut carried.content_encoding),
        "Content-Language" => Some(&mut carried.content_language),
        "Content-Disposition" => Some(&mut carried.content_disposition),
        "Cache-Control" => Some(&mut carried.cache_control),
        _ => None,
    }
}

#[cfg(test)]
mod tests;

//! List Directories and Files: one level of a share, page by page.
//! <https://learn.microsoft.com/rest/api/storageservices/list-directories-and-files>

use std::time::SystemTime;

use azring_transport::http::{Expected, Request};
use azring_transport::service::ApiVersion;
use http::Method;

use super::to_directory;
use crate::Result;
use crate::entry::{ETag, SmbProperties};
use crate::location::ShareLocation;
use crate::store::rest::conditions::quoted_etag;
use crate::store::rest::page::{Marker, read_marker, read_name};
use crate::store::rest::xml::Xml;
use crate::store::rest::{date, iso_time, malformed};
use crate::store::share::properties::smb_properties;
use crate::store::share::rules::PAGE_ENTRIES_MAX;

/// The first version whose listings have entity tags, times and attributes.
const WITH_DETAILS: ApiVersion = ApiVersion::new(2020, 4, 8);

/// One page of a directory's listing.
#[derive(Debug, Default)]
pub struct DirectoryPage {
    /// The children, in the service's order.
    pub children: Vec<ListedChild>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Marker>,
}

/// A directory or a file, as a listing describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedChild {
    /// Its name in the directory.
    pub name: Box<str>,
    /// What the listing says about a file; `None` for a directory.
    pub file: Option<ListedFile>,
    /// The attributes and times of a directory, where the listing has them.
    pub directory: Option<Box<SmbProperties>>,
}

/// A file, as a listing describes it. Versions before 2020-04-08 list only its length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    /// Its length.
    pub bytes: u64,
    /// Its version.
    pub etag: Option<ETag>,
    /// When its content was last written, or else when the file was last modified.
    pub modified: Option<SystemTime>,
    /// Its attributes and times.
    pub smb: Option<Box<SmbProperties>>,
}

/// Asks for a page of the directory of this full name; an empty name is the share's own directory.
pub fn request(place: &ShareLocation, directory: &str, after: Option<&Marker>) -> Request {
    let mut request = to_directory(Method::GET, place, directory)
        .query("comp", "list")
        .expect(Expected::status(200));
    if let Some(Marker(marker)) = after {
        request = request.query("marker", marker.as_str());
    }
    if place.account().capabilities.version() >= WITH_DETAILS {
        request = request
            .query("include", "Timestamps,Etag,Attributes")
            .header("x-ms-file-extended-info", "true");
    }
    request
}

/// Reads a page.
///
/// Fails when a child has a name that no file has, which could lead out of the directory.
pub fn parse(body: &[u8]) -> Result<DirectoryPage> {
    let mut page = DirectoryPage::default();
    let mut has_entries = false;
    Xml::open(body, "EnumerationResults")?.children(|xml, tag| {
        match tag.name() {
            "Entries" => {
                has_entries = true;
                page.children = read_children(xml)?;
            }
            "NextMarker" => page.next = read_marker(xml)?,
            _ => {}
        }
        Ok(())
    })?;
    if has_entries {
        Ok(page)
    } else {
        Err(malformed("the listing has no element `Entries`"))
    }
}

fn read_children(xml: &mut Xml<'_>) -> Result<Vec<ListedChild>> {
    let mut children = Vec::new();
    xml.children(|xml, tag| {
        if children.len() >= PAGE_ENTRIES_MAX {
            return Err(malformed(format_args!(
                "a page of the listing has more than {PAGE_ENTRIES_MAX} entries"
            )));
        }
        match tag.name() {
            "File" => children.push(read_child(xml, true)?),
            "Directory" => children.push(read_child(xml, false)?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(children)
}

/// The texts of a child's element.
#[derive(Default)]
struct ChildTexts {
    name: Option<String>,
    bytes: Option<u64>,
    etag: Option<String>,
    last_modified: Option<SystemTime>,
    created: Option<String>,
    last_write: Option<String>,
    attributes: Option<String>,
}

fn read_child(xml: &mut Xml<'_>, is_file: bool) -> Result<ListedChild> {
    let mut texts = ChildTexts::default();
    xml.children(|xml, tag| {
        match tag.name() {
            "Name" => texts.name = Some(read_name(xml, tag)?),
            "Properties" => texts.read_properties(xml)?,
            "Attributes" => texts.attributes = Some(xml.text()?.into_owned()),
            _ => {}
        }
        Ok(())
    })?;
    texts.finish(is_file)
}

impl ChildTexts {
    fn read_properties(&mut self, xml: &mut Xml<'_>) -> Result<()> {
        xml.children(|xml, tag| {
            match tag.name() {
                "Content-Length" => self.bytes = xml.text()?.trim().parse().ok(),
                "Etag" => self.etag = Some(xml.text()?.trim().to_owned()),
                "Last-Modified" => self.last_modified = date::parse(xml.text()?.trim()),
                "CreationTime" => self.created = Some(xml.text()?.trim().to_owned()),
                "LastWriteTime" => self.last_write = Some(xml.text()?.trim().to_owned()),
                _ => {}
            }
            Ok(())
        })
    }

    fn finish(self, is_file: bool) -> Result<ListedChild> {
        let name = self
            .name
            .ok_or_else(|| malformed("an entry of the listing has no name"))?;
        if name.contains(['/', '\0']) || name == "." || name == ".." {
            return Err(malformed(format_args!(
                "the listing has the name `{}`, which no file can have",
                name.escape_debug()
            )));
        }
        let name = name.into_boxed_str();
        let last_write = self.last_write.as_deref();
        let smb = smb_properties(
            self.attributes.as_deref(),
            self.created.as_deref(),
            last_write,
        )
        .map(Box::new);
        if !is_file {
            return Ok(ListedChild {
                name,
                file: None,
                directory: smb,
            });
        }
        let bytes = self.bytes.ok_or_else(|| {
            malformed(format_args!(
                "the listing has `{}` without a length",
                name.escape_debug()
            ))
        })?;
        let file = ListedFile {
            bytes,
            etag: self.etag.filter(|etag| !etag.is_empty()).map(quoted_etag),
            modified: last_write.and_then(iso_time::parse).or(self.last_modified),
            smb,
        };
        Ok(ListedChild {
            name,
            file: Some(file),
            directory: None,
        })
    }
}

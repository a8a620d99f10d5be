//! A page of what is in one folder of an account with a hierarchical namespace.

use super::{BlobParts, ListedBlob, check_count, read_blob, read_parts};
use crate::Result;
use crate::store::rest::malformed;
use crate::store::rest::page::{ListedPage, read_marker};
use crate::store::rest::xml::Xml;

/// Reads a page of a listing with a delimiter. A folder whose properties the service shows is also among the
/// blobs, by its name without the delimiter.
pub fn parse_folder(body: &[u8], parts: BlobParts) -> Result<ListedPage<ListedBlob>> {
    let mut page = ListedPage::default();
    Xml::open(body, "EnumerationResults")?.children(|xml, tag| {
        match tag.name() {
            "Blobs" => read_items(xml, parts, &mut page)?,
            "NextMarker" => page.next = read_marker(xml)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(page)
}

fn read_items(
    xml: &mut Xml<'_>,
    parts: BlobParts,
    page: &mut ListedPage<ListedBlob>,
) -> Result<()> {
    xml.children(|xml, tag| {
        // A folder may be on both lists.
        check_count(page.entries.len().max(page.prefixes.len()))?;
        match tag.name() {
            "Blob" => page.entries.extend(read_blob(xml, parts, &mut |_| false)?),
            "BlobPrefix" => read_folder(xml, parts, page)?,
            _ => {}
        }
        Ok(())
    })
}

fn read_folder(
    xml: &mut Xml<'_>,
    parts: BlobParts,
    page: &mut ListedPage<ListedBlob>,
) -> Result<()> {
    let read = read_parts(xml, parts, &mut |_| false)?;
    let mut folder = read.unwrap_or_default();
    let name = folder.name.take();
    let name = name.ok_or_else(|| malformed("an entry of the listing has no name"))?;
    if let Some(own_name) = name.strip_suffix('/')
        && folder.bytes.is_some()
    {
        folder.name = Some(own_name.to_owned());
        folder.is_folder = true;
        page.entries.push(folder.finish()?);
    }
    page.prefixes.push(name);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_properties_is_an_entry_and_a_prefix() {
        let properties = "<Properties><Last-Modified>Thu, 16 Aug 2018 15:19:39 GMT</Last-Modified>\
            <Etag>0x1</Etag><ResourceType>directory</ResourceType><Content-Length>0</Content-Length></Properties>";
        let page = format!(
            "<EnumerationResults><Blobs><BlobPrefix><Name>a/</Name>{properties}</BlobPrefix>\
             <BlobPrefix><Name>b/</Name></BlobPrefix></Blobs><NextMarker>m</NextMarker></EnumerationResults>"
        );
        let page = parse_folder(page.as_bytes(), BlobParts::default()).unwrap();
        assert_eq!(page.prefixes, ["a/", "b/"]);
        let [folder] = &page.entries[..] else {
            panic!("{:?}", page.entries)
        };
        assert_eq!(&*folder.name, "a");
        assert!(folder.is_folder && folder.has_resource_type);
        assert!(page.next.is_some());
    }
}

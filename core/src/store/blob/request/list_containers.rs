//! List Containers: the names of an account's containers, page by page, in the service's order.
//! <https://learn.microsoft.com/rest/api/storageservices/list-containers2>

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::Result;
use crate::location::BlobLocation;
use crate::store::blob::rules::PAGE_ENTRIES_MAX;
use crate::store::rest::malformed;
use crate::store::rest::page::{ListedPage, Marker, read_marker, read_name};
use crate::store::rest::xml::Xml;

/// Asks for the page after this marker, of the containers whose names begin with `prefix`. The container of the
/// place has no meaning here.
pub fn request(place: &BlobLocation, prefix: &str, after: Option<&Marker>) -> Request {
    let path = format!("{}/", place.account_place.base_path);
    let mut request = Request::new(Method::GET, place.account(), path)
        .query("comp", "list")
        .expect(Expected::status(200));
    if !prefix.is_empty() {
        request = request.query("prefix", prefix);
    }
    if let Some(Marker(marker)) = after {
        request = request.query("marker", marker.as_str());
    }
    request
}

/// Reads a page.
pub fn parse(body: &[u8]) -> Result<ListedPage<String>> {
    let mut page = ListedPage::default();
    Xml::open(body, "EnumerationResults")?.children(|xml, tag| {
        match tag.name() {
            "Containers" => xml.children(|xml, tag| {
                if tag.name() == "Container" {
                    page.entries.push(read_container(xml)?);
                }
                if page.entries.len() > PAGE_ENTRIES_MAX {
                    return Err(malformed("a page of the listing has too many containers"));
                }
                Ok(())
            })?,
            "NextMarker" => page.next = read_marker(xml)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(page)
}

fn read_container(xml: &mut Xml<'_>) -> Result<String> {
    let mut name = None;
    xml.children(|xml, tag| {
        if tag.name() == "Name" {
            name = Some(read_name(xml, tag)?);
        }
        Ok(())
    })?;
    let name = name.filter(|name| !name.contains(['/', '\\']) && name != "." && name != "..");
    name.ok_or_else(|| malformed("a container of the listing has no name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_names_and_a_marker() {
        let page = parse(
            b"<?xml version=\"1.0\"?><EnumerationResults ServiceEndpoint=\"x\"><Containers>\
              <Container><Name>$web</Name><Properties><Etag>1</Etag></Properties></Container>\
              <Container><Name>logs</Name></Container></Containers>\
              <NextMarker>m</NextMarker></EnumerationResults>",
        )
        .unwrap();
        assert_eq!(page.entries, ["$web", "logs"]);
        assert_eq!(page.next, Some(Marker("m".into())));
    }

    #[test]
    fn a_name_that_would_leave_the_account_is_refused() {
        for name in ["..", "a/b", ""] {
            let body = format!(
                "<EnumerationResults><Containers><Container><Name>{name}</Name></Container></Containers>\
                 </EnumerationResults>"
            );
            assert!(parse(body.as_bytes()).is_err(), "{name}");
        }
    }
}

//! Get Blob Service Properties: what an account keeps of deleted blobs. 200.
//! <https://learn.microsoft.com/rest/api/storageservices/get-blob-service-properties>

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::Result;
use crate::location::BlobLocation;
use crate::report::SoftDelete;
use crate::store::rest::malformed;
use crate::store::rest::xml::Xml;

/// Asks for the properties of the service that has this place.
pub fn request(place: &BlobLocation) -> Request {
    let path = format!("{}/", place.account_place.base_path);
    Request::new(Method::GET, place.account(), path)
        .query("restype", "service")
        .query("comp", "properties")
        .expect(Expected::status(200))
}

/// Reads the policy of retention from the answer. A service that names none keeps nothing.
pub fn parse(body: &[u8]) -> Result<SoftDelete> {
    let (mut is_on, mut days) = (false, None);
    Xml::open(body, "StorageServiceProperties")?.children(|xml, tag| {
        if tag.name() != "DeleteRetentionPolicy" {
            return Ok(());
        }
        xml.children(|xml, tag| match tag.name() {
            "Enabled" => {
                is_on = xml.text()?.trim().eq_ignore_ascii_case("true");
                Ok(())
            }
            "Days" => {
                days = Some(
                    xml.text()?
                        .trim()
                        .parse()
                        .map_err(|_| malformed("`Days` is not a number"))?,
                );
                Ok(())
            }
            _ => Ok(()),
        })
    })?;
    Ok(match days {
        Some(days) if is_on => SoftDelete::Days(days),
        None if is_on => SoftDelete::Unknown,
        _ => SoftDelete::Off,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_of_deleted_blobs_is_read() {
        let policy = |inside: &str| {
            let body = format!(
                "<?xml version=\"1.0\"?><StorageServiceProperties><Logging><Read>true</Read></Logging>\
                 <DeleteRetentionPolicy>{inside}</DeleteRetentionPolicy></StorageServiceProperties>"
            );
            parse(body.as_bytes()).unwrap()
        };
        assert_eq!(
            policy("<Enabled>true</Enabled><Days>7</Days>"),
            SoftDelete::Days(7)
        );
        assert_eq!(
            policy(
                "<Enabled>true</Enabled><AllowPermanentDelete>true</AllowPermanentDelete><Days>365</Days>"
            ),
            SoftDelete::Days(365)
        );
        assert_eq!(policy("<Enabled>false</Enabled>"), SoftDelete::Off);
        let without = parse(b"<StorageServiceProperties/>").unwrap();
        assert_eq!(without, SoftDelete::Off);
        assert!(parse(b"<Error/>").is_err());
    }
}

//! The container that a copy writes to.

use azring_transport as transport;

use super::request::create_container;
use crate::Result;
use crate::location::BlobLocation;
use crate::store::Tools;

/// Makes the container, privately, if it is missing.
///
/// A signature may allow writing blobs but not making containers: that the service refuses to make one is then no
/// reason to stop, since the first blob will tell. With an account key, or with no credential at all, it is.
pub(super) async fn make_if_missing(tools: &Tools, place: &BlobLocation) -> Result<()> {
    let request = create_container::request(place);
    match tools.client.send(&request).await {
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some("ContainerAlreadyExists") => Ok(()),
        Err(error) if error.status() == Some(403) && is_sas(place) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn is_sas(place: &BlobLocation) -> bool {
    matches!(
        place.account.credential,
        transport::auth::Credential::Sas(_)
    )
}

//! Compares the bytes of a blob with the bytes to be written. That decides whether a write whose answer was lost has
//! taken effect.

use azring_transport as transport;
use azring_transport::buffer::Frozen;

use super::Draft;
use crate::Result;
use crate::entry::ETag;
use crate::store::Tools;
use crate::store::blob::request::get_blob;
use crate::store::rest::conditions::{Condition, etag};
use crate::store::rest::range::ByteRange;

/// The length of one request of the comparison, in bytes.
const READ_BACK_BYTES: usize = 256 * 1024;

impl Draft {
    /// Whether this version of the blob has these bytes from `offset` on.
    pub(super) async fn has_bytes(
        &self,
        tools: &Tools,
        (offset, data): (u64, &Frozen),
        version: Option<&ETag>,
    ) -> Result<bool> {
        let condition = version.map_or(Condition::Always, Condition::Unchanged);
        for from in (0..data.bytes()).step_by(READ_BACK_BYTES) {
            let to = data.bytes().min(from + READ_BACK_BYTES);
            let range = ByteRange::new(offset + from as u64, (to - from) as u64);
            let request = get_blob::request(&self.place, &self.name, range, None, condition, false);
            let there = match tools.client.send_with_cap(&request, to - from).await {
                Ok(reply) => reply.body,
                // The blob is shorter, or has another version by now.
                Err(error) if matches!(error.status(), Some(416 | 412 | 404)) => return Ok(false),
                Err(error) if error.kind() == transport::Kind::Protocol => return Ok(false),
                Err(error) => return Err(error.into()),
            };
            let ours = data.part(from..to).flatten();
            if !there.iter().copied().eq(ours) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The version of the blob that is in the way of a refused write, if it has exactly these bytes. Fails with
    /// `Error::TargetChanged` where it has others.
    pub(super) async fn made_before(
        &self,
        tools: &Tools,
        data: &Frozen,
        error: transport::Error,
    ) -> Result<Option<ETag>> {
        let found = self.in_the_way(tools, error).await?;
        let length = found.header("content-length");
        let is_as_long = length.and_then(|text| text.parse().ok()) == Some(data.bytes());
        let version = etag(&found);
        let is_ours = is_as_long
            && found.header("x-ms-blob-type") == Some("BlockBlob")
            && self.has_bytes(tools, (0, data), version.as_ref()).await?;
        if is_ours {
            Ok(version)
        } else {
            Err(self.not_ours())
        }
    }
}

//! Blobs of the null store that exist from the start, with pattern bytes.

/// A blob that is readable without ever having been uploaded (null store).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternBlob {
    /// Container, made in the first account.
    pub container: String,
    /// Blob name.
    pub blob: String,
    /// Bytes.
    pub length: u64,
}

impl PatternBlob {
    /// Reads `CONTAINER/NAME:BYTES`.
    pub fn parse(text: &str) -> Option<Self> {
        let (path, length) = text.rsplit_once(':')?;
        let (container, blob) = path.split_once('/')?;
        let length = length.parse().ok()?;
        (!container.is_empty() && !blob.is_empty()).then(|| Self {
            container: container.to_owned(),
            blob: blob.to_owned(),
            length,
        })
    }

    /// Reads `CONTAINER/PREFIX:BYTES:COUNT`: so many blobs, named by the prefix and a number from
    /// 0. The number takes the place of `{}` where the prefix has it.
    pub fn parse_many(text: &str) -> Option<impl Iterator<Item = Self>> {
        let (one, count) = text.rsplit_once(':')?;
        let first = Self::parse(one)?;
        let count: u64 = count.parse().ok()?;
        let numbered = move |number: u64| {
            let blob = match first.blob.split_once("{}") {
                Some((before, after)) => format!("{before}{number}{after}"),
                None => format!("{}{number}", first.blob),
            };
            Self {
                blob,
                ..first.clone()
            }
        };
        Some((0..count).map(numbered))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pattern_blobs_take_their_length_from_the_last_colon() {
        let blob = PatternBlob::parse("c/a:b/c:42").unwrap();
        assert_eq!(
            (blob.container.as_str(), blob.blob.as_str(), blob.length),
            ("c", "a:b/c", 42)
        );
    }

    #[test]
    fn many_pattern_blobs_are_numbered() {
        let names: Vec<String> = PatternBlob::parse_many("c/a/b-:42:3")
            .unwrap()
            .map(|blob| blob.blob)
            .collect();
        assert_eq!(names, ["a/b-0", "a/b-1", "a/b-2"]);
        assert!(PatternBlob::parse_many("c/a:42").is_none());
        let blobs = PatternBlob::parse_many("c/d-{}/f:0:2").unwrap();
        let names: Vec<String> = blobs.map(|blob| blob.blob).collect();
        assert_eq!(names, ["d-0/f", "d-1/f"]);
    }
}

//! Names of headers with capital letters.
//!
//! HTTP ignores the case of names, and hyper writes all of them in lower case. But the names of
//! metadata are headers too, and a service stores them as they are written.

use std::rc::Rc;

/// The names of a request that are not all in lower case.
#[derive(Debug, Clone, Default)]
pub(super) struct HeaderCase(Rc<[String]>);

/// The same inside a composed request, which must be `Send`.
#[derive(Debug, Clone)]
pub(super) struct CasedNames(pub(super) Vec<String>);

impl HeaderCase {
    pub(super) fn new(spelled: Option<CasedNames>) -> Self {
        Self(spelled.map(|spelled| spelled.0).unwrap_or_default().into())
    }

    /// Every name is in lower case.
    pub(super) fn is_plain(&self) -> bool {
        self.0.is_empty()
    }

    /// The head of the request with these names. `bytes` begin with the head as hyper writes it;
    /// `None` if they do not contain its end, which leaves it unchanged.
    pub(super) fn head(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let mut head = bytes[..end].to_vec();
        for name in &*self.0 {
            let line = format!("\r\n{}:", name.to_ascii_lowercase());
            if let Some(at) = head
                .windows(line.len())
                .position(|bytes| bytes == line.as_bytes())
            {
                head[at + 2..at + 2 + name.len()].copy_from_slice(name.as_bytes());
            }
        }
        Some(head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_as_meant_and_nothing_else_is_touched() {
        let names = ["x-ms-meta-Colour", "x-ms-meta-A"].map(str::to_owned);
        let spelling = HeaderCase::new(Some(CasedNames(names.to_vec())));
        let head = b"PUT /x-ms-meta-a: HTTP/1.1\r\nx-ms-meta-a: x-ms-meta-colour:\r\nx-ms-meta-colour: b\r\nhost: h\r\n\r\n";
        let meant = b"PUT /x-ms-meta-a: HTTP/1.1\r\nx-ms-meta-A: x-ms-meta-colour:\r\nx-ms-meta-Colour: b\r\nhost: h\r\n\r\n";
        let body = [&head[..], b"\r\nx-ms-meta-a: in the body"].concat();
        assert_eq!(spelling.head(&body).unwrap(), meant);
        assert_eq!(spelling.head(&head[..20]), None);
        assert!(HeaderCase::default().is_plain());
    }
}

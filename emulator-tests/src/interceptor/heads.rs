//! Finds the heads of the requests in what a client sends on one connection.

/// What a client has sent and was not a whole head yet.
#[derive(Debug, Default)]
pub(super) struct HeadReader {
    begun: Vec<u8>,
    /// Bytes of the present request's body that are still to come.
    body_bytes: usize,
}

impl HeadReader {
    /// Takes the next bytes; returns the heads that are complete now, without the empty line at the end.
    pub(super) fn take(&mut self, mut piece: &[u8]) -> Vec<String> {
        let mut heads = Vec::new();
        while !piece.is_empty() {
            let body = self.body_bytes.min(piece.len());
            self.body_bytes -= body;
            piece = &piece[body..];
            let Some((&byte, rest)) = piece.split_first() else {
                break;
            };
            self.begun.push(byte);
            piece = rest;
            if self.begun.ends_with(b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&std::mem::take(&mut self.begun)).into_owned();
                self.body_bytes = body_bytes(&head);
                heads.push(head.trim_end().to_owned());
            }
        }
        heads
    }
}

fn body_bytes(head: &str) -> usize {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_found_in_pieces_of_any_length_and_bodies_are_not_read() {
        let text = "PUT /a HTTP/1.1\r\nContent-Length: 9\r\n\r\nx\r\n\r\nGET GET /b HTTP/1.1\r\nHost: h\r\n\r\n";
        for length in 1..text.len() {
            let mut reader = HeadReader::default();
            let heads: Vec<_> = text
                .as_bytes()
                .chunks(length)
                .flat_map(|piece| reader.take(piece))
                .collect();
            assert_eq!(
                heads,
                [
                    "PUT /a HTTP/1.1\r\nContent-Length: 9",
                    "GET /b HTTP/1.1\r\nHost: h"
                ]
            );
        }
    }
}

//! Faults in an answer: wrong headers and flipped bits.

use bytes::Bytes;

use super::plan::{Length, Then};
use crate::emulator::http::payload::{Payload, Piece, gather};
use crate::emulator::http::response::Response;

/// Applies the faults of one rule to an answer. A wrong length breaks the framing, which ends the
/// connection.
pub fn apply(response: &mut Response, then: &Then) {
    if let Some(fault) = &then.listing
        && let Payload::Document(bytes) = &mut response.payload
        && let Ok(text) = str::from_utf8(bytes)
    {
        *bytes = fault.apply(text).into_bytes();
    }
    if let Some(offset) = then.flip_response_bit {
        flip(&mut response.payload, offset);
    }
    if let Some(range) = &then.content_range {
        response.replace("Content-Range", range.clone());
    }
    if let Some(total) = &then.object_bytes
        && let Some((range, truth)) = response
            .get("Content-Range")
            .and_then(|changed| changed.split_once('/'))
    {
        let claimed = claim(total, truth.parse().unwrap_or_default());
        let changed = format!("{range}/{claimed}");
        response.replace("Content-Range", changed);
    }
    if let Some(status) = then.status {
        response.status = status;
    }
    if let Some(etag) = &then.etag {
        let etag = if etag == "new" {
            never_was()
        } else {
            etag.clone()
        };
        response.replace("ETag", etag);
    }
    if let Some(length) = &then.content_length {
        let claimed = claim(length, response.payload.length());
        response.replace("Content-Length", claimed.to_string());
        response.framing_broken = true;
    }
    for (name, value) in &then.headers {
        response
            .headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        if let Some(value) = value {
            response.set(name.clone(), value.clone());
        }
    }
}

fn claim(length: &Length, truth: u64) -> u64 {
    match length {
        Length::Exact(exact) => *exact,
        Length::Difference(text) => truth.saturating_add_signed(text.parse().unwrap_or_default()),
    }
}

fn never_was() -> String {
    format!(
        "\"0x{:X}\"",
        crate::emulator::clock::Moment::now().ticks() | 1 << 62
    )
}

/// Flips the lowest bit of one byte. The rest of the payload is not copied.
fn flip(payload: &mut Payload, offset: u64) {
    match payload {
        Payload::Document(bytes) if !bytes.is_empty() => {
            let at = (offset % bytes.len() as u64) as usize;
            bytes[at] ^= 1;
        }
        Payload::Pieces(pieces, length) if *length > 0 => flip_piece(pieces, offset % *length),
        _ => {}
    }
}

fn flip_piece(pieces: &mut Vec<Piece>, mut offset: u64) {
    let Some(at) = pieces.iter().position(|piece| {
        let inside = offset < piece.length();
        if !inside {
            offset -= piece.length();
        }
        inside
    }) else {
        return;
    };
    let (before, rest) = pieces[at].clone().split(offset);
    let (one, after) = rest.split(1);
    let Ok(mut byte) = gather(&[one]) else { return };
    byte[0] ^= 1;
    pieces.splice(at..=at, [before, Piece::Memory(Bytes::from(byte)), after]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bit_differs_and_it_is_the_one_asked_for() {
        let mut response = Response::new(200);
        let pieces = vec![
            Piece::Zeros(3),
            Piece::Memory(Bytes::from_static(b"abcd")),
            Piece::Zeros(2),
        ];
        response.payload = Payload::Pieces(pieces, 9);
        apply(
            &mut response,
            &Then {
                flip_response_bit: Some(9 + 4),
                ..Then::default()
            },
        );
        let Payload::Pieces(pieces, 9) = &response.payload else {
            panic!("other payload")
        };
        assert_eq!(gather(pieces).unwrap(), b"\0\0\0accd\0\0");
    }

    #[test]
    fn a_difference_is_taken_from_the_true_length() {
        assert_eq!(claim(&Length::Difference("+10".to_owned()), 5), 15);
        assert_eq!(claim(&Length::Difference("-10".to_owned()), 5), 0);
        assert_eq!(claim(&Length::Exact(7), 5), 7);
    }
}

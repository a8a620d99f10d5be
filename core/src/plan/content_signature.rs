//! The content type that the first bytes of a file show, by the signatures of the WHATWG's MIME Sniffing Standard.
//! <https://mimesniff.spec.whatwg.org/>
//!
//! It gives the types that AzCopy 10 stores for names without a known extension: those of the standard library of
//! Go (`net/http`, `DetectContentType`), without a character set.

/// The bytes that are looked at.
pub const SIGNATURE_BYTES: usize = 512;

const TEXT: &str = "text/plain";
const UNKNOWN: &str = "application/octet-stream";

/// Elements with which a page of HTML begins, in upper case. A space or `>` follows each.
const HTML: &[&[u8]] = &[
    b"<!DOCTYPE HTML",
    b"<HTML",
    b"<HEAD",
    b"<SCRIPT",
    b"<IFRAME",
    b"<H1",
    b"<DIV",
    b"<FONT",
    b"<TABLE",
    b"<A",
    b"<STYLE",
    b"<TITLE",
    b"<B",
    b"<BODY",
    b"<BR",
    b"<P",
    b"<!--",
];

/// What a file begins with, and its type.
const BEGINNINGS: &[(&[u8], &str)] = &[
    (b"%PDF-", "application/pdf"),
    (b"%!PS-Adobe-", "application/postscript"),
    // Marks of the order of bytes: UTF-16 and UTF-8.
    (b"\xfe\xff", TEXT),
    (b"\xff\xfe", TEXT),
    (b"\xef\xbb\xbf", TEXT),
    (b"\x00\x00\x01\x00", "image/x-icon"),
    (b"\x00\x00\x02\x00", "image/x-icon"),
    (b"BM", "image/bmp"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"ID3", "audio/mpeg"),
    (b"OggS\x00", "application/ogg"),
    (b"MThd\x00\x00\x00\x06", "audio/midi"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"\x00\x01\x00\x00", "font/ttf"),
    (b"OTTO", "font/otf"),
    (b"ttcf", "font/collection"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"\x1f\x8b\x08", "application/x-gzip"),
    (b"PK\x03\x04", "application/zip"),
    (b"Rar!\x1a\x07\x00", "application/x-rar-compressed"),
    (b"Rar!\x1a\x07\x01\x00", "application/x-rar-compressed"),
    (b"\x00asm", "application/wasm"),
];

/// What a container of chunks begins with, the bytes after its length, and its type.
const CHUNKS: &[(&[u8], &[u8], &str)] = &[
    (b"RIFF", b"WEBPVP", "image/webp"),
    (b"RIFF", b"AVI ", "video/avi"),
    (b"RIFF", b"WAVE", "audio/wave"),
    (b"FORM", b"AIFF", "audio/aiff"),
];

/// The type of a file that begins with these bytes; at most [`SIGNATURE_BYTES`] are looked at.
pub fn content_type_of(first: &[u8]) -> &'static str {
    let first = &first[..first.len().min(SIGNATURE_BYTES)];
    let text = first.trim_ascii_start();
    if HTML.iter().any(|element| begins_page(text, element)) {
        return "text/html";
    }
    if text.starts_with(b"<?xml") {
        return "text/xml";
    }
    let beginning = BEGINNINGS
        .iter()
        .find(|(bytes, _)| first.starts_with(bytes));
    if let Some((_, content_type)) = beginning {
        return content_type;
    }
    let of_chunks = CHUNKS.iter().find(|(form, kind, _)| {
        first.starts_with(form) && first.get(8..).is_some_and(|rest| rest.starts_with(kind))
    });
    if let Some((_, _, content_type)) = of_chunks {
        return content_type;
    }
    if is_embedded_font(first) {
        return "application/vnd.ms-fontobject";
    }
    if is_mp4(first) {
        return "video/mp4";
    }
    if first.iter().copied().any(is_binary) {
        UNKNOWN
    } else {
        TEXT
    }
}

/// Whether the text begins with this element, in any case of letters.
fn begins_page(text: &[u8], element: &[u8]) -> bool {
    let Some((head, rest)) = text.split_at_checked(element.len()) else {
        return false;
    };
    let is_closed = matches!(rest.first(), Some(b' ' | b'>'));
    head.eq_ignore_ascii_case(element) && is_closed
}

/// The mark of an Embedded OpenType font, at byte 34.
fn is_embedded_font(first: &[u8]) -> bool {
    first.get(34..36) == Some(b"LP")
}

/// A file of the ISO base media format, of a brand that begins with `mp4` (section 6.2.1 of the standard).
fn is_mp4(first: &[u8]) -> bool {
    let Some(length) = first.first_chunk().map(|bytes| u32::from_be_bytes(*bytes)) else {
        return false;
    };
    let box_bytes = length as usize;
    if first.len() < 12 || first.len() < box_bytes || !box_bytes.is_multiple_of(4) {
        return false;
    }
    let is_brand = |at: usize| first.get(at..at + 3) == Some(b"mp4");
    // The version is between the brand and the compatible brands.
    first[4..8] == *b"ftyp" && (8..box_bytes).step_by(4).any(|at| at != 12 && is_brand(at))
}

/// A byte that no text has (section 3 of the standard).
fn is_binary(byte: u8) -> bool {
    matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_show_the_type() {
        for (first, content_type) in [
            (&b""[..], TEXT),
            (b"plain words\n", TEXT),
            (b"\x00\x01\x02", UNKNOWN),
            (b"  <!doctype HTML>", "text/html"),
            (b"<br>", "text/html"),
            (b"<brx>", TEXT),
            (b"\n<?xml version='1.0'?>", "text/xml"),
            (b"%PDF-1.7", "application/pdf"),
            (b"\x89PNG\r\n\x1a\n\0", "image/png"),
            (b"RIFF\x01\x02\x03\x04WAVEfmt ", "audio/wave"),
            (b"RIFF\x01\x02\x03\x04OTHR", UNKNOWN),
            (b"\x1f\x8b\x08\0", "application/x-gzip"),
            (b"PK\x03\x04rest", "application/zip"),
            (b"\0\0\0\x14ftypisom\0\0\0\0mp41", "video/mp4"),
            (b"\0\0\0\x14ftypisom\0\0\0\0avc1", UNKNOWN),
            (b"\0\0\0\x10ftypisommp41", UNKNOWN),
            (b"\xef\xbb\xbfa", TEXT),
            (b"a\x1bb", TEXT),
        ] {
            assert_eq!(content_type_of(first), content_type, "{first:?}");
        }
    }

    #[test]
    fn only_the_first_512_bytes_count() {
        let mut bytes = vec![b'a'; SIGNATURE_BYTES];
        bytes.push(0);
        assert_eq!(content_type_of(&bytes), TEXT);
    }
}

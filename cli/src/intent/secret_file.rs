//! A key or a signature in a file (`@file:PATH`), in the forms that editors of all systems write.
//!
//! The file may have a byte order mark, may end in LF, CRLF or nothing, and is UTF-8 or UTF-16 (as
//! PowerShell's `>` writes).

use std::fs::File;
use std::io::Read;

use zeroize::Zeroizing;

use crate::usage_error::reason;

/// The largest file of a key or a signature, in bytes.
const FILE_BYTES_MAX: u64 = 64 << 10;

/// The first line that is not empty, without blanks around it.
pub(super) fn first_line(path: &str) -> Result<String, String> {
    let file = File::open(path).map_err(|error| reason(&error))?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(FILE_BYTES_MAX)
        .read_to_end(&mut bytes)
        .map_err(|error| reason(&error))?;
    let text = Zeroizing::new(decode(&bytes).ok_or("it is not text")?);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    line.map(str::to_owned)
        .ok_or_else(|| "it is empty".to_owned())
}

fn decode(bytes: &[u8]) -> Option<String> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        String::from_utf16(&Zeroizing::new(units.collect::<Vec<_>>())).ok()
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, bytes).unwrap();
        first_line(path.to_str().unwrap())
    }

    #[test]
    fn what_editors_put_around_a_key_is_no_part_of_it() {
        let wide = |text: &str, unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
            format!("\u{feff}{text}")
                .encode_utf16()
                .flat_map(unit)
                .collect()
        };
        for bytes in [
            b"a2V5".to_vec(),
            b"a2V5\n".to_vec(),
            b"\xef\xbb\xbfa2V5\r\n".to_vec(),
            b"\r\n \ta2V5  \r\nmore\n".to_vec(),
            wide("a2V5\r\n", u16::to_le_bytes),
            wide("a2V5\n", u16::to_be_bytes),
        ] {
            assert_eq!(read(&bytes).unwrap(), "a2V5", "{bytes:?}");
        }
    }

    #[test]
    fn a_file_without_a_key_is_reported() {
        assert_eq!(read(b"\xef\xbb\xbf\r\n").unwrap_err(), "it is empty");
        assert_eq!(read(b"\xff\x00\x80").unwrap_err(), "it is not text");
    }
}

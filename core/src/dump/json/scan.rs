//! Where strings and values of JSON end. Nothing here checks what is inside of them.

use memchr::memchr2;

/// Whether JSON allows this byte between values.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// The first position from `at` on that is no space.
pub(super) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).copied().is_some_and(is_space) {
        at += 1;
    }
    at
}

/// The position after the closing quote of the string that begins at `at` with a quote; `None` when
/// the bytes end before it.
pub(super) fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        let found = at + memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[found] == b'"' {
            return Some(found + 1);
        }
        at = found + 2;
    }
}

/// The position after the value that begins at `at`; `None` when the bytes end before it.
///
/// A number or a word ends before the byte that follows it, so the last bytes have none.
pub(super) fn value_end(bytes: &[u8], at: usize) -> Option<usize> {
    match *bytes.get(at)? {
        b'"' => string_end(bytes, at),
        b'{' | b'[' => NestedScan::default().feed(&bytes[at..]).map(|end| at + end),
        _ => bytes[at..]
            .iter()
            .position(|&byte| is_space(byte) || matches!(byte, b',' | b'}' | b']' | b':'))
            .map(|end| at + end),
    }
}

/// Finds the end of an object or an array whose bytes come in parts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct NestedScan {
    depth: usize,
    in_string: bool,
    is_escaped: bool,
}

impl NestedScan {
    /// Takes the next bytes; returns the position after the end, once it is among them.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            if self.is_escaped {
                self.is_escaped = false;
                at += 1;
            } else if self.in_string {
                let found = at + memchr2(b'"', b'\\', &bytes[at..])?;
                self.in_string = bytes[found] != b'"';
                self.is_escaped = self.in_string;
                at = found + 1;
            } else {
                match bytes[at] {
                    b'"' => self.in_string = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => {
                        self.depth = self.depth.saturating_sub(1);
                        if self.depth == 0 {
                            return Some(at + 1);
                        }
                    }
                    _ => {}
                }
                at += 1;
            }
        }
        None
    }
}

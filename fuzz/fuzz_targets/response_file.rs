//! Bytes that a fuzzer makes up, read as a response file: nothing panics, and its words are those that a reference cuts, which
//! goes over the letters once with a state and an escape, and has been written without a look at the reader.
#![no_main]

use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::os::fd::AsRawFd as _;

use libfuzzer_sys::fuzz_target;

#[allow(
    dead_code,
    reason = "of the program only the reader of response files is taken"
)]
#[path = "../../cli/src/args/response_file.rs"]
mod response_file;

/// What the reader takes from the rest of the program.
mod usage_error {
    pub(crate) fn reason(error: &std::io::Error) -> String {
        error.to_string()
    }
}

/// The words line by line; `None` where a quote stays open.
fn reference(text: &str) -> Option<Vec<Vec<OsString>>> {
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.trim_start().starts_with('#') {
            continue;
        }
        // An escaped quote is set aside first, so that every other one opens or closes.
        let aside = line.replace("\\\"", "\u{e000}");
        let pieces: Vec<&str> = aside.split('"').collect();
        if pieces.len() % 2 == 0 {
            return None;
        }
        let (mut words, mut word, mut is_word) = (Vec::new(), String::new(), false);
        for (number, piece) in pieces.iter().enumerate() {
            is_word |= number > 0;
            for letter in piece.chars() {
                if number % 2 == 0 && letter.is_whitespace() {
                    if is_word {
                        words.push(std::mem::take(&mut word));
                    }
                    is_word = false;
                } else {
                    word.push(letter);
                    is_word = true;
                }
            }
        }
        if is_word {
            words.push(word);
        }
        if !words.is_empty() {
            let plain = |word: String| OsString::from(word.replace('\u{e000}', "\""));
            lines.push(words.into_iter().map(plain).collect());
        }
    }
    Some(lines)
}

fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile();
    file.write_all(bytes).expect("memory takes it");
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    let read = response_file::read(OsStr::new(&path));
    let is_marked = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let text = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| !is_marked && !text.contains('\u{e000}'));
    if let Some(text) = text {
        let words = read
            .ok()
            .map(|lines| lines.into_iter().map(|line| line.words).collect::<Vec<_>>());
        assert_eq!(
            words,
            reference(text.strip_prefix('\u{feff}').unwrap_or(text))
        );
    }
});

/// A file in memory, without a name.
fn tempfile() -> std::fs::File {
    rustix::fs::memfd_create("response-file", rustix::fs::MemfdFlags::CLOEXEC)
        .expect("the kernel has them")
        .into()
}

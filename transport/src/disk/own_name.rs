//! The names of azring's own files at a destination: `.azring-….part`. By them they are known again, and by nothing else.

use std::fmt::Write as _;
use std::io;

use rustix::rand::{GetRandomFlags, getrandom};

/// What an own name begins with.
const BEGIN: &str = ".azring-";

/// What it ends with.
const END: &str = ".part";

/// Letters that file systems fold: one with an accent in one piece, a ligature.
pub(super) const PROBE_LETTERS: &str = "\u{e9}\u{fb01}";

/// Whether a file of this name is azring's own: a file under way of a job (the job in 16 hexadecimal digits, a hyphen, the
/// target in 16 more), one of a run without a journal or a probe (32 digits). A user's file of any other name is not.
pub fn is_own_name(name: &[u8]) -> bool {
    let Some(middle) = name
        .strip_prefix(BEGIN.as_bytes())
        .and_then(|name| name.strip_suffix(END.as_bytes()))
    else {
        return false;
    };
    let middle = middle
        .strip_suffix(PROBE_LETTERS.as_bytes())
        .unwrap_or(middle);
    let is_digits = |part: &[u8]| {
        part.iter()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    match middle.len() {
        32 => is_digits(middle),
        33 => middle[16] == b'-' && is_digits(&middle[..16]) && is_digits(&middle[17..]),
        _ => false,
    }
}

/// A name that nobody can guess or hold already: 128 random bits.
pub(super) fn fresh() -> io::Result<String> {
    Ok(format!("{BEGIN}{}{END}", random_digits()?))
}

/// The name of a probe.
pub(super) fn probe() -> io::Result<String> {
    Ok(format!("{BEGIN}{}{PROBE_LETTERS}{END}", random_digits()?))
}

/// The name of the file under way of a target of a job: the same in each run of the job.
pub fn part_name(job: &str, target: u64) -> String {
    format!("{BEGIN}{job}-{target:016x}{END}")
}

fn random_digits() -> io::Result<String> {
    let mut bits = [0_u8; 16];
    getrandom(&mut bits, GetRandomFlags::empty())?;
    Ok(bits.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_names_are_known_again_and_names_like_them_are_not() {
        let part = part_name("0123456789abcdef", 7);
        for own in [fresh().unwrap(), probe().unwrap(), part] {
            assert!(is_own_name(own.as_bytes()), "{own}");
        }
        for other in [
            ".azring-notes.part",
            ".azring-.part",
            ".azring-0123456789abcdef-0000000000000007.part.txt",
            ".azring-0123456789ABCDEF-0000000000000007.part",
            "azring-0123456789abcdef-0000000000000007.part",
            ".azring-0123456789abcdef0000000000000007a.part",
            ".azring-0123456789abcdef-000000000000000.part",
        ] {
            assert!(!is_own_name(other.as_bytes()), "{other}");
        }
    }
}

//! The names of azring's own files at a target: `.azring-….part`. azring recognises its files by
//! these names only.

use std::fmt::Write as _;
use std::io;

use rustix::rand::{GetRandomFlags, getrandom};

/// How an own name begins.
const BEGIN: &str = ".azring-";

/// How an own name ends.
const END: &str = ".part";

/// Characters that some file systems fold: an accented one in one piece, and a ligature.
pub(super) const PROBE_LETTERS: &str = "\u{e9}\u{fb01}";

/// Whether a file of this name is azring's own. The middle of the name is a part file of a job (16
/// hexadecimal digits of the job, a hyphen, 16 of the target), or 32 digits: a file of a run
/// without a journal, or a probe. Any other name belongs to a user's file.
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

/// A name that nobody can guess or use already: 128 random bits.
pub(super) fn fresh() -> io::Result<String> {
    Ok(format!("{BEGIN}{}{END}", random_digits()?))
}

/// The name of a probe. `Fixed` is the same in every run, so that the next one finds and removes what a run that was
/// killed has left.
pub(super) fn probe(kind: ProbeName) -> io::Result<String> {
    let digits = match kind {
        ProbeName::Fixed => "70726f6265206f66206e616d65732020".to_owned(),
        ProbeName::Fresh => random_digits()?,
    };
    Ok(format!("{BEGIN}{digits}{PROBE_LETTERS}{END}"))
}

/// Which name a probe gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProbeName {
    /// The same in every folder and run.
    Fixed,
    /// One that nobody else uses.
    Fresh,
}

/// The name of the part file of a job's target: the same in each run of the job.
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
        for own in [fresh().unwrap(), probe(ProbeName::Fresh).unwrap(), part] {
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

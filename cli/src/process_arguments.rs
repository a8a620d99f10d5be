//! The arguments of the process, and how secrets in them are hidden from other users.
//!
//! Any user can read the arguments of a process, in `ps` and in `/proc/PID/cmdline`, as long as it
//! lives. A program cannot overwrite its arguments without unsafe memory access. So if they contain
//! a secret, the program executes itself again in the same process, with masked arguments, and
//! passes the real words in a file without a name (`memfd_create(2)`). This takes about a
//! millisecond, and until then the key is visible.

use std::cmp::Reverse;
use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{MemfdFlags, memfd_create};
use rustix::process::{DumpableBehavior, set_dumpable_behavior};

use crate::args;
use crate::mask::{self, MASKED};

/// The variable with the descriptor of the real words, for the second start.
const HANDOVER: &str = "AZRING_ARGUMENTS";
/// The name of such a file, which distinguishes it from others.
const FILE: &str = "azring-arguments";
/// The file of this program, even if it was replaced meanwhile.
const MYSELF: &str = "/proc/self/exe";

/// The arguments after the program's name.
pub(crate) struct ProcessArguments {
    /// The words.
    pub(crate) words: Vec<OsString>,
    /// Why other users can see the secrets among them; `None` if they cannot.
    pub(crate) exposed: Option<io::Error>,
}

/// Protects the memory of this process, which contains keys: other processes of the user cannot
/// read it, and there is no core file (`PR_SET_DUMPABLE`, prctl(2)).
pub(crate) fn protect_memory() {
    // If the kernel refuses, the program works without this protection.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// The arguments of this process. Does not return if the program executes itself again to hide
/// them.
pub(crate) fn take(parameters: fn(&[OsString]) -> &[OsString]) -> ProcessArguments {
    if let Some(words) = handed_over() {
        return ProcessArguments {
            words,
            exposed: None,
        };
    }
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let masked = masked(&words, parameters(&words));
    let exposed = (masked != words).then(|| start_again(&words, &masked));
    ProcessArguments { words, exposed }
}

/// The words with every secret in them replaced.
fn masked(words: &[OsString], parameters: &[OsString]) -> Vec<OsString> {
    // An invalid command ends the process at once with an error.
    let Ok(args) = args::read_typed(parameters) else {
        return words.to_vec();
    };
    let mut secrets: Vec<_> = args.secrets().map(OsStr::to_string_lossy).collect();
    // A secret may be a part of another.
    secrets.sort_by_key(|secret| Reverse(secret.len()));
    words.iter().map(|word| mask(word, &secrets)).collect()
}

fn mask(word: &OsStr, secrets: &[impl AsRef<str>]) -> OsString {
    let Some(text) = word.to_str() else {
        return word.to_owned();
    };
    let mut masked = text.to_owned();
    for secret in secrets {
        masked = masked.replace(secret.as_ref(), MASKED);
    }
    mask::masked(&masked).into()
}

/// Executes the same program with other arguments. Returns the error if that fails.
fn start_again(words: &[OsString], masked: &[OsString]) -> io::Error {
    let file = match hand_over(words) {
        Ok(file) => file,
        Err(error) => return error,
    };
    let name = std::env::args_os()
        .next()
        .unwrap_or_else(|| "azring".into());
    Command::new(MYSELF)
        .arg0(name)
        .args(masked)
        .env(HANDOVER, file.as_raw_fd().to_string())
        .exec()
}

/// A file with the words, each terminated by a zero byte, which no argument contains. It is
/// inherited by the second start.
fn hand_over(words: &[OsString]) -> io::Result<File> {
    let mut file = File::from(memfd_create(FILE, MemfdFlags::empty())?);
    for word in words {
        file.write_all(word.as_bytes())?;
        file.write_all(&[0])?;
    }
    Ok(file)
}

/// The words that the first start passed on.
fn handed_over() -> Option<Vec<OsString>> {
    let number: u32 = std::env::var(HANDOVER).ok()?.parse().ok()?;
    let path = PathBuf::from(format!("/proc/self/fd/{number}"));
    let target = std::fs::read_link(&path).ok()?;
    if !target.to_str()?.starts_with(&format!("/memfd:{FILE}")) {
        return None;
    }
    // After the second start the kernel names the process after `/proc/self/exe`.
    let _ = rustix::thread::set_name(c"azring");
    read_once(&path).ok()
}

/// Reads the file and empties it, because the descriptor stays open as long as the process lives.
fn read_once(path: &Path) -> io::Result<Vec<OsString>> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    file.set_len(0)?;
    let mut words: Vec<_> = bytes
        .split(|&byte| byte == 0)
        .map(|word| OsString::from_vec(word.to_vec()))
        .collect();
    // Nothing follows the last zero byte.
    words.pop();
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked_text(words: &[&str]) -> Vec<String> {
        let words: Vec<_> = words.iter().map(OsString::from).collect();
        masked(&words, crate::command::parameters(&words))
            .into_iter()
            .map(|word| word.into_string().unwrap())
            .collect()
    }

    #[test]
    fn keys_and_signatures_are_masked_in_both_dialects() {
        assert_eq!(
            masked_text(&[
                "/Source:https://h/c?sv=1&sig=canary",
                "/DestKey:canary",
                "/S"
            ]),
            [
                "/Source:https://h/c?sv=1&sig=******",
                "/DestKey:******",
                "/S"
            ]
        );
        assert_eq!(
            masked_text(&[
                "--source-key",
                "canary",
                "--dest-sas=?sig=canary",
                "--recursive"
            ]),
            ["--source-key", "******", "--dest-sas=******", "--recursive"]
        );
    }

    #[test]
    fn without_a_secret_nothing_changes() {
        let words = ["/Source:/data/a b", "/Pattern:*.txt", "/S"];
        assert_eq!(masked_text(&words), words);
    }

    #[test]
    fn what_is_handed_over_arrives_and_is_gone_then() {
        let words: Vec<_> = ["", "/Pattern:a b", "x\ny"].map(OsString::from).into();
        let file = hand_over(&words).unwrap();
        let path = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
        assert_eq!(read_once(&path).unwrap(), words);
        assert_eq!(file.metadata().unwrap().len(), 0);
    }
}

//! The command of a journal, without its secrets.

use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::wire::{RecordReader, put_bytes, put_number};

/// The command of a journal.
///
/// The command line makes it, and reads it when a journal is resumed by its folder alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The words after the program's name in normal form.
    ///
    /// They have one dialect, one order, absolute paths, no secrets, and no options that only
    /// concern output. Two commands are the same job if these are equal.
    pub words: Vec<Vec<u8>>,
    /// The command as it is displayed, with secrets masked.
    pub shown: String,
    /// The version of the program that wrote the journal.
    pub program: String,
    /// The working folder of the command.
    pub folder: Vec<u8>,
    /// The time of the command, in seconds since 1970.
    pub begun: u64,
    /// Which ends of the copy need a credential, which a run that resumes by the journal alone must
    /// get again.
    pub needs: Needs,
}

/// The ends of a copy that need a credential.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needs {
    /// The source.
    pub source: bool,
    /// The target.
    pub target: bool,
}

impl Command {
    /// A command of now, for this version of the program.
    pub fn now(words: Vec<Vec<u8>>, shown: String, folder: Vec<u8>, needs: Needs) -> Self {
        let begun = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        Self {
            words,
            shown,
            program: env!("CARGO_PKG_VERSION").into(),
            folder,
            begun,
            needs,
        }
    }

    /// The fingerprint of the job: a SHA-256 over the words, each after its length.
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut sha = Sha256::new();
        for word in &self.words {
            sha.update((word.len() as u64).to_le_bytes());
            sha.update(word);
        }
        sha.finalize().into()
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        put_number(out, self.words.len() as u64);
        for word in &self.words {
            put_bytes(out, word);
        }
        put_bytes(out, self.shown.as_bytes());
        put_bytes(out, self.program.as_bytes());
        put_bytes(out, &self.folder);
        put_number(out, self.begun);
        out.push(u8::from(self.needs.source) | u8::from(self.needs.target) << 1);
    }

    pub(super) fn read(reader: &mut RecordReader<'_>) -> Option<Self> {
        let count = reader.number()?;
        if count > reader.0.len() as u64 {
            return None;
        }
        let words = (0..count)
            .map(|_| reader.bytes().map(<[u8]>::to_vec))
            .collect::<Option<_>>()?;
        Some(Self {
            words,
            shown: reader.text()?.into(),
            program: reader.text()?.into(),
            folder: reader.bytes()?.to_vec(),
            begun: reader.number()?,
            needs: match reader.byte()? {
                flags @ 0..4 => Needs {
                    source: flags & 1 != 0,
                    target: flags & 2 != 0,
                },
                _ => return None,
            },
        })
    }
}

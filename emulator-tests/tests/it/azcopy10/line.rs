//! A command line from a script, and its verdict.

use super::shell::{self, Shell};

const LINES: &str = include_str!("lines.txt");

/// A command line.
pub(super) struct Line {
    /// The number in the file.
    pub(super) number: usize,
    pub(super) text: String,
    /// The words after the program's name, as the shell passes them.
    pub(super) words: Vec<String>,
    pub(super) verdict: Verdict,
    /// AzCopy 10 makes something else of it, for the reason in the file.
    pub(super) differs: bool,
}

/// What a command line does.
pub(super) enum Verdict {
    /// It succeeds, and exactly these names are new; names with a minus are gone.
    Makes(Vec<String>),
    /// It succeeds and prints this.
    Says(String),
    /// It fails with this error.
    Fails(String),
    /// It is refused with this error before anything is written.
    Refused(String),
}

impl Line {
    /// All lines of the file: each begins with `$ ` (a POSIX shell) or `> ` (PowerShell, or cmd), and the verdict follows.
    pub(super) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        let mut command: Option<(usize, Shell, &str)> = None;
        for (at, text) in LINES.lines().enumerate() {
            let number = at + 1;
            match text.split_at_checked(2) {
                Some(("$ ", line)) => command = Some((number, Shell::Posix, line)),
                Some(("> ", line)) => command = Some((number, Shell::PowerShell, line)),
                _ if text.is_empty() || text.starts_with('#') => {}
                _ => {
                    let (number, shell, line) = command.take().expect("a verdict follows a line");
                    all.push(Self::new(number, shell, line, text));
                }
            }
        }
        assert!(command.is_none(), "the last line has no verdict");
        all
    }

    fn new(number: usize, shell: Shell, text: &str, verdict: &str) -> Self {
        let (sign, rest) = verdict.split_at(1);
        let rest = rest.trim();
        let names = || {
            let names = rest.split(", ").filter(|name| !name.is_empty());
            names.map(str::to_owned).collect()
        };
        Self {
            number,
            text: text.to_owned(),
            words: shell::words(shell, text),
            verdict: match sign {
                "+" | "~" => Verdict::Makes(names()),
                "?" => Verdict::Says(rest.to_owned()),
                "-" => Verdict::Fails(rest.to_owned()),
                "!" | "x" => Verdict::Refused(rest.to_owned()),
                _ => panic!("line {}: `{sign}` is no verdict", number + 1),
            },
            differs: sign == "~" || sign == "!",
        }
    }

    /// Whether AzCopy 10 would run it and azring refuses it.
    pub(super) fn is_refused_by_azring_alone(&self) -> bool {
        self.differs && matches!(self.verdict, Verdict::Refused(_))
    }

    /// Whether AzCopy 10 can run it here, with the same result.
    pub(super) fn is_for_peer(&self) -> bool {
        let is_copy = ["copy", "cp", "c", "sync", "remove", "rm"].contains(&&*self.words[0]);
        let is_alone = |word: &String| word.contains(".dfs.") || word.contains("Pipe");
        let is_alone = self.words.iter().any(is_alone);
        is_copy && !is_alone && !self.differs && matches!(self.verdict, Verdict::Makes(_))
    }
}

//! What `compare` is asked to do: read from its command line, handed to the session.

use std::path::PathBuf;

use crate::tool::Tool;
use crate::workload::Workload;

/// How `compare` is used.
pub const HELP: &str = "\
compare: azring and its rivals on the same work, in turn, against azring-emulator

usage: compare [--workload NAME...] [--tools LIST] [--runs N] [--size BYTES] [--files N] [--dir FOLDER] [--json FILE]
               [--entities N] [--results FILE [--append]]

  --workload NAME...   which work (default: all of it)
  --tools LIST         of azring,azcopy,rclone,python,js,bound (default: all but rclone); python and js are Azure's
                       clients for tables, and bound is what nothing can beat, where that can be measured
  --runs N             how often each tool does each work (default: 3)
  --size BYTES         how much the large workloads copy, for instance 512M (default: 4G)
  --files N            how many files the small workloads copy (default: 20000)
  --entities N         how many entities the work with tables copies (default: 200000)
  --dir FOLDER         where files are read from and written to (default: the folder for temporary files)
  --json FILE          also write every run as a line of JSON
  --results FILE       also write machine, date, command and table as Markdown
  --append             add them to the end of that file instead of replacing it

workloads:
";

/// What to measure, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// What is copied, in this order.
    pub workloads: Vec<&'static Workload>,
    /// Who copies, in this order.
    pub tools: Vec<Tool>,
    /// How often each tool does each work.
    pub runs: usize,
    /// What a large workload copies, in bytes.
    pub large_bytes: u64,
    /// How many files a small workload copies.
    pub small_files: u64,
    /// How many entities the work with tables copies.
    pub entities: u64,
    /// Where files are read from and written to.
    pub folder: PathBuf,
    /// Where every run is written as a line of JSON.
    pub json: Option<PathBuf>,
    /// Where the table is kept as Markdown.
    pub results: Option<PathBuf>,
    /// Whether the table is added to what the file has.
    pub appends: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            workloads: Workload::all().iter().collect(),
            tools: vec![
                Tool::Azring,
                Tool::AzCopy,
                Tool::Python,
                Tool::Js,
                Tool::Bound,
            ],
            runs: 3,
            large_bytes: 4 << 30,
            small_files: 20_000,
            entities: 200_000,
            folder: std::env::temp_dir(),
            json: None,
            results: None,
            appends: false,
        }
    }
}

impl Options {
    /// Reads the words after the program's name. The error is a message for the user.
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        let mut words = words.into_iter().peekable();
        while let Some(name) = words.next() {
            let mut value = || {
                words
                    .next()
                    .ok_or_else(|| format!("`{name}` needs a value"))
            };
            match name.as_str() {
                "--workload" => {
                    options.workloads = vec![workload(&value()?)?];
                    while let Some(next) = words.next_if(|word| !word.starts_with("--")) {
                        options.workloads.push(workload(&next)?);
                    }
                }
                "--tools" => options.tools = tools(&value()?)?,
                "--runs" => options.runs = number(&name, &value()?)?.max(1) as usize,
                "--size" => options.large_bytes = number(&name, &value()?)?,
                "--files" => options.small_files = number(&name, &value()?)?,
                "--entities" => options.entities = number(&name, &value()?)?,
                "--dir" => options.folder = value()?.into(),
                "--results" => options.results = Some(value()?.into()),
                "--append" => options.appends = true,
                "--json" => options.json = Some(value()?.into()),
                other => {
                    return Err(format!(
                        "`{other}` is no option of `compare`: `--help` lists them"
                    ));
                }
            }
        }
        Ok(options)
    }
}

fn tools(list: &str) -> Result<Vec<Tool>, String> {
    list.split(',').map(Tool::named).collect()
}

fn workload(name: &str) -> Result<&'static Workload, String> {
    Workload::named(name).ok_or_else(|| {
        let names: Vec<_> = Workload::all()
            .iter()
            .map(|workload| workload.name)
            .collect();
        format!("`{name}` is no workload: there are {}", names.join(", "))
    })
}

/// A count, perhaps with a unit of 1024.
fn number(name: &str, text: &str) -> Result<u64, String> {
    let units = [('K', 10), ('M', 20), ('G', 30)];
    let unit = units
        .iter()
        .find(|(letter, _)| text.ends_with([*letter, letter.to_ascii_lowercase()]));
    let (digits, shift) = unit.map_or((text, 0), |(_, shift)| (&text[..text.len() - 1], *shift));
    let count: u64 = digits
        .parse()
        .map_err(|_| format!("`{text}` is not a number for `{name}`"))?;
    count
        .checked_mul(1 << shift)
        .ok_or_else(|| format!("`{text}` is too much for `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn words_become_options() {
        let options = parse("--workload up down --runs 2 --size 256M --tools azring,rclone")
            .expect("all are known");
        let names: Vec<_> = options
            .workloads
            .iter()
            .map(|workload| workload.name)
            .collect();
        assert_eq!(names, ["up", "down"]);
        assert_eq!(options.runs, 2);
        assert_eq!(options.large_bytes, 256 << 20);
        assert_eq!(options.tools, [Tool::Azring, Tool::Rclone]);
    }

    #[test]
    fn unknown_words_are_named() {
        for (line, named) in [
            ("--workload sideways", "sideways"),
            ("--tools cp", "cp"),
            ("--size many", "many"),
            ("--fast", "--fast"),
            ("--runs", "--runs"),
        ] {
            let error = parse(line).expect_err("it is wrong");
            assert!(error.contains(named), "{error}");
        }
    }
}

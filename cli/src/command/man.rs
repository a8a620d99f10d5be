//! `azring man`: the manual page, in troff.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use clap_mangen::Man;

use super::definition::Command;
use super::generate::clap_description;
use super::registry::help_texts;
use crate::console::{Console, Level};
use crate::ending::Ending;
use crate::help::{self, CommandHelp};
use crate::parameter::Dialect;
use crate::usage_error::{UsageError, reason};

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "man",
        usage: "",
        brief: "Print the manual page, for `man -l -`",
    },
    taken: &[],
    has_own_help: false,
    run,
};

/// Sections that are pages of help too.
const TOPICS: [(&str, &str); 3] = [
    ("EXAMPLES", "sample"),
    ("ENVIRONMENT", "environment"),
    ("EXIT STATUS", "exit-codes"),
];

/// The synopsis, written by hand because there are too many parameters to list.
const SYNOPSIS: &str = "\
.SH SYNOPSIS
.B azring
.BI \\-\\-source \" source \" \\-\\-destination \" destination \"
.RI [ parameters ]
.br
.B azring
.BI /Source: source \" /Dest:\" destination
.RI [ parameters ]
.br
.B azring
.I command
\\&...
";

/// The width of preformatted text: 80 columns without the margin.
const COLUMNS: usize = 72;

fn run(list: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    if !list.is_empty() {
        return Err(UsageError::meaning("`man` takes no parameters"));
    }
    match page() {
        Ok(page) => {
            console.result(page.trim_end());
            Ok(Ending::Success)
        }
        Err(error) => {
            console.message(
                Level::Error,
                &format!("cannot make the manual page: {}", reason(&error)),
            );
            Ok(Ending::Failure)
        }
    }
}

fn page() -> io::Result<String> {
    let man = Man::new(clap_description());
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    page.extend_from_slice(SYNOPSIS.as_bytes());
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    let mut page = String::from_utf8_lossy(&page).into_owned();
    section(
        &mut page,
        "COMMANDS",
        &help::commands(&help_texts(), COLUMNS),
    );
    for (title, topic) in TOPICS {
        if let Ok(text) = help::page(Some(topic), Dialect::Dash, COLUMNS, &[]) {
            section(&mut page, title, &text);
        }
    }
    Ok(page)
}

/// A section of preformatted text.
fn section(page: &mut String, title: &str, text: &str) {
    let _ = writeln!(page, ".SH {title}\n.nf");
    for line in text.lines() {
        // In troff a line that begins with a dot or a quote is a request, and a backslash begins an
        // escape.
        let line = line.replace('\\', r"\e").replace('-', r"\-");
        let guard = if line.starts_with(['.', '\'']) {
            r"\&"
        } else {
            ""
        };
        let _ = writeln!(page, "{guard}{line}");
    }
    page.push_str(".fi\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter;

    #[test]
    fn the_page_shows_every_parameter_and_the_topics() {
        let page = page().unwrap();
        for row in parameter::all() {
            let name = format!("\\-\\-{}", row.dash[0].replace('-', "\\-"));
            assert!(page.contains(&name), "{name}");
            assert!(page.contains(&format!("/{}", row.slash)), "/{}", row.slash);
        }
        for (title, _) in TOPICS {
            assert!(page.contains(&format!(".SH {title}\n")));
        }
    }

    #[test]
    fn no_line_of_text_is_taken_for_a_request() {
        let mut page = String::new();
        section(&mut page, "X", ".hidden\n'quoted\na\\b");
        assert_eq!(page, ".SH X\n.nf\n\\&.hidden\n\\&'quoted\na\\eb\n.fi\n");
    }
}

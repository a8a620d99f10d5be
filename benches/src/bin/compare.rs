//! `compare`: azring and its rivals on the same work, in turn, against azring-emulator. Prints a table.

use std::fs::File;
use std::io::{self, Write};
use std::process::ExitCode;

use azring_benches::options::{HELP, Options};
use azring_benches::report;
use azring_benches::results;
use azring_benches::session::{Run, Session};
use azring_benches::workload::Workload;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--help") {
        let _ = write!(io::stdout(), "{HELP}{}", Workload::list());
        return ExitCode::SUCCESS;
    }
    let options = match Options::parse(words.clone()) {
        Ok(options) => options,
        Err(message) => return complain(&message, 2),
    };
    let command = format!("compare {}", words.join(" "));
    match compare(&options, &command, &mut io::stdout().lock()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => complain("some runs failed; the lines above say why", 1),
        Err(error) => complain(&error.to_string(), 1),
    }
}

/// Whether every run was whole.
fn compare(options: &Options, command: &str, table: &mut impl Write) -> io::Result<bool> {
    let mut json = options.json.as_ref().map(File::create).transpose()?;
    let open = |path| {
        if options.appends {
            File::options().create(true).append(true).open(path)
        } else {
            File::create(path)
        }
    };
    let mut page = options.results.as_ref().map(open).transpose()?;
    if let Some(page) = &mut page {
        let versions = options.tools.iter().filter_map(|tool| tool.version());
        write!(
            page,
            "{}",
            results::head(command, &versions.collect::<Vec<_>>(), options.appends)
        )?;
    }
    let mut whole = true;
    write!(table, "{}", report::head())?;
    for &workload in &options.workloads {
        let session = Session::hold(workload, options, |run| {
            whole &= run.cost.is_ok();
            tell(workload, run);
        })?;
        write!(table, "{}", report::rows(&session))?;
        table.flush()?;
        if let Some(page) = &mut page {
            write!(page, "{}", results::rows(&session))?;
        }
        if let Some(json) = &mut json {
            for run in &session.runs {
                writeln!(json, "{}", report::json(&session, run))?;
            }
        }
    }
    Ok(whole)
}

/// Each run on standard error as it ends, so that a long comparison is seen to move.
fn tell(workload: &Workload, run: &Run) {
    let (name, tool, round) = (workload.name, run.tool, run.round + 1);
    let mut to = io::stderr();
    let _ = match &run.cost {
        Ok(cost) => writeln!(
            to,
            "  {name} {tool} {round}: {:.2} s, {:.2} CPU s",
            cost.wall.as_secs_f64(),
            cost.cpu().as_secs_f64()
        ),
        Err(error) => writeln!(to, "  {name} {tool} {round}: {error}"),
    };
}

fn complain(message: &str, code: u8) -> ExitCode {
    let _ = writeln!(io::stderr(), "compare: {message}");
    ExitCode::from(code)
}

//! Rows: questions, logs and help.

use super::{ALL, BLOBS_FILES, Group, Parameter, Value, built};

pub(super) const GROUP: Group = Group {
    title: "The session",
    rows: &[
        &Y,
        &L,
        &V,
        &Z,
        &NO_JOURNAL,
        &RESPONSE_FILE,
        &LEDGER,
        &REPORT,
        &OUTPUT,
        &PROGRESS,
        &EXIT_CODES,
        &FAIL_IF_EMPTY,
        &HELP,
        &VERSION,
    ],
};

pub(crate) static Y: Parameter = Parameter {
    slash: "Y",
    dash: &["quiet", "yes"],
    value: Value::Flag,
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "off",
    brief: "Ask nothing, overwrite what exists",
    detail: "Asks no questions: what exists at the destination is overwritten. Without it each object that exists is \
             asked about; where there is no terminal to ask at, it is skipped. And what somebody else writes there between \
             the look at it and the end of its copy is not replaced: that object fails.",
    since: "AzCopy",
    built: true,
};

pub(crate) static L: Parameter = Parameter {
    slash: "L",
    dash: &["dry-run", "list"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Count what would be copied, copy nothing",
    detail: "Does everything up to the copying itself: lists, selects and counts what the same command without this \
             parameter would copy.",
    since: "AzCopy",
    built: true,
};

pub(crate) static V: Parameter = Parameter {
    slash: "V",
    dash: &["verbose"],
    value: Value::Optional("file"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "no log",
    brief: "Write a verbose log",
    detail: "Writes what becomes of every object into a log file, without any key or signature; together with a preview, \
             which objects would be copied. Without a value the file is `AzCopyVerbose.log` in \
             `$XDG_STATE_HOME/azring`, which is `~/.local/state/azring` where that is not set. A log is appended to; at \
             64 MiB it is set aside under its name with `.1` behind it.",
    since: "AzCopy",
    built: true,
};

pub(crate) static LEDGER: Parameter = Parameter {
    slash: "Ledger",
    dash: &["ledger"],
    value: Value::Required("path"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "no ledger",
    brief: "Write a record for every object into a file",
    detail: "Appends a record to a file for every object that was copied, skipped, interrupted or failed: time, name, outcome, bytes, MD5, \
             entity tag, attempts, milliseconds, and what went wrong; the topic `Json` tells more. A file whose name ends in `.csv` gets lines of CSV, any other lines of JSON.",
    since: "azring 0.1",
    built: true,
};

pub(crate) static REPORT: Parameter = Parameter {
    slash: "Report",
    dash: &["report"],
    value: Value::Required("path"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "no report",
    brief: "Write a report of the run, a page of HTML",
    detail: "Writes a report into a file when the run is over, however it ended: what was copied and how fast, charts of rate, \
             requests at once, latency and push-back, sizes, the slowest objects and what failed. It is one page of HTML that \
             opens in any browser, runs no script and fetches nothing. Keys and signatures are not in it; names are.",
    since: "azring 0.2",
    built: true,
};

pub(crate) static OUTPUT: Parameter = Parameter {
    slash: "Output",
    dash: &["output"],
    value: Value::Choice(&[built("text"), built("json")]),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "text",
    brief: "What standard output is made of",
    detail: "What is written to standard output: text for people and for scripts that know AzCopy's summary, or records \
             of JSON, one in each line and nothing else. The topic `Json` tells what is in them. Messages go to standard \
             error in both cases.",
    since: "azring 0.1",
    built: true,
};

pub(crate) static PROGRESS: Parameter = Parameter {
    slash: "Progress",
    dash: &["progress"],
    value: Value::Choice(&[built("auto"), built("lines"), built("none")]),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "auto",
    brief: "How progress is told",
    detail: "How progress is told: with `auto` in a line that is rewritten where standard error is a terminal, and in a \
             new line on standard output every ten seconds elsewhere; with `lines` always so; with `none` not at all.",
    since: "azring 0.1",
    built: true,
};

pub(crate) static EXIT_CODES: Parameter = Parameter {
    slash: "ExitCodes",
    dash: &["exit-codes"],
    value: Value::Choice(&[built("plain"), built("detailed")]),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "plain",
    brief: "How much the exit code tells",
    detail: "Whether the exit code only tells that something failed, as AzCopy's did, or also what. The topic `ExitCodes` \
             lists them.",
    since: "azring 0.1",
    built: true,
};

pub(crate) static FAIL_IF_EMPTY: Parameter = Parameter {
    slash: "FailIfEmpty",
    dash: &["fail-if-empty"],
    value: Value::Flag,
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "off",
    brief: "Nothing to copy is a failure",
    detail: "A copy that finds nothing to copy ends as a failure, and not as a success as AzCopy's did: for scripts that would \
             not notice a pattern or a folder that is wrong. What is found and left alone is something.",
    since: "azring 0.2",
    built: true,
};

pub(crate) static Z: Parameter = Parameter {
    slash: "Z",
    dash: &["resume"],
    value: Value::Optional("folder"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "`$XDG_STATE_HOME/azring`",
    brief: "The folder of the journal, to resume from",
    detail: "The folder in which the journal is kept, from which the same command goes on after an interruption. Without this \
             parameter or without its value that is `$XDG_STATE_HOME/azring` (`~/.local/state/azring` where that is not \
             set), with one journal for each command; a folder that is named holds one journal, `azring.jnl`. Where it is \
             the journal of another command you are asked whether to replace it; where there is no terminal to ask at, \
             nothing is copied. The journal is deleted once everything was copied.\n\nAfter \
             a run that reached its end with failures, the same command lists the source again: what was copied is not copied \
             again where the source has not changed and the destination still has it. An interrupted run goes on with its \
             listing if the destination is the same container or folder, and lists the source again if it is not. A journal \
             that was left for 7 days is replaced, where nobody can be asked: services keep blocks for a week.\n\nWith nothing to copy beside it the \
             command of the journal is resumed. Its keys and signatures are in no journal: give them too, or set them in \
             the environment.",
    since: "AzCopy",
    built: true,
};

pub(crate) static NO_JOURNAL: Parameter = Parameter {
    slash: "NoJournal",
    dash: &["no-journal"],
    value: Value::Flag,
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "off",
    brief: "Keep no journal",
    detail: "Keeps no journal: a copy that is interrupted begins anew.",
    since: "azring 0.2",
    built: true,
};

pub(crate) static RESPONSE_FILE: Parameter = Parameter {
    slash: "@",
    dash: &["config-file"],
    value: Value::Repeated("file"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "",
    brief: "A file with more parameters",
    detail: "A file with parameters that are read as if they stood on the command line; there may be several. A line holds \
             one parameter or more, complete; what contains blanks stands in double quotes, and a line that begins \
             with `#` is a comment. A response file names no other response file. It is a good place for a key: a file \
             that only its owner can read is seen by nobody else, a command line is.",
    since: "AzCopy",
    built: true,
};

pub(crate) static HELP: Parameter = Parameter {
    slash: "?",
    dash: &["help"],
    value: Value::Optional("topic"),
    secret: false,
    identity: true,
    applies_to: ALL,
    default: "",
    brief: "Help: all of it, or about one parameter or topic",
    detail: "Shows help: all of it; about one parameter, by its name; or one of the topics `Sample`, `Environment`, \
             `Secrets`, `ExitCodes` and `Json`.",
    since: "AzCopy",
    built: true,
};

pub(crate) static VERSION: Parameter = Parameter {
    slash: "Version",
    dash: &["version"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: ALL,
    default: "",
    brief: "The version of this program",
    detail: "Shows the version of this program.",
    since: "AzCopy on Linux",
    built: true,
};

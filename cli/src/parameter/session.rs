//! Rows of the table: questions, logs, output and help.

use super::{ALL, Group, Parameter, Value};

pub(super) const GROUP: Group = Group {
    title: "The session",
    rows: &[
        &Y,
        &L,
        &V,
        &LOG_LEVEL,
        &Z,
        &NO_JOURNAL,
        &RESPONSE_FILE,
        &LEDGER,
        &REPORT,
        &METRICS,
        &OUTPUT,
        &SILENT,
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
    detail: "Asks no questions and overwrites existing objects at the destination. Without it \
             azring asks about each existing object; if there is no terminal, it skips the \
             object. An object that somebody else writes between azring's check and the end of \
             the copy is not replaced, and the transfer fails.",
    since: "AzCopy",
};

pub(crate) static L: Parameter = Parameter {
    slash: "L",
    dash: &["dry-run", "list"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: ALL,
    default: "off",
    brief: "Count what would be copied, copy nothing",
    detail: "Lists, selects and counts what the same command without this parameter would copy, \
             and copies nothing. With `/V` it also names each object. For the export of a table it asks for one entity and names the \
             number of ranges; for an import it checks all files and counts their entities.",
    since: "AzCopy",
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
    detail: "Writes what happens to every object into a log file, without any key or signature; \
             in a preview, which objects would be copied. Without a value the file is \
             `AzCopyVerbose.log` in `$XDG_STATE_HOME/azring` (default `~/.local/state/azring`). \
             azring appends to the log. A log of 64 MiB is renamed with `.1` at the end of its \
             name.",
    since: "AzCopy",
};

pub(crate) static LOG_LEVEL: Parameter = Parameter {
    slash: "LogLevel",
    dash: &["log-level"],
    value: Value::Choice(&["none", "error", "warning", "info", "debug"]),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "`info` with `/V`, otherwise no log",
    brief: "What the verbose log has",
    detail: "What the verbose log has: `error` only failures, `warning` also warnings and objects that were \
             skipped or interrupted, `info` and `debug` every event. The log is written with any of these, also \
             without `/V`, which names its file. `none` writes no log.",
    since: "azring 0.2",
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
    detail: "Appends a record to a file for every object that was copied, skipped, interrupted or \
             failed: time, name, outcome, bytes, MD5, entity tag, attempts, milliseconds, and the \
             error; the topic `Json` has the details. If the name ends in `.csv` the records are \
             lines of CSV, otherwise lines of JSON.",
    since: "azring 0.1",
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
    detail: "Writes a report into a file at the end of the run, however it ended: what was copied \
             and how fast, charts of rate, concurrent requests, latency, throttling and sizes, \
             the slowest objects and the failures. The report is one page of HTML that opens in \
             any browser, runs no script and loads nothing. It contains names, but no keys or \
             signatures.",
    since: "azring 0.2",
};

pub(crate) static METRICS: Parameter = Parameter {
    slash: "Metrics",
    dash: &["metrics"],
    value: Value::Required("path"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "no metrics",
    brief: "Keep a file of metrics for Prometheus",
    detail: "Writes the state of the process into a file, in the text format of Prometheus: objects and \
             bytes, requests, retries, throttling, rate, concurrency and outages. The file is replaced as a \
             whole every five seconds and at the end, when it also has the exit code. Each process needs a \
             file of its own; a name that ends in `.prom` is for the textfile collector of Prometheus's node \
             exporter. It contains no names, URLs, keys or signatures. A file that cannot be written at the \
             beginning is an error; later that is a warning, and the exit code does not change.",
    since: "azring 0.2",
};

pub(crate) static OUTPUT: Parameter = Parameter {
    slash: "Output",
    dash: &["output"],
    value: Value::Choice(&["text", "json", "none"]),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "text",
    brief: "The format of standard output",
    detail: "The format of standard output: text for people and for scripts that know AzCopy's \
             summary, one record of JSON in each line and nothing else, or nothing (`none`). The topic `Json` \
             describes the records. Messages go to standard error in each case.",
    since: "azring 0.1",
};

pub(crate) static SILENT: Parameter = Parameter {
    slash: "Silent",
    dash: &["silent"],
    value: Value::Flag,
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "off",
    brief: "Print errors only",
    detail: "Prints nothing but errors: no summary, no progress, no notices and no warnings. Logs, \
             the ledger and the report are written. It is not combined with `/Output:json`.",
    since: "azring 0.2",
};

pub(crate) static PROGRESS: Parameter = Parameter {
    slash: "Progress",
    dash: &["progress"],
    value: Value::Choice(&["auto", "lines", "none"]),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "auto",
    brief: "How progress is shown",
    detail: "How progress is shown. `auto` rewrites a line if standard error is a terminal, and \
             otherwise prints a new line on standard output every ten seconds. `lines` always \
             prints new lines, `none` shows nothing. The topic `Progress` below explains what is shown.",
    since: "azring 0.1",
};

pub(crate) static EXIT_CODES: Parameter = Parameter {
    slash: "ExitCodes",
    dash: &["exit-codes"],
    value: Value::Choice(&["plain", "detailed"]),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "plain",
    brief: "How much the exit code says",
    detail: "Whether the exit code only says that something failed, as AzCopy's did, or also \
             what. The topic `ExitCodes` lists the codes.",
    since: "azring 0.1",
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
    detail: "A copy that finds nothing to copy ends as a failure, and not as a success as \
             AzCopy's did: for scripts that would not notice a wrong pattern or folder. Objects \
             that are found and skipped count as found.",
    since: "azring 0.2",
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
    detail: "The folder of the journal, from which the same command resumes after an \
             interruption. Without this parameter or without its value that is \
             `$XDG_STATE_HOME/azring` (default `~/.local/state/azring`), with one journal for \
             each command. A folder that is named holds one journal, `azring.jnl`. If it is the \
             journal of another command, azring asks whether to replace it; without a terminal it \
             copies nothing. The journal is deleted once everything is copied.\n\n\
             After a run that ended with failures, the same command lists the source again. It \
             does not copy an object again if the source has not changed and the destination \
             still has the copy. An interrupted run continues its listing if the destination is \
             the same container or folder, and lists the source again if not. Without a terminal, \
             a journal that was left for 7 days is replaced, because services keep blocks for a \
             week.\n\n\
             The files of a table that is exported to blobs are in this folder until they are \
             uploaded, so it needs room for them.\n\n\
             If nothing to copy is given beside it, the command of the journal is resumed. A \
             journal contains no keys and signatures: give them too, or set them in the \
             environment.",
    since: "AzCopy",
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
    detail: "Keeps no journal: an interrupted copy starts from the beginning. The files of a table \
             that is exported to blobs are in the default folder of journals until they are \
             uploaded.",
    since: "azring 0.2",
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
    detail: "A file with parameters that are read as if they were on the command line; there may \
             be several. A line holds one or more complete parameters. Values with spaces are put \
             in double quotes. A line that begins with `#` is a comment. A response file cannot \
             name another response file. It is a good place for a key: a file that only its owner \
             can read is hidden from others, a command line is not.",
    since: "AzCopy",
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
    detail: "Shows help: all of it; about one parameter, by its name; or one of the topics \
             `Sample`, `Filters`, `Progress`, `Config`, `Environment`, `Secrets`, `ExitCodes` and \
             `Json`. If no name is equal, it lists the parameters that begin so. `-h` shows a short \
             page, and the help of a command is `azring help COMMAND`.",
    since: "AzCopy",
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
};

//! Help pages about topics: examples, filters, progress, environment, secrets, exit codes, JSON records.

use super::layout::{columns, paragraph};
use super::markdown;
use super::sample;
use crate::parameter::{Dialect, USER_DEFAULTS};

const TOPICS: &[&str] = &[
    "Sample",
    "Filters",
    "Shards",
    "Progress",
    "Config",
    "Environment",
    "Secrets",
    "ExitCodes",
    "Json",
];

/// The names of the topics, as a list in a sentence.
pub(super) fn names() -> String {
    let names: Vec<_> = TOPICS.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// The words of the topics, as completions offer them.
pub(crate) fn topics() -> impl Iterator<Item = &'static str> {
    [
        "sample",
        "filters",
        "shards",
        "progress",
        "config",
        "environment",
        "secrets",
        "exitcodes",
        "json",
    ]
    .into_iter()
}

/// The page about a topic, if there is one. Case, dashes and a plural `s` do not matter.
pub(super) fn page(wanted: &str, dialect: Dialect, width: usize) -> Option<String> {
    let name = wanted.to_ascii_lowercase().replace(['-', '_'], "");
    match name.strip_suffix('s').unwrap_or(&name) {
        "sample" | "example" => Some(sample::page(dialect, width)),
        "filter" => Some(definitions(FILTERS, width)),
        "shard" => Some(definitions(SHARDS, width)),
        "config" => Some(config(dialect, width)),
        "environment" => Some(definitions(ENVIRONMENT, width)),
        "secret" => Some(definitions(SECRETS, width)),
        "exitcode" => Some(definitions(EXIT_CODES, width)),
        "json" => Some(markdown::rendered(crate::listener::record::JSON, width)),
        "progres" => Some(definitions(PROGRESS, width)),
        _ => None,
    }
}

/// The topic `Config`: the rules, and the parameters that the file may hold.
fn config(dialect: Dialect, width: usize) -> String {
    let rows: Vec<_> = USER_DEFAULTS
        .iter()
        .map(|row| [row.usage(dialect), row.brief.to_owned()])
        .collect();
    format!(
        "{}\n\nParameters that can be defaults:\n{}",
        definitions(CONFIG, width),
        columns(&rows, width)
    )
}

/// Each term with its definition below it.
fn definitions(terms: &[(&str, &str)], width: usize) -> String {
    terms
        .iter()
        .map(|(term, meaning)| format!("{term}\n{}", paragraph(meaning, 4, width)))
        .collect::<Vec<_>>()
        .join("\n\n")
}

const SHARDS: &[(&str, &str)] = &[
    (
        "azring shard plan <source> <destination> --into <folder> [--shards <n> | --bytes-per-shard <size> | --by range]",
        "Lists the source once and cuts the copy into shards, with the parameters and filters of a copy. The plan has no \
         credential. With `--bytes-per-shard` workers can begin with the first shard while the plan goes on. The same \
         command goes on with an interrupted plan, and a folder holds one plan. A plan is complete only if everything \
         was listed; objects that cannot be copied are in no shard and are a failure. Objects larger than \
         `--split-above` (as `--bytes-per-shard`) are copied in parts by several shards, and committed by the worker that \
         finishes the last part. With `--by range` a shard is a range of names, which its worker lists.",
    ),
    (
        "azring shard run <plan> <i|i-j> <source> <destination> [--state <folder>] [credentials]",
        "Copies one shard or several, on any machine, with the worker's own credentials. The two places must be those of \
         the plan. The same shard may run twice, at once or later: the first result counts, and a shard that is done is \
         not run again. An object that has changed since it was planned is a failure. What the destination has already \
         is overwritten if the plan was made with `/Y` (`--quiet`), and is otherwise skipped, also if an earlier worker \
         copied it.",
    ),
    (
        "azring shard status <plan>",
        "Says how far the shards are. The exit code is 0 when all are done, 75 while some have no result, and 1 when the \
         rest has failed.",
    ),
    (
        "azring shard merge <plan> [<source> <destination>] [--ledger <file>] [--report <file>]",
        "Checks the results of all shards and writes one ledger and one report. It names failed shards with the command \
         that runs them again. With the two places it first commits objects whose parts are all written and that no \
         worker has committed. The exit codes are those of `status`.",
    ),
    (
        "Exit codes of `shard run`",
        "0: every shard is done. 1: objects failed, and another attempt tries these again. 2, 3, 4, 6: no attempt will \
         succeed before a person acts. 5, 7: this machine lacks something, or another process has the state. 75: try \
         again later. 143: it was stopped, and goes on with the same state folder.",
    ),
];

const FILTERS: &[(&str, &str)] = &[
    (
        "How filters combine",
        "An object is selected if nothing includes or anything that includes matches its name, and nothing that \
         excludes matches it, and its size and its time are within their limits. The order of the parameters has no \
         meaning. `/Pattern`, the rules of `/FilterFrom` and a list of names are further conditions. With \
         `/IncludeMode:all` one pattern and one path and one expression must match. `/ExplainFilter:NAME` says what \
         decides about a name.",
    ),
    (
        "Names",
        "Names are those below the source, with `/` between folders. They are compared without case if the source is a \
         folder and parameters are written `/Name:value`, and otherwise with case.",
    ),
    (
        "Lists of names",
        "The names of `/FilesFrom`, `/FilesFrom0` and `/MapFrom` are looked up one by one, and the source is not listed. \
         Each is the name of one object, without wildcards. With `/S` it may also be a folder, and stands for everything \
         below it, except in a sync: use `/IncludePath` there. A name without an object is a failure. If the list is changed, an interrupted copy cannot be resumed with it.",
    ),
    (
        "Several processes",
        "`/Shard:i/N` selects one of N parts of all names, by a hash that is the same on every machine. Other filters \
         apply too, and must be the same for all N processes.",
    ),
    (
        "A sync",
        "What a filter leaves out on either side is neither compared, copied nor deleted. An object of the source that is \
         left out by its size or time protects that of the destination. `/L` names what stays for that.",
    ),
    (
        "What is listed",
        "Folders in which nothing can be selected are not opened. `/IncludePath`, and patterns from the root, become \
         prefixes in listings of blobs, if all that includes is of this kind.",
    ),
    (
        "Difference from AzCopy 10: what cannot be read",
        "A pattern or an expression that cannot be read is an error (exit code 2). AzCopy 10 passes over it: an include \
         then selects nothing, an exclude leaves out nothing, and the exit code is 0.",
    ),
    (
        "Difference from AzCopy 10: several kinds of includes",
        "An object is selected if a pattern or a path or an expression matches. AzCopy 10 needs one of each kind, as \
         azring does with `/IncludeMode:all` and in the commands of AzCopy 10.",
    ),
    (
        "Difference from AzCopy 10: patterns",
        "A pattern with `/` is a path from the root, and AzCopy 10 compares every pattern with the last part of a name. \
         `{a,b}` is a choice, and `[!a]` is any other character than `a`; to AzCopy 10 these are ordinary characters \
         and the characters `!` and `a`.",
    ),
    (
        "Difference from AzCopy 10: separators",
        "`;` is an ordinary character, and parameters are repeated. In the commands of AzCopy 10 it separates.",
    ),
    (
        "Difference from AzCopy 10: excluded paths",
        "`/ExcludePath:logs` is the folder `logs`. In AzCopy 10 it is the beginning of names and leaves out `logs2` too.",
    ),
    (
        "Difference from AzCopy 10: lists",
        "A name in a list that has no object is a failure (exit code 1). AzCopy 10 passes over it with exit code 0.",
    ),
    (
        "Difference from AzCopy 10: times",
        "The time of a blob is the one in its metadata `mtime` or `modtime`, where there is one. AzCopy 10 compares \
         Last-Modified only, which is the time of the upload.",
    ),
];

const PROGRESS: &[(&str, &str)] = &[
    (
        "12.0 MiB / 20.0 MiB 60%",
        "Bytes that need not be moved any more, all bytes, and their share. The bytes of an upload count when \
         they are sent. `+` after the total: the source is still being listed.",
    ),
    (
        "(8.00 MiB confirmed)",
        "The part of these bytes that the service has answered for, where it is less.",
    ),
    (
        "2.00 GiB/s (avg 1.70 GiB/s)",
        "The rate of the last five seconds, and since the beginning.",
    ),
    ("ETA 0:42", "The time that is left at this rate."),
    (
        "files 18,220/64,001",
        "Objects that ended (copied, skipped or failed), and all of them.",
    ),
    (
        "limit: service",
        "What limits the rate: `disk`, `network`, `service` (it throttles), `cpu`, `cap` (the number of requests \
         that `/NC` fixed), `memory` (`/Memory`), `rate cap` (`/CapMbps`), `work` (there are too few objects or \
         blocks to do at the same time).",
    ),
    (
        "active 93/96",
        "Requests in flight, and the number that may be. Where that number has just been lowered, those above it \
         are not shown.",
    ),
    ("retries 12", "Requests that were sent again."),
    (
        "throttled 4%",
        "The share of the time in which the service asked azring to be slower (503, 429).",
    ),
    (
        "no connection for 12 s, trying again",
        "The service cannot be reached at present.",
    ),
    (
        "Finished: 2 file(s), 4 GB; Average Speed:1.7 GB/s.",
        "AzCopy's line, where no line can be rewritten. As in AzCopy, KB, MB and GB in it are powers of 1024. \
         Everywhere else azring writes KiB, MiB and GiB for them.",
    ),
];

const CONFIG: &[(&str, &str)] = &[
    (
        "~/.config/azring/config",
        "Your defaults: parameters in the form of a response file (`/@`), in either dialect. The file is \
         `config` in `$XDG_CONFIG_HOME/azring`, or the one that the variable `AZRING_CONFIG` names. It need not \
         exist.",
    ),
    (
        "What it changes",
        "A default holds for every command that accepts the parameter, unless the command or its response \
         files give the parameter. Commands of AzCopy 10 and `azring shard` do not use it. With \
         `AZRING_CONFIG=` (empty) no command does: set this in scripts that must not depend on a user.",
    ),
    (
        "What it cannot hold",
        "Locations, filters and other parameters that decide what is copied; keys and signatures, because each \
         belongs to one account. For those there are response files and the environment.",
    ),
];

const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "AZRING_SOURCE_KEY, AZRING_SOURCE_SAS, AZRING_DEST_KEY, AZRING_DEST_SAS",
        "A key or a shared access signature for one end, if neither a parameter nor the URL has one. If \
         only a journal names the host (`azring /Z:folder`), they are sent only to hosts of Azure and to \
         this machine.",
    ),
    (
        "AZRING_PLAN_KEY, AZRING_PLAN_SAS",
        "The same for the container that has the plan of `azring shard`.",
    ),
    (
        "AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_ACCOUNT, AZURE_STORAGE_SAS_TOKEN, AZURE_STORAGE_KEY",
        "The same for the account that they name, at its hosts at Azure or on this machine, and for no \
         other account. They are used in this order, after azring's own. A connection string with \
         `BlobEndpoint` names its host itself; `UseDevelopmentStorage=true` is the account \
         `devstoreaccount1` of an emulator on this machine.",
    ),
    (
        "AZCOPY_AUTO_LOGIN_TYPE",
        "The login of a command without `azring login`, as with AzCopy 10: `DEVICE`, `SPN`, `MSI`, `AZCLI` \
         or `WORKLOAD`. Its values are in `AZCOPY_TENANT_ID`, `AZCOPY_ACTIVE_DIRECTORY_ENDPOINT`, \
         `AZCOPY_SPA_APPLICATION_ID`, `AZCOPY_SPA_CLIENT_SECRET`, `AZCOPY_SPA_CERT_PATH`, \
         `AZCOPY_MSI_CLIENT_ID`, `AZCOPY_MSI_OBJECT_ID` and `AZCOPY_MSI_RESOURCE_STRING`.",
    ),
    (
        "AZURE_CLIENT_ID, AZURE_TENANT_ID, AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH, AZURE_FEDERATED_TOKEN_FILE, AZURE_AUTHORITY_HOST",
        "The login of an application or a workload, as Azure's libraries read it, if \
         `AZCOPY_AUTO_LOGIN_TYPE` is not set and they are complete. They come before a stored login.",
    ),
    (
        "AZRING_CLIENT_ID",
        "The application of a login by device code.",
    ),
    (
        "AZRING_CONFIG",
        "The file with your defaults in place of `~/.config/azring/config`. If it is empty there are none.",
    ),
    (
        "AZRING_MAP_DRIVE",
        "Folders that replace Windows drives, as `/MapDrive` names them: `C:=/mnt/c;D:=/mnt/d`.",
    ),
    (
        "AZCOPY_DEFAULT_SERVICE_API_VERSION",
        "The API version of the service, if `/ServiceVersion` is not given. A version later than \
         2021-12-02 is ignored.",
    ),
    (
        "AZCOPY_CONCURRENCY_VALUE, AZCOPY_BUFFER_GB",
        "For `copy`, `sync` and `bench` of AzCopy 10: how many requests run at a time (`AUTO` lets azring choose), and \
         how much memory is used for data, in GiB.",
    ),
    (
        "AZCOPY_JOB_PLAN_LOCATION, AZCOPY_LOG_LOCATION",
        "For the commands of AzCopy 10: the folder of their journals, and the folder of their logs, one file for each \
         job. Without the second no log is written.",
    ),
    (
        "AZCOPY_CONTENT_TYPE_MAP",
        "For uploads by AzCopy 10's commands, and with `/SetContentType:detect`: a file of content types by extension, \
         in the form of `AzCopyConfig.json`.",
    ),
    (
        "AZRING_RESOLVE",
        "Addresses of hosts: `host:port:address`, several separated by commas. For tests with a server \
         of your own under the real names of hosts.",
    ),
    (
        "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY",
        "The proxy to a service (`http://user:password@host:port`), and the hosts that are reached \
         without it: domains with their sub-domains, addresses, networks (`10.0.0.0/8`), `*`. In capital \
         or small letters. This machine is always reached directly.",
    ),
    (
        "SSL_CERT_FILE, SSL_CERT_DIR",
        "Certificates to trust instead of the machine's: a file, a folder. `/CaFile` adds certificates.",
    ),
    (
        "TERM",
        "On a terminal called `dumb`, progress is shown in lines, one every ten seconds, as on standard \
         output if standard error is no terminal. Nothing is ever coloured.",
    ),
    (
        "TZ",
        "The time zone of the times in messages and in the summary.",
    ),
];

const SECRETS: &[(&str, &str)] = &[
    (
        "Where a key or a signature can be given",
        "On the command line; as `@env:NAME`, in a variable; as `@file:PATH`, in the first line of a \
         file; as `-`, typed at the terminal or in a line of standard input; in a response file; in the \
         environment (topic `Environment`).",
    ),
    (
        "On the command line",
        "Every user of this machine can read it in `ps` until azring has removed it from its arguments, \
         which takes some milliseconds. A shell may keep it in its history.",
    ),
    (
        "While azring runs",
        "No other process of the same user can read its memory or its environment, and it leaves no core \
         file when it dies, whatever the limits say (`PR_SET_DUMPABLE`). A debugger has to run as root, or \
         to start azring itself.",
    ),
    (
        "Logins",
        "`azring login` stores a login in one file, which only its owner can read: by device code a token \
         for later tokens, for applications the path of the certificate or the name of the variable with \
         the secret, and never the secret itself. A token goes only to hosts of Azure and to those that \
         `/TrustedMicrosoftSuffixes` names, by HTTPS or within this machine.",
    ),
    (
        "What is written",
        "No output, log, ledger, trace or journal of azring contains a key or a signature: `******` \
         replaces them. To resume a copy, give them again.",
    ),
];

const EXIT_CODES: &[(&str, &str)] = &[
    (
        "0",
        "Nothing failed. Objects that were skipped by a rule or by an answer are no failures.",
    ),
    (
        "1",
        "Something failed: an object could not be copied or deleted, a part of the source could not be listed, or the \
         whole copy failed.",
    ),
    ("2", "The command is invalid; nothing was done."),
    (
        "130, 143",
        "Interrupted (Ctrl-C), terminated. Active transfers were finished first, unless a second signal \
         came.",
    ),
    (
        "3 to 7, 75",
        "Only with detailed codes (`/ExitCodes:detailed`), in place of 1: why the whole copy could not \
         begin or continue. A copy with single failed objects ends with 1 in any case; a ledger names \
         them.",
    ),
    (
        "3",
        "There is nothing to copy: the source does not exist, or nothing in it was selected and \
         `/FailIfEmpty` was given. Another attempt gives the same result.",
    ),
    (
        "4",
        "A credential was refused or lacks a permission; a proxy requires a login or forbids the \
         request. A person has to act.",
    ),
    (
        "5",
        "This machine lacks something: disk, quota, memory, descriptors.",
    ),
    (
        "6",
        "The journal is damaged, or belongs to another version.",
    ),
    (
        "7",
        "There is a conflict: another run holds the journal, it belongs to another command, or the \
         source or the destination has changed meanwhile. Try again later. Also without detailed codes: a \
         sync would delete more than `/MaxDelete` allows; it copied everything and deleted nothing.",
    ),
    (
        "75",
        "The service could not be reached or had a failure. Try again later: the same command resumes \
         the copy.",
    ),
];

//! Pages that are about no single parameter.

use super::layout::paragraph;
use super::sample;
use crate::parameter::Dialect;

const TOPICS: &[&str] = &["Sample", "Environment", "Secrets", "ExitCodes", "Json"];

/// The topics' names, for people.
pub(super) fn names() -> String {
    let names: Vec<_> = TOPICS.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// The page about a topic, if it is one. Case, dashes and a plural do not matter.
pub(super) fn page(wanted: &str, dialect: Dialect, width: usize) -> Option<String> {
    let name = wanted.to_ascii_lowercase().replace(['-', '_'], "");
    match name.trim_end_matches('s') {
        "sample" | "example" => Some(sample::page(dialect, width)),
        "environment" => Some(told(ENVIRONMENT, width)),
        "secret" => Some(told(SECRETS, width)),
        "exitcode" => Some(told(EXIT_CODES, width)),
        "json" => Some(crate::listener::record::JSON.trim_end().to_owned()),
        _ => None,
    }
}

/// Terms, each with what it means.
fn told(terms: &[(&str, &str)], width: usize) -> String {
    terms
        .iter()
        .map(|(term, meaning)| format!("{term}\n{}", paragraph(meaning, 4, width)))
        .collect::<Vec<_>>()
        .join("\n\n")
}

const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "AZRING_SOURCE_KEY, AZRING_SOURCE_SAS, AZRING_DEST_KEY, AZRING_DEST_SAS",
        "A key or a shared access signature for one end, where neither a parameter nor the URL has one. Where only a journal names \
         the host (`azring /Z:folder`), they go to hosts of Azure and to this machine alone.",
    ),
    (
        "AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_ACCOUNT, AZURE_STORAGE_SAS_TOKEN, AZURE_STORAGE_KEY",
        "The same, for the account that they name and for no other, at its hosts at Azure or on this machine; in this order, after \
         azring's own. A connection string with `BlobEndpoint` names its host itself.",
    ),
    (
        "AZRING_MAP_DRIVE",
        "Folders that stand for drives of Windows, as `/MapDrive` names them: `C:=/mnt/c;D:=/mnt/d`.",
    ),
    (
        "AZCOPY_DEFAULT_SERVICE_API_VERSION",
        "The version of the service's interface to speak, where `/ServiceVersion` is not given and it is none later than \
         2021-12-02.",
    ),
    (
        "AZRING_RESOLVE",
        "Addresses to use instead of asking for them: `host:port:address`, several separated by commas. For tests against \
         a server of one's own under the real names of hosts.",
    ),
    (
        "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY",
        "The proxy on the way to a service (`http://user:password@host:port`), and who is reached without it: domains with \
         what is below them, addresses, nets (`10.0.0.0/8`), `*`. In capitals or in small letters. This machine is always \
         reached directly.",
    ),
    (
        "SSL_CERT_FILE, SSL_CERT_DIR",
        "Certificates to trust instead of the machine's: a file, a folder. `/CaFile` names some beside them.",
    ),
    (
        "TERM",
        "On a terminal that calls itself `dumb` progress is told in lines, one every ten seconds, as it is on standard \
         output where standard error is no terminal. Nothing is ever coloured.",
    ),
    (
        "TZ",
        "The time zone of the times in messages and in the summary.",
    ),
];

const SECRETS: &[(&str, &str)] = &[
    (
        "Where a key or a signature may stand",
        "On the command line; behind `@env:NAME`, in a variable; behind `@file:PATH`, in the first line of a file; `-`, typed at \
         the terminal or in a line of standard input; in a response file; in the environment (topic `Environment`).",
    ),
    (
        "On the command line",
        "Everybody on this machine can read it in `ps` until azring has taken it out of its arguments, which is a matter of \
         milliseconds. A shell may keep it in its history.",
    ),
    (
        "While azring runs",
        "No other process of the same user can look into its memory or its environment, and it leaves no core file when it \
         dies, whatever the limits say (`PR_SET_DUMPABLE`). A debugger has to be root's, or to start azring itself.",
    ),
    (
        "What is written",
        "No key and no signature is in anything that azring prints, in a log, a ledger, a trace or a journal: `******` is in their \
         place. Who resumes a copy brings them again.",
    ),
];

const EXIT_CODES: &[(&str, &str)] = &[
    (
        "0",
        "Nothing failed. Objects that were left alone, by rule or by answer, are no failures.",
    ),
    (
        "1",
        "Something failed: an object, a part of the source that could not be listed, or the whole copy.",
    ),
    ("2", "The command was wrong; nothing was tried."),
    (
        "130, 143",
        "Interrupted (Ctrl-C), terminated. What was under way was finished first, unless it was asked twice.",
    ),
    (
        "3 to 7, 75",
        "Only where detailed codes are asked for (`/ExitCodes:detailed`), in place of 1: why the whole copy could not begin or \
         go on. A copy of which single objects failed ends with 1 in any case; a ledger names them.",
    ),
    (
        "3",
        "There is nothing: the source is not there, or nothing in it was meant and `/FailIfEmpty` demands something. Another \
         attempt finds the same.",
    ),
    (
        "4",
        "A credential was refused, or does not permit it; a proxy wants to know who asks, or does not allow it. That needs a \
         person.",
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
        "Somebody else is at it: another run holds the journal, it belongs to another command, or what is at the source or the \
         destination has changed meanwhile. Try again later.",
    ),
    (
        "75",
        "The service could not be reached or was not well. Try again later: the same command goes on where this one ended.",
    ),
];

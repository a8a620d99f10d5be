//! Rows of the table: resources and connections.

use super::{ALL, Group, Parameter, Value};

pub(super) const GROUP: Group = Group {
    title: "The machine",
    rows: &[
        &NC,
        &CAP_MBPS,
        &IO,
        &MEMORY,
        &CA_FILE,
        &SERVICE_VERSION,
        &GIVE_UP,
        &TRACE_CONTROLLER,
    ],
};

pub(crate) static NC: Parameter = Parameter {
    slash: "NC",
    dash: &["parallel-level"],
    value: Value::Required("number"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "chosen by the controller",
    brief: "The number of concurrent requests",
    detail: "The number of concurrent requests, 1 to 512. Without it azring finds the number: it \
             begins with 8 for each core, or with the number that it found for the same service \
             within the last hour. It uses more requests as long as that raises the rate, and \
             fewer if that does not lower it.",
    since: "AzCopy",
};

pub(crate) static CAP_MBPS: Parameter = Parameter {
    slash: "CapMbps",
    dash: &["cap-mbps"],
    value: Value::Required("number"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "no cap",
    brief: "The most megabits per second",
    detail: "The most megabits (1,000,000 bits) per second of all requests and answers together, in both \
             directions: blobs, files of shares, entities of tables, and the answers to listings as well. A number \
             such as `80` or `0.5`, and 0 for no cap. Chunks are made shorter for a small cap. What the operating \
             system has received before azring reads it, TLS and TCP are not counted. Copies that a service makes \
             by itself are not limited, because their bytes do not pass through this machine.",
    since: "azring 0.2",
};

pub(crate) static IO: Parameter = Parameter {
    slash: "IO",
    dash: &["io"],
    value: Value::Choice(&["auto", "ring", "threads"]),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "auto",
    brief: "How files are read and written",
    detail: "How files are read and written: with the kernel's io_uring or with threads. `auto` \
             uses the ring if the kernel and the limits allow it, and prints one notice if not. \
             `ring` uses the ring or ends with an error.",
    since: "azring 0.1",
};

pub(crate) static MEMORY: Parameter = Parameter {
    slash: "Memory",
    dash: &["memory"],
    value: Value::Required("size"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "a quarter of the memory, at most 1 GiB",
    brief: "How much memory may be used for data",
    detail: "How much memory may be used for data in transit: a number of bytes, or a number followed by \
             K, M, G or T (`512M`, `2G`). The default is a quarter of the smallest of the machine's \
             memory, the limits of the process's control groups, and its limit of address space \
             (`ulimit -v`), at most 1 GiB.\n\n\
             If memory is short, large blocks use fewer threads. If not even one block fits, a message \
             says which size is needed before anything is copied.",
    since: "azring 0.1",
};

pub(crate) static CA_FILE: Parameter = Parameter {
    slash: "CaFile",
    dash: &["ca-file"],
    value: Value::Required("path"),
    secret: false,
    identity: true,
    applies_to: ALL,
    default: "the platform's certificates",
    brief: "Certificates to trust beside the platform's",
    detail: "A PEM file with certificates of authorities to trust beside those of the platform, \
             for example of an emulator or of a company.",
    since: "azring 0.1",
};

pub(crate) static SERVICE_VERSION: Parameter = Parameter {
    slash: "ServiceVersion",
    dash: &["service-version"],
    value: Value::Required("date"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "2021-12-02",
    brief: "The API version of the service",
    detail: "The API version (`x-ms-version`) that requests name, for services that know less \
             than Azure: Azure Stack Hub knows 2019-07-07, older ones 2017-11-09. Features that \
             the version lacks are left out, with one notice. Not later than 2021-12-02 and not \
             before 2015-02-21.\n\n\
             Without the parameter the variable `AZCOPY_DEFAULT_SERVICE_API_VERSION` is used, as \
             by AzCopy 10. If a service refuses the version and names one that it knows, azring \
             uses that one.",
    since: "azring 0.2",
};

pub(crate) static GIVE_UP: Parameter = Parameter {
    slash: "GiveUp",
    dash: &["give-up"],
    value: Value::Required("time"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "5 minutes; 10 seconds for a service that has not answered yet",
    brief: "How long to wait for a service that cannot be reached",
    detail: "How long to wait for a service that cannot be reached: it refuses connections, its \
             name has no address, or it does not answer. Seconds, or a number followed by s, m or \
             h (`90s`, `30m`, `2h`), from a second to a week. All transfers to it wait meanwhile, \
             and one of them tries again at growing intervals; none of them fails. They continue \
             once the service answers. After this time the run ends with one error, and the same \
             command resumes it.\n\n\
             Without the parameter azring waits five minutes for a service that has answered in \
             this run, and ten seconds for one that has not, because its name may be wrong. A \
             given time is used for both.",
    since: "azring 0.2",
};

pub(crate) static TRACE_CONTROLLER: Parameter = Parameter {
    slash: "TraceController",
    dash: &["trace-controller"],
    value: Value::Required("path"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "no trace",
    brief: "Write how the number of requests was chosen",
    detail: "Writes a line of JSON into a file for every quarter of a second: the bytes moved, \
             refused requests, the duration of requests, the number and pace of requests that are \
             allowed from then on, and the reason. The topic `Json` describes the fields.",
    since: "azring 0.2",
};

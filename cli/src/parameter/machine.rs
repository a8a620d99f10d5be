//! Rows: how much of the machine may be used, and how.

use super::{ALL, Group, Parameter, Value, built};

pub(super) const GROUP: Group = Group {
    title: "The machine",
    rows: &[
        &NC,
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
    default: "as many as bring more",
    brief: "How many requests at the same time",
    detail: "How many requests are under way at the same time, 1 to 512. Without it azring finds the number by itself: it \
             begins with 8 for each core, or with what it found for the same service within the last hour, and takes \
             more as long as that brings more, fewer where that is as good.",
    since: "AzCopy",
    built: true,
};

pub(crate) static IO: Parameter = Parameter {
    slash: "IO",
    dash: &["io"],
    value: Value::Choice(&[built("auto"), built("ring"), built("threads")]),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "auto",
    brief: "How files are read and written",
    detail: "How files are read and written: through the kernel's io_uring or by threads. With `auto` it is the ring \
             where the kernel and the limits allow it, and one notice says so where they do not; with `ring` it is the \
             ring or an error.",
    since: "azring 0.1",
    built: true,
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
    detail: "How much memory may be used for data on its way: a number of bytes, or one with K, M, G or T behind it \
             (`512M`, `2G`). The default is of what the machine, the control groups that the process is in \
             and its limit of address space (`ulimit -v`) allow, whichever is smallest.\n\n\
             Large blocks take fewer threads where memory is short; where not even one block fits, a message says which \
             size is needed, before anything is copied.",
    since: "azring 0.1",
    built: true,
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
    detail: "A PEM file with certificates of authorities to trust beside those of the platform: an emulator's, or a \
             company's own.",
    since: "azring 0.1",
    built: true,
};

pub(crate) static SERVICE_VERSION: Parameter = Parameter {
    slash: "ServiceVersion",
    dash: &["service-version"],
    value: Value::Required("date"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "2021-12-02",
    brief: "The version of the service's interface to speak",
    detail: "The version of the service's interface (`x-ms-version`) that requests name, for services that know less than Azure: \
             Azure Stack Hub knows 2019-07-07, older ones 2017-11-09. What a version does not have is left out, and one notice \
             says so. Not later than 2021-12-02 and not before 2015-02-21.\n\n\
             Without the parameter the variable `AZCOPY_DEFAULT_SERVICE_API_VERSION` counts, as with AzCopy 10. A service \
             that refuses the version and names one that it knows is asked in that one.",
    since: "azring 0.2",
    built: true,
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
    detail: "How long to wait for a service that cannot be reached: one that refuses connections, whose name has no address, or \
             that stays silent. Seconds, or a number with s, m or h behind it (`90s`, `30m`, `2h`), from a second to a week. \
             All transfers to it wait meanwhile, and one of them tries again at growing intervals; none of them fails. \
             Once the service answers they go on. After this time the run ends with one error, and the same command goes on \
             where it ended.\n\n\
             Without the parameter a service that has answered in this run is waited for five minutes, and one that has \
             not yet for ten seconds, since its name may be wrong. A given time holds for both.",
    since: "azring 0.2",
    built: true,
};

pub(crate) static TRACE_CONTROLLER: Parameter = Parameter {
    slash: "TraceController",
    dash: &["trace-controller"],
    value: Value::Required("path"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "no trace",
    brief: "Write down how the number of requests was chosen",
    detail: "Writes a line of JSON into a file for every quarter of a second: what moved, what the service refused, how long \
             requests took, and how many may be under way from then on, how fast, and why. The topic `Json` tells the \
             fields.",
    since: "azring 0.2",
    built: true,
};

//! Rows: what only `azring bench` takes.

use super::{BLOBS, Group, Parameter, Value};

pub(super) const GROUP: Group = Group {
    title: "Measuring (`azring bench`)",
    rows: &[&SIZE, &COUNT, &DURATION, &KEEP, &VERIFY],
};

pub(crate) static SIZE: Parameter = Parameter {
    slash: "Size",
    dash: &["size"],
    value: Value::Required("size"),
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "64M",
    brief: "How large the objects are that `bench` makes",
    detail: "How large each of the objects is that `azring bench` makes up and uploads: a number of bytes, or one with K, M, G or \
             T behind it. Nothing of it is on a disk.",
    since: "azring 0.2",
    built: true,
};

pub(crate) static COUNT: Parameter = Parameter {
    slash: "Count",
    dash: &["count"],
    value: Value::Required("number"),
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "64; with a duration as many as fit into it",
    brief: "How many objects `bench` makes",
    detail: "How many objects `azring bench` makes up and uploads. Together with a duration it ends with whichever is reached \
             first.",
    since: "azring 0.2",
    built: true,
};

pub(crate) static DURATION: Parameter = Parameter {
    slash: "Duration",
    dash: &["duration"],
    value: Value::Required("time"),
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "until all objects are there",
    brief: "How long `bench` goes on beginning objects",
    detail: "For how long `azring bench` goes on beginning objects: seconds, or a number with s, m or h behind it. An upload \
             makes new ones, a download takes the same ones again. What has begun by then is finished.",
    since: "azring 0.2",
    built: true,
};

pub(crate) static KEEP: Parameter = Parameter {
    slash: "Keep",
    dash: &["keep"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "off",
    brief: "Leave the blobs that `bench` has made",
    detail: "Leaves the blobs that `azring bench` has made in the container, for downloads later. Without it they are removed \
             when it has measured; the container stays.",
    since: "azring 0.2",
    built: true,
};

pub(crate) static VERIFY: Parameter = Parameter {
    slash: "Verify",
    dash: &["verify"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "off",
    brief: "Compare every byte that `bench download` gets",
    detail: "Compares every byte that `azring bench download` gets with what was made up under the blob's name when it was \
             uploaded, on whatever machine that was. Only for blobs that `azring bench` has made.",
    since: "azring 0.2",
    built: true,
};

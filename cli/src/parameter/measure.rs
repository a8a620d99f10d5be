//! Rows of the table: parameters of `azring bench`.

use super::{BLOBS_FILES, Group, Parameter, Value};

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
    applies_to: BLOBS_FILES,
    default: "64M",
    brief: "The size of the objects that `bench` creates",
    detail: "The size of each object that `azring bench` generates and uploads: a number of \
             bytes, or a number followed by K, M, G or T. No disk is used.",
    since: "azring 0.2",
};

pub(crate) static COUNT: Parameter = Parameter {
    slash: "Count",
    dash: &["count"],
    value: Value::Required("number"),
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "64; with a duration, as many as fit into it",
    brief: "How many objects `bench` creates",
    detail: "How many objects `azring bench` generates and uploads. With a duration as well, it \
             ends at whichever is reached first.",
    since: "azring 0.2",
};

pub(crate) static DURATION: Parameter = Parameter {
    slash: "Duration",
    dash: &["duration"],
    value: Value::Required("time"),
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "until all objects are done",
    brief: "How long `bench` starts new objects",
    detail: "For how long `azring bench` starts new objects: seconds, or a number followed by s, \
             m or h. An upload generates new objects, a download reads the same ones again. \
             Objects that have started by then are finished.",
    since: "azring 0.2",
};

pub(crate) static KEEP: Parameter = Parameter {
    slash: "Keep",
    dash: &["keep"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Keep the objects that `bench` has created",
    detail: "Keeps the objects that `azring bench` has created in the container, for later \
             downloads. Without it they are deleted after the measurement; the container stays.",
    since: "azring 0.2",
};

pub(crate) static VERIFY: Parameter = Parameter {
    slash: "Verify",
    dash: &["verify"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Compare every byte that `bench download` gets",
    detail: "Compares every byte that `azring bench download` receives with the data that was \
             generated for the object's name when it was uploaded, on any machine. Only for \
             objects that `azring bench` has created.",
    since: "azring 0.2",
};

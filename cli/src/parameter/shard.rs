//! Rows of the table: parameters of `azring shard`.

use super::{BLOBS_FILES, Group, Parameter, Value};

pub(super) const GROUP: Group = Group {
    title: "Many machines (`azring shard`)",
    rows: &[
        &INTO,
        &SHARDS,
        &BYTES_PER_SHARD,
        &SPLIT_ABOVE,
        &CUTS,
        &STATE,
        &EMIT,
    ],
};

pub(crate) static INTO: Parameter = Parameter {
    slash: "Into",
    dash: &["into"],
    value: Value::Required("folder"),
    secret: false,
    identity: false,
    applies_to: BLOBS_FILES,
    default: "none",
    brief: "The folder or container where `shard plan` puts the plan",
    detail: "The folder of the plan that `azring shard plan` writes: on a disk or a file system that all machines \
             share, or the URL of a container or a virtual directory in it, whose credential is in the URL, in \
             `AZRING_PLAN_SAS` or `AZRING_PLAN_KEY`, or a login. It must not be in the source. A folder holds one \
             plan. The same command goes on with a plan that was interrupted, and refuses one that is complete.",
    since: "azring 0.2",
};

pub(crate) static SHARDS: Parameter = Parameter {
    slash: "Shards",
    dash: &["shards"],
    value: Value::Required("number"),
    secret: false,
    identity: false,
    applies_to: BLOBS_FILES,
    default: "as many as `/BytesPerShard` makes",
    brief: "How many shards `shard plan` makes",
    detail: "The number of shards that `azring shard plan` cuts the copy into, from 1 to 10000. They cost about the \
             same; each object costs its bytes and 4 MiB. Workers can begin when the plan is complete, because the \
             total is not known before. Four to ten shards for each worker are a good number.",
    since: "azring 0.2",
};

pub(crate) static BYTES_PER_SHARD: Parameter = Parameter {
    slash: "BytesPerShard",
    dash: &["bytes-per-shard"],
    value: Value::Required("size"),
    secret: false,
    identity: false,
    applies_to: BLOBS_FILES,
    default: "64G",
    brief: "How large the shards of `shard plan` are",
    detail: "What a shard of `azring shard plan` costs: a number of bytes, or a number followed by K, M, G or T. Each \
             object costs its bytes and 4 MiB. A shard has neighbouring objects in the order of the listing, and one \
             larger object alone. Workers can begin with the first shard while the plan goes on.",
    since: "azring 0.2",
};

pub(crate) static SPLIT_ABOVE: Parameter = Parameter {
    slash: "SplitAbove",
    dash: &["split-above"],
    value: Value::Required("size"),
    secret: false,
    identity: false,
    applies_to: BLOBS_FILES,
    default: "as `/BytesPerShard`",
    brief: "From which size on `shard plan` splits an object",
    detail: "Objects of more bytes are copied in parts of at most so many, which are in several shards, and committed \
             once: by the worker that finishes the last part, or by `azring shard merge`. A number of bytes, or a number \
             followed by K, M, G or T; 0 splits no object. Block blobs, files of a folder and, with `/Y`, page blobs can be split; \
             append blobs and files of a share cannot.",
    since: "azring 0.2",
};

pub(crate) static CUTS: Parameter = Parameter {
    slash: "Cuts",
    dash: &["cuts"],
    value: Value::Required("file"),
    secret: false,
    identity: false,
    applies_to: BLOBS_FILES,
    default: "none: the plan lists the source",
    brief: "Names before which the shards of `shard plan /By:range` end",
    detail: "A file with a name relative to the source in each line, in the order in which the source lists. With \
             `/By:range` there is a shard before the first name, between each two names and after the last one, and \
             the plan lists nothing. No object need have such a name.",
    since: "azring 0.2",
};

pub(crate) static STATE: Parameter = Parameter {
    slash: "State",
    dash: &["state"],
    value: Value::Required("folder"),
    secret: false,
    identity: false,
    applies_to: BLOBS_FILES,
    default: "azring's state folder",
    brief: "Where `shard run` keeps the journals of its shards",
    detail: "The folder in which `azring shard run` keeps a copy of each shard's journal until the shard is done: a \
             disk of the worker's own machine. With the same folder an interrupted shard goes on where it stopped; \
             with an empty one it begins anew.",
    since: "azring 0.2",
};

pub(crate) static EMIT: Parameter = Parameter {
    slash: "Emit",
    dash: &["emit"],
    value: Value::Choice(&["slurm", "kubernetes", "parallel", "batch"]),
    secret: false,
    identity: false,
    applies_to: BLOBS_FILES,
    default: "nothing",
    brief: "Print what a scheduler needs to run the shards",
    detail: "Prints, when the plan is complete, what runs its shards and adds the results up: a script for a Slurm \
             job array, the manifest of an Indexed Job of Kubernetes, a script for GNU parallel, or the tasks of a \
             job of Azure Batch in JSON. `azring shard status` prints it for a plan that is complete already. It \
             contains no keys or signatures: workers take credentials from their environment. Its comments say \
             what it needs and how it is started.",
    since: "azring 0.2",
};

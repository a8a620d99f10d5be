//! `azring bench upload|download URL`: how fast it is from here, by the very engine that copies, with nothing on a disk: what
//! goes up is made up, what comes down is let go.

mod figures;

mod bench_run;

pub(super) use bench_run::COMMAND;

//! azring against something that answers like Azure.

mod harness;

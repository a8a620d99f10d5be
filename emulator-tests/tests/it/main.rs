//! azring against something that answers like Azure.

mod directory_marks;
mod harness;

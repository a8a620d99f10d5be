//! Story to come.

fn main() {}

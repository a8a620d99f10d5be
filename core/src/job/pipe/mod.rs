//! The command `pipe`: one object from standard input, or to standard output, in the order of its bytes.
//!
//! Such a copy has no listing, no plan and no journal, since its bytes cannot be had a second time.
//! One thread transfers it. Many blocks are on their way over the network at once, as many as the
//! controller allows, in memory within the budget: [`upload`] reads them from standard input,
//! [`download`] writes them to standard output in their order.

mod copy;

mod context;

mod upload;

mod download;

mod block_lengths;

mod hashing;

//! An answer is what was asked: what a service, or something before it, says to another question, or about another version,
//! is never taken for the answer to ours. No fault makes a wrong object a success. Bytes are compared with the source in
//! every case, and counts with what is there. What containers and shares have in common is tested with both.

mod faulty_storage;
mod listings;
mod reads;
mod spare_answers;
mod versions;
mod writes;
mod written_ranges;

//! Whole logins against a simulated identity service, by a simulated clock.

mod simulation;

mod pacing;

mod clocks;

mod rotation;

mod random_answers;

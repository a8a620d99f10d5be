//! A link that exists only in numbers, and time that passes only when somebody asks: what a controller does in a minute
//! is known in milliseconds, and the same seed gives the same minute again.
//!
//! A [`scenario`] says what lies between a [`client`] and its service; [`world`] lets requests travel over it, and [`tcp`]
//! their packets where those count; [`rules`] are the controllers that compete; [`figures`] says how well one did against
//! the best fixed number.

pub(crate) mod random;

pub(crate) mod disk;

pub(crate) mod scenario;

pub(crate) mod tcp;

pub(crate) mod client;

pub(crate) mod world;

pub(crate) mod rules;

pub(crate) mod figures;

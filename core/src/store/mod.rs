//! Where objects live. A store knows itself, as a source or as a destination; what it allows it tells in values that the
//! stations apply. No store knows another.

pub mod rest;

pub mod local;

pub mod blob;

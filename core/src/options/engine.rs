//! How much of the machine a copy may use, and how.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use super::{GiveUp, Proxies};

/// How much of the machine may be used, and how.
#[derive(Debug, Clone, Default)]
pub struct Engine {
    /// Concurrent requests (`/NC`), 1 to 512; `None`: chosen by the program.
    pub concurrency: Option<u32>,
    /// The folder that keeps the chosen concurrency from run to run; `None`: it is not kept.
    pub remember_in: Option<PathBuf>,
    /// How files are read and written.
    pub io: Io,
    /// The memory budget in bytes.
    ///
    /// `None`: a quarter of what the machine, the control groups and the limit of address space
    /// allow, at most 1 GiB.
    pub memory_bytes: Option<u64>,
    /// The most bytes per second of all requests together; `None`: without a cap.
    pub bytes_per_second_max: Option<f64>,
    /// How long a run waits for a service that cannot be reached.
    pub give_up: GiveUp,
    /// Certificates to trust in addition to the platform's, a PEM file.
    pub ca_file: Option<PathBuf>,
    /// Addresses to use instead of resolving: (host, port, address). From `AZRING_RESOLVE`.
    pub resolve: Arc<[(String, u16, IpAddr)]>,
    /// Proxies between here and the services. From `HTTPS_PROXY` and similar variables.
    pub proxies: Arc<Proxies>,
}

/// How files are read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Io {
    /// The ring where the kernel allows it, else threads.
    #[default]
    Auto,
    /// The ring, or an error.
    Ring,
    /// Positional reads and writes in threads.
    Threads,
}

//! A run of azring that a test can end in any way.

use std::process::Child;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::emulator::Server;
use crate::emulator::clock::pause;
use crate::scratch::Folder;

/// How often a fact is looked for.
const POLL_EVERY: Duration = Duration::from_millis(1);

/// A running azring. It is killed when this is dropped.
#[derive(Debug)]
pub struct BackgroundRun {
    child: Child,
    _home: Folder,
}

impl BackgroundRun {
    pub(crate) fn new(child: Child, home: Folder) -> Self {
        Self { child, _home: home }
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Waits until something is so.
    ///
    /// # Panics
    /// When the run ends before.
    #[track_caller]
    pub fn wait_until(&mut self, fact: impl Fn() -> bool) {
        while !fact() {
            // It may have become so after the question, and before the end.
            let is_over = self.has_ended();
            assert!(!is_over || fact(), "it ended before what was waited for");
            pause(POLL_EVERY);
        }
    }

    /// Waits until each rule of the server's fault plan was applied.
    ///
    /// # Panics
    /// When the run ends before.
    #[track_caller]
    pub fn wait_for_faults(&mut self, server: &Server) {
        self.wait_until(|| server.has_applied_faults());
    }

    /// Sends it a signal, if it still runs.
    pub fn signal(&mut self, signal: Signal) {
        if !self.has_ended() {
            // It was not waited for, so the process id is still its own.
            let _ended_just_now = kill_process(Pid::from_child(&self.child), signal);
        }
    }

    /// Waits for its end; its exit code, or none when a signal ended it.
    ///
    /// # Panics
    /// When it cannot be waited for.
    pub fn end(mut self) -> Option<i32> {
        let status = self.child.wait().expect("it is our own process");
        status.code()
    }

    /// Kills it (SIGKILL); false if it had ended already.
    pub fn kill(mut self) -> bool {
        self.signal(Signal::KILL);
        self.end().is_none()
    }
}

impl Drop for BackgroundRun {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _status = self.child.wait();
    }
}

//! A thread beside a run, which ends with it.

use std::sync::mpsc;
use std::thread::JoinHandle;

/// The running thread. Dropping it ends the thread.
pub(super) struct BackgroundThread {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl BackgroundThread {
    /// Starts the work, which returns once the other end of its channel is gone. Where the machine has no
    /// thread left, nothing runs.
    pub(super) fn start(
        name: &str,
        work: impl FnOnce(&mpsc::Receiver<()>) + Send + 'static,
    ) -> Self {
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || work(&stopped))
            .ok();
        Self {
            stop: Some(stop),
            thread,
        }
    }
}

impl Drop for BackgroundThread {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // What the thread panicked about was printed by it.
            let _ended = thread.join();
        }
    }
}

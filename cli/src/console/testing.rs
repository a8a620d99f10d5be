//! A console for tests, which keeps what it prints.

use std::io::{self, Write};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use super::printer::{Console, Notices, Streams};

/// The text printed on both streams.
#[derive(Clone, Default)]
pub(crate) struct Printed {
    results: Shared,
    messages: Shared,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Printed {
    /// Standard output so far.
    pub(crate) fn results(&self) -> String {
        self.results.text()
    }

    /// Standard error so far.
    pub(crate) fn messages(&self) -> String {
        self.messages.text()
    }
}

impl Shared {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A console without a bar and with a fixed time.
pub(crate) fn console() -> (Console, Printed) {
    let printed = Printed::default();
    let console = Console {
        streams: Mutex::new(Streams {
            results: Box::new(printed.results.clone()),
            messages: Box::new(printed.messages.clone()),
            notices: Notices::Messages,
            has_data: false,
            has_complained: false,
            is_read: true,
        }),
        bar: None,
        clock: || "2018/08/16 15:19:39".to_owned(),
        has_lost: AtomicBool::new(false),
    };
    (console, printed)
}

/// The same with a standard error that is no terminal.
pub(crate) fn unwatched() -> (Console, Printed) {
    let (console, printed) = console();
    console.streams().notices = Notices::Nowhere;
    (console, printed)
}

//! The end of the process: its exit code, and the way out at a second signal.

use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use signal_hook::consts::SIGINT;

use crate::console::{Console, Level};
use crate::ending::Ending;

/// The time limit for the last lines: if nobody reads standard output, printing never ends.
const LAST_LINE: Duration = Duration::from_secs(1);

/// Ends the process after what `print` prints and one line, and removes the progress bar.
pub(crate) fn now(
    console: &Arc<Console>,
    ending: Ending,
    print: impl FnOnce(Ending) + Send + 'static,
) -> ! {
    let (sender, receiver) = mpsc::channel();
    let console = Arc::clone(console);
    let last_line = move || {
        if ending == Ending::Signal(SIGINT) {
            console.take_back_echo();
        }
        console.clear();
        print(ending);
        let text = "stopped at once by a second signal: give the same command again to resume";
        console.message(Level::Warning, text);
        // The receiver is gone once the time is over.
        let _ = sender.send(());
    };
    if std::thread::Builder::new().spawn(last_line).is_ok() {
        let _done_or_late = receiver.recv_timeout(LAST_LINE);
    }
    #[expect(
        clippy::exit,
        reason = "asked for by a second signal, while the run's own threads still work"
    )]
    std::process::exit(ending.code().into())
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        Self::from(ending.code())
    }
}

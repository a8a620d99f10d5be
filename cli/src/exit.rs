//! The end of the process: its exit code, and the way out at a second signal.

use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use crate::console::{Console, Level};
use crate::ending::Ending;

/// How long the last line may take. Whoever reads standard output may have stopped reading, and then printing never ends.
const LAST_LINE: Duration = Duration::from_secs(1);

/// Leaves without waiting for anything but one line and a clean screen.
pub(crate) fn now(console: &Arc<Console>, ending: Ending) -> ! {
    let (tell, told) = mpsc::channel();
    let console = Arc::clone(console);
    let last_line = move || {
        console.clear();
        let text = "stopped at once by a second signal, without a summary: give the same command again to resume";
        console.message(Level::Warning, text);
        // Nobody listens any more once the time is over.
        let _ = tell.send(());
    };
    if std::thread::Builder::new().spawn(last_line).is_ok() {
        let _told_or_not = told.recv_timeout(LAST_LINE);
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

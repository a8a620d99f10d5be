//! The only place that prints: results to standard output, everything else to standard error.

mod stamp;

use std::io::{IsTerminal, Write};

use crate::mask::shown;

/// Text for standard output, as it is: a line, or several.
pub(crate) fn result(text: &str) {
    write_line(&mut std::io::stdout(), text);
}

/// A line for standard error, escaped and masked: `[yyyy/MM/dd HH:mm:ss][ERROR] text`.
pub(crate) fn error(text: &str) {
    let line = format!("[{}][ERROR] {}", stamp::now(), shown(text));
    write_line(&mut std::io::stderr(), &line);
}

/// How wide a page of text may be: what the terminal offers, within what is pleasant to read.
pub(crate) fn page_width() -> usize {
    let stdout = std::io::stdout();
    if !stdout.is_terminal() {
        return 80;
    }
    rustix::termios::tcgetwinsize(stdout).map_or(80, |size| usize::from(size.ws_col).clamp(80, 100))
}

/// Nobody may be reading any more (`azring /? | head`): that is not this program's failure.
fn write_line(stream: &mut dyn Write, text: &str) {
    let _ = writeln!(stream, "{text}").and_then(|()| stream.flush());
}

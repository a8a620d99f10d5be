//! The width of a page of help on this terminal.

use std::io::IsTerminal;

/// How wide a page of text may be: what the terminal offers, within what is pleasant to read.
pub(crate) fn page_width() -> usize {
    let stdout = std::io::stdout();
    if !stdout.is_terminal() {
        return 80;
    }
    rustix::termios::tcgetwinsize(stdout).map_or(80, |size| usize::from(size.ws_col).clamp(80, 100))
}

//! The width of a page of help on this terminal.

use std::io::IsTerminal;

/// The width of help text: that of the terminal, within readable limits.
pub(crate) fn page_width() -> usize {
    let stdout = std::io::stdout();
    if !stdout.is_terminal() {
        return 80;
    }
    rustix::termios::tcgetwinsize(stdout).map_or(80, |size| usize::from(size.ws_col).clamp(80, 100))
}

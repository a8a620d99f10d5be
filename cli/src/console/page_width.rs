//! The width of a page of help on this terminal.

use std::io::IsTerminal;

/// On a narrower terminal lines wrap.
const WIDTH_MIN: usize = 40;
/// Longer lines are hard to read.
const WIDTH_MAX: usize = 100;

/// The width of help text: that of the terminal, within readable limits.
pub(crate) fn page_width() -> usize {
    let stdout = std::io::stdout();
    if !stdout.is_terminal() {
        return 80;
    }
    rustix::termios::tcgetwinsize(stdout).map_or(80, |size| {
        usize::from(size.ws_col).clamp(WIDTH_MIN, WIDTH_MAX)
    })
}

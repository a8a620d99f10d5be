//! A pseudo-terminal: the program runs on it, and the test reads its screen and types.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, Command};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// How long the test waits for a text on the screen.
const PATIENCE: Duration = Duration::from_mins(1);

/// The number of lines of a terminal.
const ROWS: u16 = 24;

/// The controlling side of a pseudo-terminal, and the program on its other side.
pub(crate) struct Terminal {
    near: File,
    child: Child,
    /// The screen now.
    screen: vt100::Parser,
    /// All output so far.
    shown: String,
}

impl Terminal {
    /// Runs the program on a terminal that is `columns` wide.
    pub(crate) fn run<W: AsRef<OsStr>>(words: &[W], columns: u16) -> Self {
        Self::of_kind("xterm-256color", words, columns)
    }

    /// The same with `kind` as the value of `TERM`.
    pub(crate) fn of_kind<W: AsRef<OsStr>>(kind: &str, words: &[W], columns: u16) -> Self {
        let mut azring = Command::new(env!("CARGO_BIN_EXE_azring"));
        azring
            .args(words)
            .env("XDG_STATE_HOME", super::state_folder())
            .env("AZRING_CONFIG", "");
        Self::start(&azring, kind, columns)
    }

    /// Runs a command, with its words, variables and folder, on a terminal.
    pub(crate) fn start(command: &Command, kind: &str, columns: u16) -> Self {
        let near = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&near).expect("it is ours");
        unlockpt(&near).expect("it is ours");
        let name = ptsname(&near, Vec::new()).expect("it has a name");
        let far = OpenOptions::new()
            .read(true)
            .write(true)
            .open(name.to_str().expect("it is text"))
            .expect("the far side opens");
        set_columns(&near, columns);
        let stream = || far.try_clone().expect("it is open");
        // Ctrl-C reaches the program only if this is its controlling terminal.
        let mut session = Command::new("setsid");
        session
            .arg("--ctty")
            .arg(command.get_program())
            .args(command.get_args())
            .env("TERM", kind)
            .stdin(stream())
            .stdout(stream())
            .stderr(stream());
        if let Some(folder) = command.get_current_dir() {
            session.current_dir(folder);
        }
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                session.env(name, value);
            }
        }
        let child = session.spawn().expect("util-linux has setsid");
        Self {
            near: File::from(near),
            child,
            screen: vt100::Parser::new(ROWS, columns, 0),
            shown: String::new(),
        }
    }

    /// Changes the width of the window.
    pub(crate) fn resize(&mut self, columns: u16) {
        set_columns(&self.near, columns);
        self.screen.screen_mut().set_size(ROWS, columns);
    }

    /// Types text; a line ends with `\n`, Ctrl-C is `\x03`.
    pub(crate) fn type_in(&mut self, text: &str) {
        self.near
            .write_all(text.as_bytes())
            .expect("the terminal takes it");
    }

    /// Waits until `text` has been shown `times` times since the beginning.
    pub(crate) fn wait_for(&mut self, text: &str, times: usize) {
        while self.shown.matches(text).count() < times {
            assert!(self.read(), "it ended without `{text}`: {}", self.shown);
        }
    }

    /// Waits until `is_it` accepts the whole screen. Returns its lines without trailing blanks.
    pub(crate) fn wait_for_screen(&mut self, is_it: impl Fn(&str) -> bool) -> String {
        loop {
            let screen = self.screen();
            if is_it(&screen) {
                return screen;
            }
            assert!(self.read(), "it ended, and this is left: {screen}");
        }
    }

    /// Waits for the program's end: the screen that is left, and its exit code.
    pub(crate) fn last_screen(mut self) -> (String, Option<i32>) {
        while self.read() {}
        let status = self.child.wait().expect("it is our child");
        (self.screen(), status.code())
    }

    fn screen(&self) -> String {
        let screen = self.screen.screen();
        let (_, columns) = screen.size();
        let rows: Vec<_> = screen.rows(0, columns).collect();
        let rows: Vec<_> = rows.iter().map(|row| row.trim_end()).collect();
        rows.join("\n").trim_end().to_owned()
    }

    /// Waits for the program's end: everything that was shown, and its exit code.
    pub(crate) fn end(mut self) -> (String, Option<i32>) {
        while self.read() {}
        let status = self.child.wait().expect("it is our child");
        (self.shown, status.code())
    }

    /// Reads the available output. False when the program's side is closed.
    fn read(&mut self) -> bool {
        let patience = Timespec::try_from(PATIENCE).expect("it is short");
        let ready = poll(
            &mut [PollFd::new(&self.near, PollFlags::IN)],
            Some(&patience),
        );
        assert_ne!(ready, Ok(0), "nothing happens: {}", self.shown);
        let mut bytes = [0; 4096];
        match self.near.read(&mut bytes) {
            // Linux returns EIO once no process has the other side open.
            Ok(0) | Err(_) => false,
            Ok(count) => {
                self.screen.process(&bytes[..count]);
                self.shown
                    .push_str(&String::from_utf8_lossy(&bytes[..count]));
                true
            }
        }
    }
}

fn set_columns(terminal: impl AsFd, columns: u16) {
    let size = Winsize {
        ws_row: ROWS,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(terminal, size).expect("a terminal has a size");
}

//! Repeats an open that found no free descriptor, until something else is closed.
//!
//! The limit may be that of this process (`EMFILE`), which the budget should avoid, or that of the
//! system (`ENFILE`), where other processes count too.

use std::io;
use std::time::Duration;

/// The first pause.
const PAUSE_FIRST: Duration = Duration::from_millis(5);

/// The longest pause. Nothing reports that another process closed a file.
const PAUSE_MAX: Duration = Duration::from_millis(250);

/// How often it is repeated: for about a minute. An object waits that long and then fails.
const RETRIES_MAX: u32 = 240;

/// Opens something. Waits and repeats while `is_shortage` says that there was no descriptor.
pub async fn retry_open<T, E>(
    is_shortage: impl Fn(&E) -> bool,
    mut open: impl AsyncFnMut() -> Result<T, E>,
) -> Result<T, E> {
    for pause in pauses() {
        match open().await {
            Err(error) if is_shortage(&error) => tokio::time::sleep(pause).await,
            opened => return opened,
        }
    }
    open().await
}

/// The same in a thread that may block.
pub fn retry_open_blocking<T, E>(
    is_shortage: impl Fn(&E) -> bool,
    mut open: impl FnMut() -> Result<T, E>,
) -> Result<T, E> {
    for pause in pauses() {
        match open() {
            #[expect(
                clippy::disallowed_methods,
                reason = "nothing reports that another process closed a file"
            )]
            Err(error) if is_shortage(&error) => std::thread::sleep(pause),
            opened => return opened,
        }
    }
    open()
}

/// Whether there was no free descriptor, in this process or in the system.
pub(crate) fn is_shortage(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(is_shortage_number)
}

/// The same for the kernel's error number.
pub(crate) fn is_shortage_number(errno: i32) -> bool {
    use rustix::io::Errno;
    [Errno::MFILE, Errno::NFILE]
        .iter()
        .any(|pressure| pressure.raw_os_error() == errno)
}

fn pauses() -> impl Iterator<Item = Duration> {
    let doubled = |pause: &Duration| Some((*pause * 2).min(PAUSE_MAX));
    std::iter::successors(Some(PAUSE_FIRST), doubled).take(RETRIES_MAX as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failing(times: u32) -> impl FnMut() -> Result<u32, i32> {
        let mut calls = 0;
        move || {
            calls += 1;
            if calls > times { Ok(calls) } else { Err(24) }
        }
    }

    #[test]
    fn an_open_that_finds_no_descriptor_is_tried_again_and_others_are_not() {
        let pressure = |errno: &i32| is_shortage_number(*errno);
        assert_eq!(retry_open_blocking(pressure, failing(3)), Ok(4));
        let refused = retry_open_blocking(pressure, || Err::<(), _>(13));
        assert_eq!(refused, Err(13));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let mut open = failing(30);
        let opened = runtime.block_on(retry_open(pressure, async || open()));
        assert_eq!(opened, Ok(31));
        let mut never = failing(u32::MAX);
        let opened = runtime.block_on(retry_open(pressure, async || never()));
        assert_eq!(opened, Err(24));
    }

    #[test]
    fn it_is_tried_for_about_a_minute() {
        let whole: Duration = pauses().sum();
        assert!((50..70).contains(&whole.as_secs()), "{whole:?}");
    }
}

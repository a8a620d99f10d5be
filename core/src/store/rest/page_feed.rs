//! Reads the pages of a list ahead of their consumer.
//!
//! A page says only at its end where the next one begins. The feed looks for that marker before it
//! reads the page, and requests the next page while this one is read. The marker that is found early
//! is a guess; the one that reading gives decides. A page is requested only once the channel has room
//! for it, so the channel's capacity is the number of pages that are held or under way.

use std::pin::{Pin, pin};

use bytes::Bytes;
use tokio::sync::mpsc::{OwnedPermit, Sender};
use tokio::task::spawn_blocking;

use super::page::Marker;
use crate::Result;

/// A page up to this size, in bytes, is read sooner than another thread is woken.
const SHORT_BYTES: usize = 64 * 1024;

/// A list of a service: its requests, and what its pages become.
pub(crate) trait PagedList {
    /// What the consumer receives for a page.
    type Page;

    /// What is kept from page to page.
    type State;

    /// Requests the page after this marker; the first page for `None`.
    async fn fetch(&self, after: Option<&Marker>) -> Result<Bytes>;

    /// Where the page after this one begins, as far as its bytes show before it is read; `None` where
    /// it is not known or not needed.
    fn guess_next(&self, state: &Self::State, body: &[u8]) -> Option<Marker>;

    /// Reads the page after this marker. Returns what the consumer receives, and where the next page
    /// begins, if there is one.
    async fn read(
        &self,
        state: &mut Self::State,
        body: Result<Bytes>,
        after: Option<&Marker>,
    ) -> (Result<Self::Page>, Option<Marker>);
}

/// Room for a page in the channel.
type Room<P> = OwnedPermit<Result<P>>;

/// Sends the pages of a list, from the one after `first` on. Ends after the last page or an error, or
/// when the consumer has gone.
pub(crate) async fn feed_pages<L: PagedList>(
    list: &L,
    mut state: L::State,
    first: Option<Marker>,
    pages: Sender<Result<L::Page>>,
) {
    let mut after = first;
    let Some(mut fetched) = fetch_with_room(list, &pages, after.as_ref()).await else {
        return;
    };
    loop {
        let (room, body) = fetched;
        let guess = body.as_ref().ok();
        let guess = guess.and_then(|body| list.guess_next(&state, body));
        let guess = guess.filter(|guess| Some(guess) != after.as_ref());
        let both = {
            let read = pin!(async {
                let (page, next) = list.read(&mut state, body, after.as_ref()).await;
                room.send(page);
                next
            });
            let ahead = pin!(async {
                match &guess {
                    Some(guess) => fetch_with_room(list, &pages, Some(guess)).await,
                    None => None,
                }
            });
            both_unless_over(read, ahead).await
        };
        let Some((next, ahead)) = both else { return };
        let ahead = ahead.filter(|_| guess.as_ref() == Some(&next));
        fetched = match ahead {
            Some(ahead) => ahead,
            None => match fetch_with_room(list, &pages, Some(&next)).await {
                Some(fetched) => fetched,
                None => return,
            },
        };
        after = Some(next);
    }
}

/// Waits for room and requests a page; `None` when the consumer has gone.
async fn fetch_with_room<L: PagedList>(
    list: &L,
    pages: &Sender<Result<L::Page>>,
    after: Option<&Marker>,
) -> Option<(Room<L::Page>, Result<Bytes>)> {
    let room = pages.clone().reserve_owned().await.ok()?;
    Some((room, list.fetch(after).await))
}

/// The results of both futures; `None` as soon as the first one has none.
async fn both_unless_over<T, U>(
    mut first: Pin<&mut impl Future<Output = Option<T>>>,
    mut second: Pin<&mut impl Future<Output = U>>,
) -> Option<(T, U)> {
    tokio::select! {
        one = &mut first => {
            let one = one?;
            Some((one, second.await))
        }
        other = &mut second => first.await.map(|one| (one, other)),
    }
}

/// Reads a short page on this thread and a long one on another.
pub(crate) async fn read_aside<T: Send + 'static>(
    body: Bytes,
    read: impl FnOnce(&[u8]) -> Result<T> + Send + 'static,
) -> Result<T> {
    if body.len() <= SHORT_BYTES {
        return read(&body);
    }
    match spawn_blocking(move || read(&body)).await {
        Ok(page) => page,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

/// Where the next page seems to begin, by the last `NextMarker` of an unread page.
pub(crate) fn guess_marker(body: &[u8]) -> Option<Marker> {
    let text = last_text(body, b"<NextMarker>", b"</NextMarker>")?;
    Some(Marker(text.to_owned()))
}

/// The text of the last such element of an unread page, if it is plain.
pub(crate) fn last_text<'a>(body: &'a [u8], open: &[u8], close: &[u8]) -> Option<&'a str> {
    let close = memchr::memmem::rfind(body, close)?;
    let from = memchr::memmem::rfind(&body[..close], open)? + open.len();
    let text = &body[from..close];
    // A text with a reference is rare enough to wait until the page is read.
    let is_plain = !text.is_empty() && memchr::memchr2(b'&', b'<', text).is_none();
    std::str::from_utf8(text).ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use tokio::sync::mpsc;
    use tokio::task::LocalSet;

    use super::*;
    use crate::Error;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        LocalSet::new().block_on(&runtime, future)
    }

    /// A list of numbered pages. Page `n` leads to `n + 1`, and guesses what `guess` says.
    struct Numbers {
        count: usize,
        guess: fn(usize) -> Option<usize>,
        fetched: RefCell<Vec<usize>>,
    }

    impl Numbers {
        fn new(count: usize, guess: fn(usize) -> Option<usize>) -> Self {
            Self {
                count,
                guess,
                fetched: RefCell::default(),
            }
        }

        fn number(after: Option<&Marker>) -> usize {
            after.map_or(0, |Marker(text)| text.parse().unwrap())
        }
    }

    fn marker(number: usize) -> Marker {
        Marker(number.to_string())
    }

    impl PagedList for Numbers {
        type Page = usize;
        type State = ();

        async fn fetch(&self, after: Option<&Marker>) -> Result<Bytes> {
            let number = Self::number(after);
            self.fetched.borrow_mut().push(number);
            Ok(number.to_string().into())
        }

        fn guess_next(&self, (): &(), body: &[u8]) -> Option<Marker> {
            let number: usize = std::str::from_utf8(body).unwrap().parse().unwrap();
            (self.guess)(number).map(marker)
        }

        async fn read(
            &self,
            (): &mut (),
            body: Result<Bytes>,
            after: Option<&Marker>,
        ) -> (Result<usize>, Option<Marker>) {
            let number = Self::number(after);
            assert_eq!(body.unwrap(), number.to_string());
            if number == self.count {
                return (Err(Error::Stopped), None);
            }
            let next = number + 1;
            (Ok(number), Some(marker(next)))
        }
    }

    fn received(list: &Numbers) -> Vec<usize> {
        block_on(async {
            let (pages, mut received) = mpsc::channel(2);
            let feed = feed_pages(list, (), None, pages);
            let all = async {
                let mut all = Vec::new();
                while let Some(Ok(number)) = received.recv().await {
                    all.push(number);
                }
                all
            };
            tokio::join!(feed, all).1
        })
    }

    #[test]
    fn pages_come_in_order_whatever_was_guessed() {
        let guesses: [fn(usize) -> Option<usize>; 4] = [
            |_| None,
            |number| Some(number + 1),
            |number| Some(number + 7),
            |number| Some(number),
        ];
        for guess in guesses {
            let list = Numbers::new(5, guess);
            assert_eq!(received(&list), [0, 1, 2, 3, 4]);
        }
    }

    #[test]
    fn a_right_guess_costs_no_second_request() {
        let list = Numbers::new(3, |number| (number < 3).then_some(number + 1));
        received(&list);
        assert_eq!(*list.fetched.borrow(), [0, 1, 2, 3]);
    }

    #[test]
    fn no_more_pages_are_requested_than_the_channel_holds() {
        let list = Numbers::new(100, |number| Some(number + 1));
        block_on(async {
            let (pages, mut received) = mpsc::channel(2);
            let mut feed = pin!(feed_pages(&list, (), None, pages));
            for _ in 0..50 {
                tokio::select! {
                    biased;
                    () = &mut feed => unreachable!("the consumer is there"),
                    () = tokio::task::yield_now() => {}
                }
            }
            assert_eq!(list.fetched.borrow().len(), 2);
            assert_eq!(received.recv().await.unwrap().unwrap(), 0);
            drop(received);
            feed.await;
        });
        assert!(list.fetched.borrow().len() <= 3);
    }

    #[test]
    fn nothing_more_is_waited_for_once_the_first_is_over() {
        block_on(async {
            let never = pin!(std::future::pending::<()>());
            let over = pin!(async { None::<()> });
            assert_eq!(both_unless_over(over, never).await, None);
            let (one, other) = (pin!(async { Some(1) }), pin!(async { 2 }));
            assert_eq!(both_unless_over(one, other).await, Some((1, 2)));
            // The second comes first.
            let late = pin!(async {
                tokio::task::yield_now().await;
                Some(1)
            });
            assert_eq!(
                both_unless_over(late, pin!(async { 2 })).await,
                Some((1, 2))
            );
        });
    }

    #[test]
    fn the_next_marker_is_found_at_the_end_or_not_at_all() {
        let guess = |end: &str| {
            let body = format!("<E><Blobs><Name>&lt;NextMarker&gt;no</Name></Blobs>{end}</E>");
            guess_marker(body.as_bytes()).map(|Marker(marker)| marker)
        };
        assert_eq!(
            guess("<NextMarker>2!a/b=</NextMarker>").as_deref(),
            Some("2!a/b=")
        );
        for none in [
            "<NextMarker></NextMarker>",
            "<NextMarker/>",
            "<NextMarker>a&amp;b</NextMarker>",
            "<NextMarker>cut",
            "",
        ] {
            assert_eq!(guess(none), None, "{none}");
        }
    }
}

//! Receives the events of the workers for the coordinator.
//!
//! An event is received at once, or, while thousands of small objects end every second, together
//! with the others of a millisecond. Waking the coordinator for each of them would cost as much as
//! transferring them.

use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

use crate::transfer::WorkerEvent;

/// The time over which events are counted.
const COUNT_FOR: Duration = Duration::from_millis(5);

/// More events than this in that time are received in batches.
const SINGLY_MAX: u32 = 10;

/// The time in which the events of a batch gather.
const GATHER_FOR: Duration = Duration::from_millis(1);

/// The coordinator's end of the channel.
pub(super) struct EventInbox {
    events: UnboundedReceiver<WorkerEvent>,
    received: u32,
    since: Instant,
    is_dense: bool,
}

impl EventInbox {
    pub(super) fn new(events: UnboundedReceiver<WorkerEvent>) -> Self {
        Self {
            events,
            received: 0,
            since: Instant::now(),
            is_dense: false,
        }
    }

    /// The next event; `None` when the last worker has ended. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Option<WorkerEvent> {
        let mut event = self.events.try_recv().ok();
        if event.is_none() {
            self.count();
            if self.is_dense {
                // No waker is registered meanwhile.
                tokio::time::sleep(GATHER_FOR).await;
            }
            event = self.events.recv().await;
        }
        self.received += 1;
        event
    }

    fn count(&mut self) {
        if self.since.elapsed() >= COUNT_FOR {
            self.is_dense = self.received > SINGLY_MAX && self.since.elapsed() < 4 * COUNT_FOR;
            self.received = 0;
            self.since = Instant::now();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::future::poll_fn;
    use std::pin::pin;
    use std::rc::Rc;
    use std::task::Poll;

    use tokio::sync::mpsc::unbounded_channel;
    use tokio::task::LocalSet;
    use tokio::time::advance;

    use super::*;
    use crate::Error;

    /// A timer ends with the millisecond that its end lies in.
    const TIMER: Duration = Duration::from_millis(1);

    /// How events that were sent one after the other were received.
    #[derive(Default)]
    struct Received {
        /// The time from sending to receiving, for each event.
        after: Vec<Duration>,
        /// How often the receiver was woken.
        wakes: usize,
    }

    /// Sends an event after each of these pauses, and receives them; time passes only here.
    fn received(pauses: &[Duration]) -> Received {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        LocalSet::new().block_on(&runtime, async {
            let (sender, events) = unbounded_channel();
            let at = Rc::<RefCell<Vec<Instant>>>::default();
            let wakes = Rc::<Cell<usize>>::default();
            let (sent_at, woken) = (Rc::clone(&at), Rc::clone(&wakes));
            let listener = tokio::task::spawn_local(async move {
                let mut inbox = EventInbox::new(events);
                let mut after: Vec<Duration> = Vec::new();
                loop {
                    let mut next = pin!(inbox.next());
                    let next = poll_fn(|cx| {
                        let next = next.as_mut().poll(cx);
                        woken.set(woken.get() + usize::from(next.is_pending()));
                        next
                    });
                    if next.await.is_none() {
                        return after;
                    }
                    after.push(sent_at.borrow()[after.len()].elapsed());
                }
            });
            for pause in pauses {
                advance(*pause).await;
                at.borrow_mut().push(Instant::now());
                sender.send(WorkerEvent::Lost(Error::Stopped)).unwrap();
                tokio::task::yield_now().await;
            }
            drop(sender);
            let after = listener.await.unwrap();
            let wakes = wakes.get();
            Received { after, wakes }
        })
    }

    fn ms(ms: f64) -> Duration {
        Duration::from_secs_f64(ms / 1e3)
    }

    #[test]
    fn rare_signals_arrive_at_once() {
        let received = received(&[ms(0.7); 50]);
        assert_eq!(received.after, [Duration::ZERO; 50]);
    }

    #[test]
    fn frequent_signals_arrive_together_and_soon() {
        let received = received(&[ms(0.1); 500]);
        assert_eq!(received.after.len(), 500);
        let latest = received.after.iter().max().unwrap();
        assert!(*latest <= GATHER_FOR + TIMER, "{latest:?}");
        // One by one until the first count, ten or twenty together from then on.
        let wakes = received.wakes;
        assert!(wakes < 50 + 500 / 10 + 10, "woken {wakes} times");
    }

    #[test]
    fn after_a_pause_each_signal_arrives_at_once() {
        let dense = [ms(0.1); 200];
        let received = received(&[&dense[..], &[ms(50.0), ms(0.5), ms(0.5)]].concat());
        assert!(
            received.after[100..200]
                .iter()
                .any(|after| !after.is_zero())
        );
        assert_eq!(received.after[200..], [Duration::ZERO; 3]);
    }

    /// Polls once, without waiting.
    async fn receives_at_once(inbox: &mut EventInbox) -> bool {
        let mut next = pin!(inbox.next());
        poll_fn(|cx| Poll::Ready(next.as_mut().poll(cx).is_ready())).await
    }

    #[test]
    fn whoever_stops_listening_in_between_misses_nothing() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let (sender, events) = unbounded_channel();
            let mut inbox = EventInbox::new(events);
            let mut received = 0;
            for _ in 0..200 {
                sender.send(WorkerEvent::Lost(Error::Stopped)).unwrap();
                while receives_at_once(&mut inbox).await {
                    received += 1;
                }
                advance(ms(0.1)).await;
            }
            drop(sender);
            while inbox.next().await.is_some() {
                received += 1;
            }
            assert_eq!(received, 200);
        });
    }
}

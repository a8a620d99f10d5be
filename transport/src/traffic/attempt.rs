//! One attempt, from its permit of the pace to its end. A dropped attempt has failed.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::time::Instant;

use super::{LatencyClass, Meter, Traffic};
use crate::Error;
use crate::clock::Clock;

/// An attempt under way.
pub(crate) struct Attempt {
    traffic: Arc<Traffic>,
    begun: Instant,
    meter: Option<(Rc<Meter>, u64)>,
    is_over: bool,
    kind: Option<LatencyClass>,
    /// The bytes for which the cap has admitted it.
    reserved: u64,
}

impl Attempt {
    pub(super) fn new(traffic: Arc<Traffic>, reserved: u64) -> Self {
        traffic.under_way.fetch_add(1, Relaxed);
        Self {
            traffic,
            begun: Instant::now(),
            meter: None,
            is_over: false,
            kind: None,
            reserved,
        }
    }

    /// It uses the connection of this meter.
    pub(crate) fn uses(&mut self, meter: Rc<Meter>) {
        let before = meter.moved();
        self.meter = Some((meter, before));
    }

    /// The answer has begun and is a success.
    pub(crate) fn answered(&self) {
        self.traffic.first_bytes.add(self.begun.elapsed());
    }

    /// It belongs to this latency class and adds to its figures.
    pub(crate) fn belongs_to(&mut self, kind: LatencyClass) {
        self.kind = Some(kind);
    }

    /// Waits until the cap allows these bytes of its answer, whose length was not known before; returns how long
    /// it had to wait.
    pub(crate) async fn admit(&mut self, bytes: u64, clock: &dyn Clock) -> Duration {
        let wait = self.traffic.rate_cap.admit(bytes);
        self.reserved += bytes;
        if !wait.is_zero() {
            let _waits = self.traffic.rate_cap.wait();
            clock.sleep(wait).await;
        }
        wait
    }

    /// Ends it: it was refused, and its sender keeps to the limits of the service by itself.
    pub(crate) fn end_refused_at_own_pace(mut self) {
        self.is_over = true;
        self.traffic.sent(self.ends_sent());
        self.traffic.refused_at_own_pace(self.bytes());
    }

    /// Ends it, with the error if it failed.
    pub(crate) fn end(mut self, error: Option<&Error>) {
        self.is_over = true;
        let bytes = self.bytes();
        self.traffic.sent(self.ends_sent());
        match error {
            None => {
                let took = self.begun.elapsed();
                self.traffic.succeeded(bytes, took);
                if let Some(kind) = self.kind {
                    self.traffic.latency_classes.note_duration(kind, took);
                }
            }
            Some(error) => self.traffic.failed(bytes, Some(error)),
        }
    }

    /// Counts the bytes of the request as arrived, since nothing more will be known; returns how
    /// many the stream has taken.
    fn ends_sent(&self) -> u64 {
        self.meter.as_ref().map_or(0, |(meter, _)| {
            meter.is_over();
            meter.sent()
        })
    }

    /// How many bytes it has moved.
    fn bytes(&self) -> u64 {
        let meter = self.meter.as_ref();
        meter.map_or(0, |(meter, before)| meter.moved() - before)
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.traffic.under_way.fetch_sub(1, Relaxed);
        if self.meter.is_some() {
            self.traffic.rate_cap.settle(self.reserved, self.bytes());
        }
        if !self.is_over {
            self.traffic.sent(self.ends_sent());
            self.traffic.failed(self.bytes(), None);
        }
    }
}

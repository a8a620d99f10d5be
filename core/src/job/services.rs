//! What a run reports of its services while it waits: outages, and notices about what one lacks.

use std::convert::Infallible;
use std::pin::pin;

use super::controller::Controller;
use super::outage::LOOK_EVERY;
use super::run::Run;
use crate::report::Event;

impl Run<'_> {
    /// Awaits this work, and meanwhile reports outages and notices of the services.
    pub(super) async fn with_service_reports<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => {
                    self.report_services();
                    return done;
                }
                () = tokio::time::sleep(LOOK_EVERY) => self.report_services(),
            }
        }
    }

    /// Reports outages and notices that came up since the last call.
    pub(super) fn report_services(&self) {
        for location in [&self.options.source, &self.options.target] {
            for notice in location.notices() {
                if self.noticed.borrow_mut().insert(notice.clone()) {
                    self.observer.event(Event::Notice(&notice));
                }
            }
        }
        for news in self.outages.borrow_mut().look() {
            self.observer.event(Event::Outage(&news));
        }
    }

    /// Ends all waiting for services once the run is stopped.
    pub(super) async fn end_waits_on_stop(&self) -> Infallible {
        self.stop.stopped().await;
        self.outages.borrow().call_off();
        std::future::pending().await
    }

    /// Steers window by window, for as long as the future is polled.
    pub(super) async fn steer(&self, controller: &mut Controller) -> Infallible {
        loop {
            controller.tick().await;
            self.report_services();
            if controller.is_telling() {
                self.window(controller);
            }
        }
    }
}

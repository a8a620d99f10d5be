//! Reports services that cannot be reached: soon after an outage begins, now and then while it
//! lasts, and when it ends.

use std::sync::Arc;
use std::time::Duration;

use azring_transport::clock::Clock;
use azring_transport::http::Endpoint;
use azring_transport::traffic::{Outage, Traffic};

use crate::report::{OutageNews, OutageState};

/// How often outages are looked for.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(250);

/// The duration of an outage at its first and at its second report; then the time between further
/// reports.
const REPORT_FIRST: Duration = Duration::from_secs(1);
const REPORT_AGAIN: Duration = Duration::from_secs(10);
const REPORT_EVERY: Duration = Duration::from_secs(30);

/// The outages that have been reported.
#[derive(Debug)]
pub(super) struct OutageReporter {
    traffic: Arc<Traffic>,
    clock: Arc<dyn Clock>,
    reported: Vec<ReportedOutage>,
}

/// An outage that was reported.
#[derive(Debug)]
struct ReportedOutage {
    endpoint: Endpoint,
    lasts: Duration,
    again_at: Duration,
}

impl OutageReporter {
    /// Nothing has been reported yet.
    pub(super) fn new(traffic: Arc<Traffic>, clock: Arc<dyn Clock>) -> Self {
        Self {
            traffic,
            clock,
            reported: Vec::new(),
        }
    }

    /// The reports that are due now.
    pub(super) fn look(&mut self) -> Vec<OutageNews> {
        let outages = self.traffic.availability().outages(&*self.clock);
        if outages.is_empty() && self.reported.is_empty() {
            return Vec::new();
        }
        self.news(&outages)
    }

    /// Ends all waiting for services that cannot be reached.
    pub(super) fn call_off(&self) {
        self.traffic.availability().call_off();
    }

    fn news(&mut self, outages: &[Outage]) -> Vec<OutageNews> {
        let mut news = Vec::new();
        self.reported.retain_mut(|reported| {
            let still = outages.iter().find(|now| now.endpoint == reported.endpoint);
            // A shorter outage is another one.
            let still = still.filter(|now| now.lasts >= reported.lasts);
            match still {
                Some(now) => reported.lasts = now.lasts,
                None => news.push(OutageNews {
                    endpoint: reported.endpoint.to_string(),
                    state: OutageState::Ended,
                    lasts: reported.lasts,
                    reason: String::new(),
                }),
            }
            still.is_some()
        });
        for now in outages {
            let reported = self
                .reported
                .iter_mut()
                .find(|reported| reported.endpoint == now.endpoint);
            let is_due = reported
                .as_ref()
                .map_or(now.lasts >= REPORT_FIRST, |reported| {
                    now.lasts >= reported.again_at
                });
            if !is_due {
                continue;
            }
            news.push(OutageNews {
                endpoint: now.endpoint.to_string(),
                state: OutageState::Lasts,
                lasts: now.lasts,
                reason: now.reason.clone(),
            });
            match reported {
                Some(reported) => reported.again_at = now.lasts + REPORT_EVERY,
                None => self.reported.push(ReportedOutage {
                    endpoint: now.endpoint.clone(),
                    lasts: now.lasts,
                    again_at: REPORT_AGAIN.max(now.lasts + REPORT_FIRST),
                }),
            }
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use azring_transport::clock::SystemClock;
    use azring_transport::http::Scheme;

    use super::*;

    fn outage(port: u16, seconds: f64) -> Outage {
        Outage {
            endpoint: Endpoint {
                scheme: Scheme::Http,
                host: "a".into(),
                port,
            },
            lasts: Duration::from_secs_f64(seconds),
            reason: "connection refused".into(),
        }
    }

    fn reported(reporter: &mut OutageReporter, outages: &[Outage]) -> Vec<String> {
        let news = reporter.news(outages);
        news.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_outage_is_reported_soon_then_seldom_and_its_end_once() {
        let mut reporter = OutageReporter::new(Arc::default(), Arc::new(SystemClock));
        let mut all = Vec::new();
        for quarters in 0..4 * 75 {
            let lasts = f64::from(quarters) / 4.0;
            all.extend(reported(&mut reporter, &[outage(1, lasts)]));
        }
        all.extend(reported(&mut reporter, &[]));
        all.extend(reported(&mut reporter, &[]));
        let lasting = |seconds| {
            format!("cannot reach `a:1` for {seconds} s, trying again: connection refused")
        };
        let ended = "`a:1` answers again after 74 s".to_owned();
        assert_eq!(
            all,
            [lasting(1), lasting(10), lasting(40), lasting(70), ended]
        );
    }

    #[test]
    fn a_short_outage_is_not_reported_and_two_services_differ() {
        let mut reporter = OutageReporter::new(Arc::default(), Arc::new(SystemClock));
        assert!(reported(&mut reporter, &[outage(1, 0.5)]).is_empty());
        assert!(reported(&mut reporter, &[]).is_empty());
        let both = reported(&mut reporter, &[outage(1, 2.0), outage(2, 3.0)]);
        assert_eq!(both.len(), 2);
        let one = reported(&mut reporter, &[outage(2, 4.0)]);
        assert_eq!(one, ["`a:1` answers again after 2 s"]);
    }
}

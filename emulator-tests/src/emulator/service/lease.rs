//! Leases. <https://learn.microsoft.com/rest/api/storageservices/lease-blob>
//!
//! The state is computed from the last request and the time; nothing has to run when a lease ends.

use serde::{Deserialize, Serialize};

use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;

/// How refusals name the leased resource: in their messages, and in the error codes of a lease id
/// that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseCodes {
    /// The kind of resource, such as `blob`.
    pub resource: &'static str,
    /// The lease has another id.
    pub mismatch: &'static str,
    /// There is no lease.
    pub not_present: &'static str,
}

/// A lease's state as headers show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseState {
    /// Never leased, or released.
    Available,
    /// Held.
    Leased,
    /// It has expired.
    Expired,
    /// It was broken, and ends soon.
    Breaking,
    /// It was broken.
    Broken,
}

/// The lease of one object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    id: Option<String>,
    /// Seconds; `None` is for ever.
    seconds: Option<u64>,
    expires: Option<Moment>,
    /// When a break takes effect.
    broken_at: Option<Moment>,
}

impl LeaseState {
    /// `x-ms-lease-state`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Leased => "leased",
            Self::Expired => "expired",
            Self::Breaking => "breaking",
            Self::Broken => "broken",
        }
    }

    /// `x-ms-lease-status`.
    pub fn status(self) -> &'static str {
        if self.locked() { "locked" } else { "unlocked" }
    }

    fn locked(self) -> bool {
        matches!(self, Self::Leased | Self::Breaking)
    }
}

impl Lease {
    /// The state at this moment.
    pub fn state(&self, now: Moment) -> LeaseState {
        match (&self.id, self.broken_at) {
            (None, _) => LeaseState::Available,
            (Some(_), Some(at)) if now >= at => LeaseState::Broken,
            (Some(_), Some(_)) => LeaseState::Breaking,
            (Some(_), None) if self.expires.is_some_and(|expires| now >= expires) => {
                LeaseState::Expired
            }
            (Some(_), None) => LeaseState::Leased,
        }
    }

    /// Adds the headers of the lease's state to an answer.
    pub fn write(&self, response: &mut Response, now: Moment) {
        let state = self.state(now);
        response.set("x-ms-lease-status", state.status());
        response.set("x-ms-lease-state", state.name());
        if let Some(duration) = self.duration(now) {
            response.set("x-ms-lease-duration", duration);
        }
    }

    /// `fixed` or `infinite` while it is held.
    pub fn duration(&self, now: Moment) -> Option<&'static str> {
        (self.state(now) == LeaseState::Leased).then_some(if self.seconds.is_some() {
            "fixed"
        } else {
            "infinite"
        })
    }

    /// Refuses a write whose lease id does not fit the lease.
    pub fn check_write(
        &self,
        given: Option<&str>,
        codes: LeaseCodes,
        now: Moment,
    ) -> ServiceResult<()> {
        if given.is_none() && self.state(now).locked() {
            return Err(Refusal::new(
                412,
                "LeaseIdMissing",
                format!(
                    "There is currently a lease on the {} and no lease ID was specified in the request.",
                    codes.resource
                ),
            ));
        }
        self.check_given(given, codes, now)
    }

    /// Refuses a lease id that is not the lease's own.
    pub fn check_given(
        &self,
        given: Option<&str>,
        codes: LeaseCodes,
        now: Moment,
    ) -> ServiceResult<()> {
        let Some(given) = given else { return Ok(()) };
        match self.state(now) {
            LeaseState::Leased | LeaseState::Breaking if self.has(given) => Ok(()),
            LeaseState::Leased | LeaseState::Breaking => {
                let message = mismatch_message(codes);
                Err(Refusal::new(412, codes.mismatch, message))
            }
            LeaseState::Expired | LeaseState::Broken => Err(Refusal::new(
                412,
                "LeaseLost",
                format!(
                    "A lease ID was specified, but the lease for the {} has expired.",
                    codes.resource
                ),
            )),
            LeaseState::Available => {
                let message = not_present_message(codes);
                Err(Refusal::new(412, codes.not_present, message))
            }
        }
    }

    /// Acquires the lease for so many seconds.
    pub fn acquire(
        &mut self,
        proposed: String,
        seconds: Option<u64>,
        now: Moment,
    ) -> ServiceResult<String> {
        match self.state(now) {
            LeaseState::Leased if !self.has(&proposed) => {
                return Err(conflict(
                    "LeaseAlreadyPresent",
                    "There is already a lease present.",
                ));
            }
            LeaseState::Breaking => {
                return Err(conflict(
                    "LeaseIsBreakingAndCannotBeAcquired",
                    "The lease is breaking and cannot be acquired.",
                ));
            }
            _ => {}
        }
        *self = Self {
            id: Some(proposed.clone()),
            seconds,
            expires: None,
            broken_at: None,
        };
        self.start(now);
        Ok(proposed)
    }

    /// Renews the lease: its time begins again.
    pub fn renew(&mut self, given: &str, codes: LeaseCodes, now: Moment) -> ServiceResult<String> {
        self.check_own(given, codes)?;
        if matches!(self.state(now), LeaseState::Breaking | LeaseState::Broken) {
            return Err(conflict(
                "LeaseIsBrokenAndCannotBeRenewed",
                "The lease has been broken and cannot be renewed.",
            ));
        }
        self.start(now);
        Ok(given.to_owned())
    }

    /// Changes the lease's id.
    pub fn change(
        &mut self,
        given: &str,
        proposed: String,
        codes: LeaseCodes,
        now: Moment,
    ) -> ServiceResult<String> {
        let own = self.has(given) || self.has(&proposed);
        match self.state(now) {
            LeaseState::Leased if own => {
                self.id = Some(proposed.clone());
                Ok(proposed)
            }
            LeaseState::Breaking => Err(conflict(
                "LeaseIsBreakingAndCannotBeChanged",
                "The lease is breaking and cannot be changed.",
            )),
            LeaseState::Leased => Err(mismatch(codes)),
            _ => Err(not_present(codes)),
        }
    }

    /// Releases the lease.
    pub fn release(&mut self, given: &str, codes: LeaseCodes) -> ServiceResult<()> {
        self.check_own(given, codes)?;
        *self = Self::default();
        Ok(())
    }

    /// Breaks the lease after at most so many seconds. Returns about how many seconds remain.
    pub fn break_up(
        &mut self,
        period: Option<u64>,
        codes: LeaseCodes,
        now: Moment,
    ) -> ServiceResult<u64> {
        let ends = match self.state(now) {
            LeaseState::Available => return Err(not_present(codes)),
            LeaseState::Broken | LeaseState::Expired => now,
            LeaseState::Breaking => self.broken_at.unwrap_or(now),
            LeaseState::Leased => self.expires.unwrap_or(now),
        };
        let left_ms = ends.ticks().saturating_sub(now.ticks()) / 10_000;
        let wait_ms = match period {
            // An infinite lease takes any period; others end at their own time at the latest.
            Some(seconds) if self.seconds.is_none() && self.state(now) == LeaseState::Leased => {
                seconds * 1000
            }
            Some(seconds) => left_ms.min(seconds * 1000),
            None => left_ms,
        };
        self.broken_at = Some(now.plus_ms(wait_ms));
        Ok((wait_ms + 500) / 1000)
    }

    fn start(&mut self, now: Moment) {
        self.expires = self.seconds.map(|seconds| now.plus_ms(seconds * 1000));
    }

    fn has(&self, id: &str) -> bool {
        self.id
            .as_deref()
            .is_some_and(|own| own.eq_ignore_ascii_case(id))
    }

    fn check_own(&self, given: &str, codes: LeaseCodes) -> ServiceResult<()> {
        match &self.id {
            None => Err(not_present(codes)),
            Some(_) if self.has(given) => Ok(()),
            Some(_) => Err(mismatch(codes)),
        }
    }
}

fn conflict(code: &'static str, message: &'static str) -> Refusal {
    Refusal::new(409, code, message)
}

fn mismatch(codes: LeaseCodes) -> Refusal {
    let message = mismatch_message(codes);
    Refusal::new(409, "LeaseIdMismatchWithLeaseOperation", message)
}

fn not_present(codes: LeaseCodes) -> Refusal {
    let message = not_present_message(codes);
    Refusal::new(409, "LeaseNotPresentWithLeaseOperation", message)
}

fn mismatch_message(codes: LeaseCodes) -> String {
    let resource = codes.resource;
    format!("The lease ID specified did not match the lease ID for the {resource}.")
}

fn not_present_message(codes: LeaseCodes) -> String {
    format!("There is currently no lease on the {}.", codes.resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODES: LeaseCodes = LeaseCodes {
        resource: "container",
        mismatch: "LeaseIdMismatchWithContainerOperation",
        not_present: "LeaseNotPresentWithContainerOperation",
    };

    fn at(seconds: u64) -> Moment {
        Moment::from_seconds(1_000_000 + seconds)
    }

    #[test]
    fn a_lease_ends_with_its_time_and_can_be_renewed_after() {
        let mut lease = Lease::default();
        lease.acquire("a".to_owned(), Some(15), at(0)).unwrap();
        assert_eq!(lease.state(at(14)), LeaseState::Leased);
        assert_eq!(lease.state(at(15)), LeaseState::Expired);
        assert!(lease.check_write(None, CODES, at(14)).is_err());
        assert!(lease.check_write(None, CODES, at(15)).is_ok());
        lease.renew("a", CODES, at(20)).unwrap();
        assert_eq!(lease.state(at(34)), LeaseState::Leased);
    }

    #[test]
    fn breaking_waits_for_the_shorter_of_two_times() {
        let mut lease = Lease::default();
        lease.acquire("a".to_owned(), Some(30), at(0)).unwrap();
        assert_eq!(lease.break_up(Some(60), CODES, at(10)).unwrap(), 20);
        assert_eq!(lease.state(at(29)), LeaseState::Breaking);
        assert_eq!(lease.state(at(30)), LeaseState::Broken);
        assert_eq!(
            lease.renew("a", CODES, at(31)).unwrap_err().code,
            "LeaseIsBrokenAndCannotBeRenewed"
        );
        let mut endless = Lease::default();
        endless.acquire("b".to_owned(), None, at(0)).unwrap();
        assert_eq!(endless.break_up(Some(5), CODES, at(0)).unwrap(), 5);
        assert_eq!(endless.break_up(None, CODES, at(1)).unwrap(), 4);
        for (left_ms, shown) in [(1_500, 2), (1_499, 1), (499, 0)] {
            let now = at(0).plus_ms(5_000 - left_ms);
            assert_eq!(endless.break_up(None, CODES, now).unwrap(), shown);
            assert_eq!(endless.state(now), LeaseState::Breaking);
        }
    }

    #[test]
    fn refusals_name_the_mistake() {
        let mut lease = Lease::default();
        assert_eq!(
            lease.release("a", CODES).unwrap_err().code,
            "LeaseNotPresentWithLeaseOperation"
        );
        lease.acquire("a".to_owned(), None, at(0)).unwrap();
        assert_eq!(
            lease.acquire("b".to_owned(), None, at(0)).unwrap_err().code,
            "LeaseAlreadyPresent"
        );
        assert_eq!(
            lease.renew("b", CODES, at(0)).unwrap_err().code,
            "LeaseIdMismatchWithLeaseOperation"
        );
        let refused = lease.check_given(Some("b"), CODES, at(0)).unwrap_err();
        assert_eq!(refused.code, CODES.mismatch);
    }
}

//! A second attempt beside a late one. The attempt that succeeds first counts; the other one is
//! dropped with its connection.

use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;

use super::{AuthorizedRequest, BodyTarget, Client};
use crate::Result;
use crate::buffer::Pool;
use crate::http::{HedgePolicy, Reply};
use crate::traffic::LatencyClass;

/// While hedging is not allowed, a late request asks again after this long.
const ASK_AGAIN: Duration = Duration::from_millis(250);

/// How an attempt is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct AttemptMode {
    /// On a new connection.
    pub(super) on_new_connection: bool,
    /// How often the request got no answer in time.
    pub(super) silences: u32,
}

/// Where the body of the second attempt's answer goes.
enum SecondTarget {
    Memory(usize),
    Lease(Pool, usize),
}

impl Client {
    /// Makes one attempt. Makes a second one beside it when the request allows it, the first is
    /// late, and the hedge budget has room.
    pub(super) async fn attempt_hedged(
        &self,
        sent: AuthorizedRequest<'_>,
        how: AttemptMode,
        into: &mut BodyTarget<'_>,
    ) -> Result<Reply> {
        let request = sent.request;
        let kind = LatencyClass::of(request.payload.bytes(), into.bytes());
        let bytes = request.payload.bytes() + into.bytes();
        let second = match &*into {
            BodyTarget::Memory(bytes_max) => SecondTarget::Memory(*bytes_max),
            BodyTarget::Lease(lease) => SecondTarget::Lease(lease.pool().clone(), lease.wanted()),
        };
        let (reply, lease) = {
            let mut first = pin!(self.attempt(sent, how, into));
            if request.hedge_policy != HedgePolicy::Hedged {
                return first.await;
            }
            if let Some(ended) = self.until_late(first.as_mut(), kind, bytes).await {
                return ended;
            }
            match second {
                SecondTarget::Memory(bytes_max) => {
                    let mut into = BodyTarget::Memory(bytes_max);
                    let second = Box::pin(self.attempt(sent, how, &mut into));
                    (either(first, second).await?.0, None)
                }
                SecondTarget::Lease(pool, bytes) => {
                    let Some(mut lease) = pool.try_lease(bytes) else {
                        return first.await;
                    };
                    let mut into = BodyTarget::Lease(&mut lease);
                    let (reply, is_second) = {
                        let second = Box::pin(self.attempt(sent, how, &mut into));
                        either(first, second).await?
                    };
                    (reply, is_second.then_some(lease))
                }
            }
        };
        if let (BodyTarget::Lease(of_first), Some(lease)) = (into, lease) {
            **of_first = lease;
        }
        Ok(reply)
    }

    /// Waits for the first attempt until a second one may begin. Returns the first one's result if
    /// it ended.
    async fn until_late(
        &self,
        mut first: Pin<&mut impl Future<Output = Result<Reply>>>,
        kind: LatencyClass,
        bytes: u64,
    ) -> Option<Result<Reply>> {
        let traffic = &self.shared.settings.traffic;
        let begun = tokio::time::Instant::now();
        loop {
            let left = traffic
                .late_after(kind)
                .map(|late| late.saturating_sub(begun.elapsed()));
            if left == Some(Duration::ZERO) && traffic.take_hedge(bytes) {
                return None;
            }
            let wait = left.map_or(ASK_AGAIN, |left| left.max(ASK_AGAIN));
            tokio::select! {
                biased;
                ended = &mut first => return Some(ended),
                () = tokio::time::sleep(wait) => {}
            }
        }
    }
}

/// The answer that comes first, and whether the second attempt gave it. When both fail, the first
/// one's error.
async fn either(
    mut first: Pin<&mut impl Future<Output = Result<Reply>>>,
    mut second: Pin<Box<impl Future<Output = Result<Reply>>>>,
) -> Result<(Reply, bool)> {
    tokio::select! {
        biased;
        ended = &mut first => match ended {
            Ok(reply) => Ok((reply, false)),
            Err(error) => second.await.map(|reply| (reply, true)).map_err(|_| error),
        },
        ended = &mut second => match ended {
            Ok(reply) => Ok((reply, true)),
            Err(_) => first.await.map(|reply| (reply, false)),
        },
    }
}

//! Carries one request to an identity service, once, and brings its answer back.
//!
//! Every request has a connection of its own: a token is needed about once an hour, and the request
//! may come from any worker's thread.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::header::HeaderValue;

use super::identity_answer::IdentityAnswer;
use super::identity_request::IdentityRequest;
use crate::client::Settings;
use crate::http::{Connection, ManyHeaders};
use crate::net::{Proxies, Resolver, connect};
use crate::traffic::Traffic;
use crate::{Error, Kind, Result};

/// The longest answer that is read, in bytes. Tokens with many groups have tens of kilobytes.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// The longest time from the first packet to the last byte of the answer, which has a few kilobytes:
/// a service that sends a byte now and then is as good as silent.
const EXCHANGE_MAX: Duration = Duration::from_mins(1);

/// An answer on its way.
pub(super) type AnswerFuture<'a> = Pin<Box<dyn Future<Output = Result<IdentityAnswer>> + 'a>>;

/// Sends a request once. A test puts a simulated identity service in the network's place.
pub(super) trait IdentityExchange: fmt::Debug + Send + Sync {
    /// The answer to this request, whatever it says; an error where none came.
    fn exchange<'a>(
        &'a self,
        settings: &'a Settings,
        request: &'a IdentityRequest,
    ) -> AnswerFuture<'a>;
}

/// The network.
#[derive(Debug)]
pub(super) struct NetworkExchange;

impl IdentityExchange for NetworkExchange {
    fn exchange<'a>(
        &'a self,
        settings: &'a Settings,
        request: &'a IdentityRequest,
    ) -> AnswerFuture<'a> {
        Box::pin(async move {
            let exchange = exchange(settings, request);
            tokio::time::timeout(EXCHANGE_MAX, exchange)
                .await
                .unwrap_or_else(|_| Err(too_slow(request)))
        })
    }
}

async fn exchange(settings: &Settings, request: &IdentityRequest) -> Result<IdentityAnswer> {
    let user_agent = HeaderValue::try_from(&settings.user_agent).map_err(|_| {
        let message = "the user agent cannot be the value of a header";
        Error::new(Kind::Invalid, message)
    })?;
    let composed = request.composed(&user_agent)?;
    let endpoint = request.endpoint();
    let no_proxies = Proxies::default();
    let proxies = if request.is_direct() {
        &no_proxies
    } else {
        &*settings.proxies
    };
    let timeouts = &settings.timeouts;
    let resolver = Resolver::new(Arc::clone(&settings.resolve));
    let limit = request.connect_limit().unwrap_or(timeouts.connect);
    let stream = connect(endpoint, &resolver, &settings.trust, proxies, limit).await?;
    let traffic = Arc::new(Traffic::default());
    let many_headers = ManyHeaders::default();
    let mut connection =
        Connection::over(stream, endpoint, timeouts, &traffic, &many_headers).await?;
    let mut answer = connection.exchange(composed, timeouts.first_byte).await?;
    let (body, is_whole) = connection.collect(&mut answer, ANSWER_BYTES_MAX).await?;
    if !is_whole {
        let message = format!("the answer of `{endpoint}` is longer than a token can be");
        return Err(Error::new(Kind::Protocol, message));
    }
    Ok(IdentityAnswer {
        status: answer.status.as_u16(),
        headers: answer.headers,
        body,
    })
}

fn too_slow(request: &IdentityRequest) -> Error {
    let message = format!(
        "`{}` did not give a whole answer in {} s",
        request.endpoint(),
        EXCHANGE_MAX.as_secs()
    );
    Error::new(Kind::Timeout, message)
}

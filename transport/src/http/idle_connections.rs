//! Connections between two exchanges, by endpoint.
//!
//! The connection that was used last is taken first. So connections that a run no longer needs grow
//! old and are closed. There are never more than there were exchanges at once.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::{Connection, Endpoint};

/// How long an unused connection is kept. Services close idle ones after minutes (Azurite after
/// five seconds), and middleboxes forget them silently. A new connection costs less than finding
/// that out.
const KEEP: Duration = Duration::from_mins(1);

/// The idle connections of one client.
#[derive(Default)]
pub(crate) struct IdleConnections(RefCell<Vec<EndpointConnections>>);

/// The idle connections of one endpoint, the oldest in front. A run has one or two endpoints, so a
/// list is searched faster than a table.
struct EndpointConnections {
    endpoint: Endpoint,
    connections: VecDeque<(Instant, Box<Connection>)>,
}

impl IdleConnections {
    /// A connection that is ready for an exchange, if there is one. Closed ones are dropped.
    pub(crate) async fn take(&self, endpoint: &Endpoint) -> Option<Box<Connection>> {
        while let Some(mut connection) = self.newest(endpoint) {
            if connection.is_ready().await {
                return Some(connection);
            }
        }
        None
    }

    /// Keeps a connection for the next exchange.
    pub(crate) fn put(&self, connection: Box<Connection>) {
        let mut shelves = self.0.borrow_mut();
        let now = Instant::now();
        let known = shelves
            .iter()
            .position(|shelf| shelf.endpoint == *connection.endpoint());
        let index = known.unwrap_or_else(|| {
            shelves.push(EndpointConnections {
                endpoint: connection.endpoint().clone(),
                connections: VecDeque::new(),
            });
            shelves.len() - 1
        });
        let connections = &mut shelves[index].connections;
        connections.push_back((now, connection));
        while connections
            .front()
            .is_some_and(|(since, _)| now - *since > KEEP)
        {
            connections.pop_front();
        }
    }

    /// Closes the connections of all endpoints that were unused for longest, until `count` are
    /// left.
    pub(crate) fn keep_at_most(&self, count: usize) {
        let mut shelves = self.0.borrow_mut();
        let mut kept: usize = shelves.iter().map(|shelf| shelf.connections.len()).sum();
        while kept > count {
            let oldest = shelves
                .iter_mut()
                .filter(|shelf| !shelf.connections.is_empty())
                .min_by_key(|shelf| shelf.connections.front().map(|(since, _)| *since));
            if oldest
                .and_then(|shelf| shelf.connections.pop_front())
                .is_none()
            {
                return;
            }
            kept -= 1;
        }
    }

    fn newest(&self, endpoint: &Endpoint) -> Option<Box<Connection>> {
        let mut shelves = self.0.borrow_mut();
        let connections = shelves
            .iter_mut()
            .find(|shelf| shelf.endpoint == *endpoint)
            .map(|shelf| &mut shelf.connections)?;
        let (since, connection) = connections.pop_back()?;
        if since.elapsed() > KEEP {
            // All other connections are older.
            connections.clear();
            return None;
        }
        Some(connection)
    }
}

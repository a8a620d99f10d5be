//! How many entities a second a partition and an account serve.
//! <https://learn.microsoft.com/azure/storage/tables/scalability-targets>

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::emulator::behaviour::TableBehaviour;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::bucket::Bucket;
use crate::emulator::table::state::KeyText;

/// So many partitions have a bucket of their own at a time.
const PARTITIONS_MAX: usize = 100_000;

/// The buckets of one account.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<ThrottleBuckets>);

#[derive(Debug, Default)]
struct ThrottleBuckets {
    /// The limits that the buckets were made for.
    partition_limit: u64,
    account_limit: u64,
    account: Option<Bucket>,
    partitions: HashMap<(String, KeyText), Bucket>,
}

impl Throttle {
    /// Takes so many entities of a partition, or refuses with 503.
    pub fn admit(
        &self,
        limits: &TableBehaviour,
        table: &str,
        partition: &KeyText,
        entities: u64,
    ) -> ServiceResult<()> {
        let partition_limit = limits.partition_entities_per_second;
        let account_limit = limits.account_entities_per_second;
        if partition_limit == 0 && account_limit == 0 {
            return Ok(());
        }
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_other =
            (buckets.partition_limit, buckets.account_limit) != (partition_limit, account_limit);
        if is_other || buckets.partitions.len() > PARTITIONS_MAX {
            *buckets = ThrottleBuckets {
                partition_limit,
                account_limit,
                account: (account_limit > 0).then(|| Bucket::budget(account_limit)),
                partitions: HashMap::new(),
            };
        }
        if partition_limit > 0 {
            let key = (table.to_owned(), partition.clone());
            let bucket = buckets.partitions.entry(key);
            let bucket = bucket.or_insert_with(|| Bucket::budget(partition_limit));
            if !bucket.take(entities) {
                return Err(Refusal::server_busy());
            }
        }
        match &buckets.account {
            Some(account) if !account.take(entities) => Err(Refusal::server_busy()),
            _ => Ok(()),
        }
    }
}

//! The limits of the Table service.
//! <https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions>

/// The most entities of one batch.
pub const BATCH_ENTITIES_MAX: usize = 100;

/// The most bytes of a batch's body: 4 MiB, less what stands around the operations.
pub const BATCH_BYTES_MAX: usize = (4 << 20) - 1024;

/// Batches of one partition that are in flight at once. One server has the partition, and admits about
/// 2,000 entities a second; more batches would only wait there.
/// <https://learn.microsoft.com/azure/storage/tables/scalability-targets>
pub const PARTITION_BATCHES_MAX: usize = 2;

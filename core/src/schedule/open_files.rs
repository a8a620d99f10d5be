//! Descriptors for the files of objects that are in transfer, or complete and not durable yet.
//!
//! The coordinator takes an object's part before it queues the object, oldest first. So a worker
//! never waits for a descriptor that only another queued object could return. The part is returned
//! when the object has ended: small files that wait for durability delay the planning, and their
//! batch is synced sooner.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The descriptors of all objects of a run. Clones share them.
#[derive(Debug, Clone)]
pub struct OpenFiles {
    free: Arc<Semaphore>,
    per_object: u32,
}

/// One object's part, returned when it is dropped.
#[derive(Debug)]
pub struct ObjectFiles {
    _descriptors: OwnedSemaphorePermit,
}

impl OpenFiles {
    /// Divides `descriptors` among objects that need `per_object` each. There is always enough for
    /// one object.
    pub fn new(descriptors: u32, per_object: u32) -> Self {
        let descriptors = descriptors.max(per_object);
        Self {
            free: Arc::new(Semaphore::new(descriptors as usize)),
            per_object,
        }
    }

    /// How many of `wanted` objects can have files open at once, at least one.
    pub fn objects_max(&self, wanted: usize) -> usize {
        match self
            .free
            .available_permits()
            .checked_div(self.per_object as usize)
        {
            Some(objects) => objects.clamp(1, wanted),
            None => wanted,
        }
    }

    /// Waits for the part of one object; `None` where objects need no descriptors.
    pub async fn take(&self) -> Option<ObjectFiles> {
        if self.per_object == 0 {
            return None;
        }
        let taken = Arc::clone(&self.free)
            .acquire_many_owned(self.per_object)
            .await;
        taken.ok().map(|taken| ObjectFiles {
            _descriptors: taken,
        })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn an_object_waits_for_its_files_until_another_one_has_ended() {
        let files = OpenFiles::new(5, 2);
        assert_eq!((files.objects_max(8), files.objects_max(1)), (2, 1));
        let take = || files.take().now_or_never();
        let first = take().flatten().expect("there is room");
        let _second = take().flatten().expect("there is room");
        assert!(take().is_none());
        drop(first);
        assert!(take().flatten().is_some());
    }

    #[test]
    fn what_needs_no_file_never_waits_and_one_object_always_fits() {
        let none = OpenFiles::new(0, 0);
        assert_eq!(none.objects_max(8), 8);
        assert!(
            none.take()
                .now_or_never()
                .is_some_and(|taken| taken.is_none())
        );
        let little = OpenFiles::new(1, 2);
        assert_eq!(little.objects_max(8), 1);
        assert!(little.take().now_or_never().flatten().is_some());
    }
}

//! The services of an emulator, each with the port that it listens on.
//!
//! A new service is a folder beside `blob/`, a port in [`Options`], and one line in [`open`].

use std::sync::Arc;

use super::behaviour::SharedBehaviour;
use super::blob::BlobOperations;
use super::options::Options;
use super::service::{EmulatedService, Resources, Service};
use super::start_error::StartError;

/// All services of one emulator.
pub struct Services {
    /// The services, each with the port of its options.
    pub all: Vec<(u16, Arc<dyn EmulatedService>)>,
    /// What the services share.
    pub resources: Arc<Resources>,
}

/// Opens all services: restores a folder store, and adds the initial objects.
pub fn open(options: &Options, behaviour: SharedBehaviour) -> Result<Services, StartError> {
    let (resources, mut recovery) = Resources::open(options, behaviour)?;
    let resources = Arc::new(resources);
    let blob = Service::<BlobOperations>::open(options, &resources, recovery.as_mut())?;
    let all: Vec<(u16, Arc<dyn EmulatedService>)> = vec![(options.blob_port, Arc::new(blob))];
    if let Some(recovery) = recovery {
        recovery.finish()?;
    }
    for (_, service) in &all {
        service.add_initial()?;
    }
    Ok(Services { all, resources })
}

impl Services {
    /// Empties all accounts of all services, and adds the initial objects again.
    pub fn reset(&self) -> Result<(), StartError> {
        self.all.iter().try_for_each(|(_, service)| service.reset())
    }
}

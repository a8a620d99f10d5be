//! The services of an emulator, each with the port that it listens on.
//!
//! A new service is a folder beside `blob/`, a port in [`Options`], and one line in [`open`].

use std::sync::Arc;

use super::behaviour::SharedBehaviour;
use super::blob::BlobOperations;
use super::options::Options;
use super::service::{EmulatedService, Resources, Service};
use super::share::ShareOperations;
use super::start_error::StartError;
use super::table::TableOperations;

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
    let file = Service::<ShareOperations>::open(options, &resources, recovery.as_mut())?;
    let table = Service::<TableOperations>::open(options, &resources, recovery.as_mut())?;
    let all: Vec<(u16, Arc<dyn EmulatedService>)> = vec![
        (options.blob_port, Arc::new(blob)),
        (options.file_port, Arc::new(file)),
        (options.table_port, Arc::new(table)),
    ];
    if let Some(recovery) = recovery {
        recovery.finish()?;
    }
    for (_, service) in &all {
        service.add_initial()?;
    }
    Ok(Services { all, resources })
}

impl Services {
    /// Empties all accounts of all services, gives them the keys of the start, and adds the initial
    /// objects again.
    pub fn reset(&self) -> Result<(), StartError> {
        self.resources.accounts.reset();
        if let Some(identity) = &self.resources.identity {
            identity.reset();
        }
        self.all.iter().try_for_each(|(_, service)| service.reset())
    }
}

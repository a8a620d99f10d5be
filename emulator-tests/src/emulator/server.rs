//! A running emulator: its services, its control endpoint, and what tests ask of them.

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;

use super::behaviour::{Behaviour, SharedBehaviour};
use super::connection::Listener;
use super::control::Control;
use super::fault::Plan;
use super::http::handler::Handler;
use super::identity::{IdentityEndpoint, IdentityProvider, ManagedIdentityEndpoint};
use super::options::Options;
use super::service::Resources;
use super::services;
use super::start_error::StartError;
use super::tls::Tls;
use super::watch::ServerWatch;

/// A running emulator. Dropping it stops it.
pub struct Server {
    scheme: &'static str,
    authority_pem: Option<String>,
    watch: Arc<ServerWatch>,
    behaviour: SharedBehaviour,
    /// One for each service: its label and its socket.
    listening: Vec<(&'static str, Listener)>,
    control: Listener,
    identity: Option<IdentityListeners>,
    /// Closed when no connection is served any more: fields are dropped in their order.
    _resources: OpenResources,
}

/// The identity provider and its two sockets.
struct IdentityListeners {
    provider: Arc<IdentityProvider>,
    https: Listener,
    http: Listener,
}

/// The shared resources, which are closed when this is dropped, whoever still holds them.
struct OpenResources(Arc<Resources>);

impl Drop for OpenResources {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Starts the identity provider, if the options have one.
fn start_identity(
    options: &Options,
    resources: &Resources,
    watch: &Arc<ServerWatch>,
    tls: Option<&Arc<ServerConfig>>,
) -> Result<Option<IdentityListeners>, StartError> {
    let Some((identity, provider)) = options.identity.as_ref().zip(resources.identity.as_ref())
    else {
        return Ok(None);
    };
    let tls = tls.ok_or_else(|| {
        StartError::Options("the identity provider needs HTTPS: `--https`, or a certificate".into())
    })?;
    let start = |port, handler, tls| {
        Listener::start(
            &options.host,
            port,
            handler,
            Arc::clone(watch),
            tls,
            options.patience,
        )
    };
    let endpoint = Arc::new(IdentityEndpoint(Arc::clone(provider)));
    let managed = Arc::new(ManagedIdentityEndpoint(Arc::clone(provider)));
    Ok(Some(IdentityListeners {
        provider: Arc::clone(provider),
        https: start(identity.port, endpoint, Some(Arc::clone(tls)))?,
        http: start(identity.http_port, managed, None)?,
    }))
}

impl Server {
    /// Starts to serve. When this returns, requests are answered.
    pub fn start(options: &Options) -> Result<Self, StartError> {
        let tls = Tls::prepare(&options.tls)?;
        let behaviour = Arc::new(RwLock::new(Arc::new(options.behaviour.clone())));
        let watch = Arc::new(ServerWatch::default());
        watch.faults.set(options.faults.clone());
        watch.log.keep(options.log_lines);
        if let Some(path) = &options.log_file {
            let refused =
                |error| StartError::Options(format!("cannot log to `{}`: {error}", path.display()));
            watch.log.to_file(path).map_err(refused)?;
        }
        let services = Arc::new(services::open(options, Arc::clone(&behaviour))?);
        let config = tls.as_ref().map(|tls| Arc::clone(&tls.config));
        let mut listening = Vec::new();
        for (port, service) in &services.all {
            let handler = Arc::clone(service) as Arc<dyn Handler>;
            let (watch, config) = (Arc::clone(&watch), config.clone());
            let one = Listener::start(
                &options.host,
                *port,
                handler,
                watch,
                config,
                options.patience,
            )?;
            listening.push((service.label(), one));
        }
        let resources = Arc::clone(&services.resources);
        let identity = start_identity(options, &resources, &watch, config.as_ref())?;
        let control = Control::new(Arc::clone(&watch), Arc::clone(&behaviour), services);
        let control = Listener::start(
            &options.control_host,
            options.control_port,
            Arc::new(control),
            Arc::new(ServerWatch::default()),
            None,
            options.patience,
        )?;
        Ok(Self {
            scheme: if tls.is_some() { "https" } else { "http" },
            authority_pem: tls.and_then(|tls| tls.authority_pem),
            watch,
            behaviour,
            listening,
            control,
            identity,
            _resources: OpenResources(resources),
        })
    }

    /// Label and URL of each service, without an account: `blob`, `http://127.0.0.1:PORT`.
    pub fn urls(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.listening
            .iter()
            .map(|(label, one)| (*label, format!("{}://{}", self.scheme, one.address)))
    }

    /// `http://127.0.0.1:PORT` of the Blob service, without an account.
    pub fn blob_url(&self) -> String {
        format!("{}://{}", self.scheme, self.address())
    }

    /// `http://127.0.0.1:PORT` of the File service, without an account.
    pub fn file_url(&self) -> String {
        format!("{}://{}", self.scheme, self.file_address())
    }

    /// The address that the File service listens on.
    pub fn file_address(&self) -> SocketAddr {
        self.listening[1].1.address
    }

    /// `http://127.0.0.1:PORT` of the Table service, without an account.
    pub fn table_url(&self) -> String {
        format!("{}://{}", self.scheme, self.table_address())
    }

    /// The address that the Table service listens on.
    pub fn table_address(&self) -> SocketAddr {
        self.listening[2].1.address
    }

    /// `http://127.0.0.1:PORT` of the control endpoint.
    pub fn control_url(&self) -> String {
        format!("http://{}", self.control.address)
    }

    /// `https://127.0.0.1:PORT` of the identity provider.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn identity_url(&self) -> String {
        format!("https://{}", self.identity_listeners().https.address)
    }

    /// `http://127.0.0.1:PORT` of the endpoint of the managed identities.
    ///
    /// # Panics
    /// When there is no identity provider.
    #[track_caller]
    pub fn identity_http_url(&self) -> String {
        format!("http://{}", self.identity_listeners().http.address)
    }

    /// The identity provider: what it has issued, and what it answers next.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn identity(&self) -> &IdentityProvider {
        &self.identity_listeners().provider
    }

    /// Whether there is an identity provider.
    pub fn has_identity(&self) -> bool {
        self.identity.is_some()
    }

    #[track_caller]
    fn identity_listeners(&self) -> &IdentityListeners {
        let identity = self.identity.as_ref();
        identity.expect("an emulator with an identity provider")
    }

    /// The address that the Blob service listens on.
    pub fn address(&self) -> SocketAddr {
        self.blob().address
    }

    /// The certificate authority to trust, when the emulator made its own certificate.
    pub fn authority_pem(&self) -> Option<&str> {
        self.authority_pem.as_deref()
    }

    /// Faults, log and counters of all services.
    pub fn watch(&self) -> &ServerWatch {
        &self.watch
    }

    /// Applies a fault plan of these rules from now on: the elements of `rules`, with commas between
    /// them.
    ///
    /// # Panics
    /// When they are not the rules of a plan.
    #[track_caller]
    pub fn set_faults(&self, rules: &str) {
        self.set_fault_plan(&format!(r#"{{ "rules": [{rules}] }}"#));
    }

    /// Applies this fault plan from now on.
    ///
    /// # Panics
    /// When it is no plan.
    #[track_caller]
    pub fn set_fault_plan(&self, plan: &str) {
        let parsed = Plan::parse(plan);
        let parsed = parsed.unwrap_or_else(|error| panic!("{plan} is no fault plan: {error}"));
        self.watch.faults.set(Some(parsed));
    }

    /// Applies no faults from now on.
    pub fn clear_faults(&self) {
        self.watch.faults.set(None);
    }

    /// How often each rule of the fault plan was applied; nothing without a plan.
    pub fn applied_faults(&self) -> Vec<u64> {
        let status = self.watch.faults.status();
        status.map(|(_, applied)| applied).unwrap_or_default()
    }

    /// Whether each rule of the fault plan was applied at least once.
    pub fn has_applied_faults(&self) -> bool {
        let applied = self.applied_faults();
        !applied.is_empty() && applied.iter().all(|times| *times > 0)
    }

    /// Checks that each rule of the fault plan was applied: otherwise a test of it could not fail.
    ///
    /// # Panics
    /// When one was not.
    #[track_caller]
    pub fn assert_faults_applied(&self) {
        let applied = self.applied_faults();
        assert!(
            self.has_applied_faults(),
            "a rule of the fault plan was not applied: {applied:?}"
        );
    }

    /// Changes the behaviour of the services.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        *self
            .behaviour
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(behaviour);
    }

    /// Open connections to the Blob service.
    pub fn connections(&self) -> usize {
        self.blob().connections.open().count()
    }

    /// The Blob service is the first of all, the File service the second, the Table service the third.
    fn blob(&self) -> &Listener {
        &self.listening[0].1
    }
}

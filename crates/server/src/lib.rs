//! The force's server: device ingest, replay, alerts, officers' console.

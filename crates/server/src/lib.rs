//! The force's server: device ingest, replay, alerts, officers' console.

pub mod app;
pub mod blobs;
pub mod cli;
pub mod config;
pub mod demo;
pub mod jobs;
pub mod keys;
pub mod master_key_change;
pub mod notify;
pub mod open;
pub mod operations;
pub mod pictures;
pub mod serve;
pub mod web;

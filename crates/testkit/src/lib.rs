//! Builders, fixtures and fakes for tests: never shipped.

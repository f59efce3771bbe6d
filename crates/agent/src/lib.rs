//! The agent on a supervised person's device: overt, order-bound capture.

//! Compiles an order to a policy and evaluates observations: pure, deterministic.

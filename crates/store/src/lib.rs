//! One narrow store trait of use-case verbs, written natively for each database.

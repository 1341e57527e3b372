//! other_decisions

//! Days in a row: people join, leave, return and change, the target is edited behind our back, runs crash.

//! in_process

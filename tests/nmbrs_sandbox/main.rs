//! nmbrs_sandbox

//! nmbrs_client

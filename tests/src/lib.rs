//! What several tests share; and the code of the workspace's README, compiled.

pub mod raw_http;
pub mod untrusted;
pub mod watched_store;

#[doc = include_str!("../../README.md")]
mod readme {}

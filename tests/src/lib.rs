//! Compiles the code of the workspace's README.

#[doc = include_str!("../../README.md")]
mod readme {}

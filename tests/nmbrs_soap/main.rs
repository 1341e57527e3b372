//! SOAP: bytes to records, calls over HTTP, and the source of a sync.

mod client;
mod source;
mod wire;

//! Calls: what is sent, what is read, what is repeated, what a fault means.

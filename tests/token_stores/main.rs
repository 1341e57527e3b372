//! Where grants live: what every store keeps, over processes, crashes and dropped callers.

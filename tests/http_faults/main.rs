//! One table of HTTP faults for both clients.

//! SOAP as the source of a sync: completeness, parity with REST, the number of calls.

mod calls;
mod parity;
mod people;
mod stage;
mod wholeness;

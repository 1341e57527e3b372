//! x
mod fields;
mod in_force;
mod types;
pub use self::types::TypesUnclear;

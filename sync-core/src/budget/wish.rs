//! What the budget fields of a person say.

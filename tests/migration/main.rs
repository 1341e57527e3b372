//! From SOAP to REST: one account, one name after the other, no second grant.

#[cfg(test)]
mod placeholder {}

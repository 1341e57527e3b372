//! Texts of people and payrolls: read or refused, and what is read reads the same again. Never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sync_core::email::EmailAddress;
use sync_core::{ExternalId, PlanId, extra_fields};

fuzz_target!(|text: &str| {
    if let Ok(address) = EmailAddress::parse(text) {
        assert_eq!(EmailAddress::parse(address.expose()).as_ref(), Ok(&address));
    }
    if let Ok(id) = ExternalId::parse(text) {
        assert_eq!(id.as_str(), text.trim());
    }
    if let Some(id) = PlanId::parse(text) {
        assert_eq!(PlanId::parse(id.as_str()).as_ref(), Some(&id));
    }
    let _ = extra_fields::concerns_us(text);
});

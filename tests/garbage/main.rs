//! Whatever bytes come from outside: an answer or a refusal, never a panic.

use examples::config::Config;
use proptest::prelude::*;
use sync_core::email::EmailAddress;
use sync_core::{ExternalId, PlanId, SavedPlan};

/// The golden plan as the file that a person would get.
fn plan_file() -> Vec<u8> {
    let (document, id) =
        (include_str!("../core/golden/plan-v1.json"), include_str!("../core/golden/plan-v1.hash"));
    format!("{{\"id\":\"{}\",\"plan\":{}}}", id.trim(), document.trim()).into_bytes()
}

proptest! {
    #[test]
    fn a_plan_file_of_any_bytes_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(SavedPlan::open(&bytes).is_err());
    }

    #[test]
    fn r7_a_plan_file_with_any_byte_changed_is_refused_or_says_the_same(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let (mut edited, original) = (plan_file(), SavedPlan::open(&plan_file()).unwrap());
        let at = at.index(edited.len());
        edited[at] = byte;
        if let Ok(opened) = SavedPlan::open(&edited) {
            // Blanks between tokens are no content.
            prop_assert_eq!(opened, original);
        }
    }

    #[test]
    fn an_external_id_that_is_read_is_the_one_that_was_written(text in "\\PC{0,60}") {
        if let Ok(id) = ExternalId::parse(&text) {
            prop_assert_eq!(id.as_str(), text.trim());
        }
    }

    #[test]
    fn an_address_that_is_read_reads_the_same_again(text in "\\PC{0,40}@\\PC{0,40}") {
        if let Ok(address) = EmailAddress::parse(&text) {
            let again = EmailAddress::parse(address.expose());
            prop_assert_eq!(again.as_ref(), Ok(&address));
        }
    }

    #[test]
    fn a_configuration_of_any_text_is_told_what_is_wrong(text in "(\\[?[a-z_.]{1,12}\\]?( = (\"\\PC{0,8}\"|-?[0-9]{1,20}|true|\\[\\]))?\n){0,12}") {
        let refused = Config::parse("sync.toml", &text, |_| None).map(|_| ()).unwrap_err().to_string();
        prop_assert!(refused.lines().all(|line| line.starts_with("sync.toml: ")), "{}", refused);
    }

    #[test]
    fn a_hash_is_64_hex_digits_and_nothing_else(text in "\\PC{0,70}") {
        if let Some(id) = PlanId::parse(&text) {
            prop_assert!(id.as_str().len() == 64 && id.as_str() == text.trim());
        }
    }
}

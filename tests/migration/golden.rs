//! The plan of a migration is a value (R5): the same bytes on every machine.

use serde_json::Value;
use sync_core::CompanyId;

use crate::pairs::{Payroll, payroll, soap};
use crate::world::{id, person};

const BYTES: &str = include_str!("golden/migration-v1.json");
const HASH: &str = include_str!("golden/migration-v1.hash");

/// One of everything that a migration plan can hold. Changing it changes the golden bytes.
fn everything() -> Payroll {
    let mut all = payroll()
        .both(1, person("anna"))
        .both(2, person("bob").at("beta"))
        .known(3)
        .over_soap(3, person("cleo").without_email())
        .over_rest(person("cleo"))
        .known(4)
        .over_soap(4, person("dora"))
        .over_rest(person("dora-2"))
        .naming(4, "dora-2")
        .word(|words| words.taking_likely(true))
        .known(5)
        .known(6)
        .over_soap(6, person("finn"))
        .both(7, person("gus"))
        .alias(soap(7), id("gus"))
        .linked(id("gus"), 107)
        .both(8, person("hal").email("ida@acme.example"))
        .known(9)
        .over_soap(9, person("ida").at("beta"))
        .over_rest(person("ida").at("beta"));
    all.old.ledger.links.get_mut(&id("gus")).unwrap().company = CompanyId::new("acme");
    all.old.accounts.iter_mut().find(|it| it.id.get() == 107).unwrap().external_id =
        Some(id("gus").as_str().to_owned());
    all.old = all.old.remembers("4", &[]);
    all
}

#[test]
fn r5_the_canonical_bytes_of_a_fixed_migration_are_the_golden_ones() {
    let plan = everything().plan();
    let bytes = String::from_utf8(plan.canonical_bytes()).unwrap();
    if std::env::var_os("WRITE_GOLDEN").is_some() {
        let file = format!("{}/migration/golden/migration-v1", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(format!("{file}.json"), &bytes).unwrap();
        std::fs::write(format!("{file}.hash"), format!("{}\n", plan.id())).unwrap();
        return;
    }
    assert!(
        bytes == BYTES,
        "the bytes of migration/v1 changed. Approvals depend on them: if the change is meant, give the format a new \
         name, or, before its first release, write the golden files anew with WRITE_GOLDEN=1 and read their diff.\n{bytes}"
    );
    assert_eq!(plan.id().as_str(), HASH.trim(), "the hash over golden bytes changed");
}

#[test]
fn r5_the_golden_bytes_of_a_migration_hold_one_of_everything() {
    let golden: Value = serde_json::from_str(BYTES).unwrap();
    let entries = golden["entries"].as_array().unwrap();
    let kinds = ["move", "done", "hold"];
    assert!(kinds.iter().all(|kind| entries.iter().any(|entry| entry["decision"]["kind"] == *kind)));
    for by in ["values", "likely", "word"] {
        assert!(entries.iter().any(|entry| entry["decision"]["by"] == by), "no {by}");
    }
    for part in ["brakes", "companies", "words"] {
        assert!(!matches!(&golden[part], Value::Null), "no {part}");
    }
    assert_eq!(serde_json_canonicalizer::to_vec(&golden).unwrap(), BYTES.as_bytes());
}

#[test]
fn r5_whatever_either_side_or_a_person_says_is_in_the_hash() {
    let golden = everything().plan();
    let others = [
        everything().over_soap(77, person("new")),
        everything().over_rest(person("new")),
        everything().known(99),
        everything().word(|words| words.taking_likely(false)),
        everything().naming(6, "ida"),
    ];
    for other in others {
        assert_ne!(other.plan().id(), golden.id());
    }
}

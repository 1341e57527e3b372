//! Digests of snapshots: whether two runs saw the same, without keeping what they saw.
//!
//! In: a complete snapshot and the customer's key. Out: a keyed digest over every value. Never: an unkeyed
//! hash of personal values.

use crate::account::Account;
use crate::fingerprint::FingerprintKey;
use crate::pii::Pii;
use crate::record::EmployeeRecord;
use crate::snapshot::{SourceSnapshot, TargetSnapshot};

/// The digest of what the source said.
pub(crate) fn source_digest(source: &SourceSnapshot, key: &FingerprintKey) -> String {
    let mut parts = Parts::default();
    for (company, definitions) in source.definitions() {
        parts.text(company.as_str());
        for definition in definitions {
            parts.text(&definition.name).text(&definition.kind);
        }
        parts.end();
    }
    for record in source.records() {
        record_parts(record, &mut parts);
    }
    key.of("sync-core/source/v1", &[&parts.bytes])
}

/// The digest of what the target said.
pub(crate) fn target_digest(target: &TargetSnapshot, key: &FingerprintKey) -> String {
    let mut parts = Parts::default();
    for account in target.accounts() {
        account_parts(account, &mut parts);
    }
    for row in target.unreadable() {
        parts.text(&row.id.to_string()).text(&row.unreadable.field).text(&row.unreadable.problem).end();
    }
    key.of("sync-core/target/v1", &[&parts.bytes])
}

fn record_parts(record: &EmployeeRecord, parts: &mut Parts) {
    parts.text(record.id.as_str()).text(record.company.as_str());
    parts
        .shown(record.listed.number)
        .shown(record.listed.employee_type.as_ref().map(|kind| format!("{kind:?}")));
    let personal = &record.personal;
    for text in [
        &personal.first_name,
        &personal.prefix,
        &personal.last_name,
        &personal.business_email,
        &personal.private_email,
    ] {
        parts.shown(text.as_ref().map(Pii::expose));
    }
    parts.shown(personal.birthday.as_ref().map(Pii::expose));
    for employment in &record.employments {
        parts.shown(employment.start).shown(employment.end).shown(employment.seniority);
    }
    parts.end();
    for contract in &record.contracts {
        parts.shown(contract.start).shown(contract.end);
    }
    parts.end();
    for field in &record.extra_fields {
        parts.text(&field.name).shown(field.value.as_ref().map(Pii::expose)).shown(field.start);
    }
    parts.end();
    for unreadable in &record.unreadable {
        parts.text(&unreadable.field).text(&unreadable.problem);
    }
    parts.end();
}

fn account_parts(account: &Account, parts: &mut Parts) {
    parts.text(&account.id.to_string()).text(&account.company.to_string()).text(if account.active {
        "1"
    } else {
        "0"
    });
    for text in [&account.email, &account.first_name, &account.prefix, &account.last_name] {
        parts.shown(text.as_ref().map(Pii::expose));
    }
    parts.shown(account.birthday.as_ref().map(Pii::expose));
    parts.shown(account.work_anniversary.as_ref().map(Pii::expose));
    parts.shown(account.external_id.as_ref()).end();
}

/// Bytes in which every border counts: each part with its length, absence and ends with marks of their own.
#[derive(Default)]
struct Parts {
    bytes: Vec<u8>,
}

impl Parts {
    fn text(&mut self, text: &str) -> &mut Self {
        self.bytes.push(1);
        self.bytes.extend((text.len() as u64).to_be_bytes());
        self.bytes.extend(text.as_bytes());
        self
    }

    fn shown(&mut self, value: Option<impl ToString>) -> &mut Self {
        if let Some(value) = value {
            self.text(&value.to_string())
        } else {
            self.bytes.push(0);
            self
        }
    }

    fn end(&mut self) {
        self.bytes.push(2);
    }
}

//! Digests of snapshots: whether two runs saw the same, without keeping what they saw.
//!
//! In: a complete snapshot and the customer's key. Out: a keyed digest over every value. Never: an unkeyed
//! hash of personal values.

use chrono::{Datelike, NaiveDate};

use crate::account::Account;
use crate::fingerprint::{FingerprintKey, Fingerprinting};
use crate::pii::Pii;
use crate::record::{EmployeeRecord, EmployeeType};
use crate::snapshot::{SourceSnapshot, TargetSnapshot};

/// The digest of what the source said.
pub(crate) fn source_digest(source: &SourceSnapshot, key: &FingerprintKey) -> String {
    let mut parts = Parts::begin(key, "sync-core/source/v2");
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
    parts.digest()
}

/// The digest of what the target said.
pub(crate) fn target_digest(target: &TargetSnapshot, key: &FingerprintKey) -> String {
    let mut parts = Parts::begin(key, "sync-core/target/v2");
    for account in target.accounts() {
        account_parts(account, &mut parts);
    }
    for row in target.unreadable() {
        parts.number(row.id.get()).text(&row.unreadable.field).text(&row.unreadable.problem).end();
    }
    parts.digest()
}

fn record_parts(record: &EmployeeRecord, parts: &mut Parts) {
    parts.text(record.id.as_str()).text(record.company.as_str());
    match record.listed.number {
        Some(number) => parts.number(number),
        None => parts.none(),
    };
    employee_type(record.listed.employee_type.as_ref(), parts);
    let personal = &record.personal;
    for text in [
        &personal.first_name,
        &personal.prefix,
        &personal.last_name,
        &personal.business_email,
        &personal.private_email,
    ] {
        parts.personal(text.as_ref());
    }
    parts.date(exposed(personal.birthday.as_ref()));
    for employment in &record.employments {
        parts.date(employment.start).date(employment.end).date(employment.seniority);
    }
    parts.end();
    for contract in &record.contracts {
        parts.date(contract.start).date(contract.end);
    }
    parts.end();
    for field in &record.extra_fields {
        parts.text(&field.name).personal(field.value.as_ref()).date(field.start);
    }
    parts.end();
    for unreadable in &record.unreadable {
        parts.text(&unreadable.field).text(&unreadable.problem);
    }
    parts.end();
}

/// A number for each type we know, and the text of one that we do not.
fn employee_type(employee_type: Option<&EmployeeType>, parts: &mut Parts) {
    match employee_type {
        None => parts.none(),
        Some(EmployeeType::Other(other)) => parts.text(other),
        Some(EmployeeType::Applicant) => parts.number(1),
        Some(EmployeeType::NewHire) => parts.number(2),
        Some(EmployeeType::Payroll) => parts.number(3),
        Some(EmployeeType::FormerPayroll) => parts.number(4),
        Some(EmployeeType::External) => parts.number(5),
        Some(EmployeeType::FormerExternal) => parts.number(6),
        Some(EmployeeType::RejectedApplicant) => parts.number(7),
    };
}

fn account_parts(account: &Account, parts: &mut Parts) {
    parts.number(account.id.get()).number(account.company.get()).number(account.active.into());
    for text in [&account.email, &account.first_name, &account.prefix, &account.last_name] {
        parts.personal(text.as_ref());
    }
    parts.date(exposed(account.birthday.as_ref())).date(exposed(account.work_anniversary.as_ref()));
    match &account.external_id {
        Some(id) => parts.text(id),
        None => parts.none(),
    }
    .end();
}

fn exposed(date: Option<&Pii<NaiveDate>>) -> Option<NaiveDate> {
    date.map(|date| *date.expose())
}

/// Bytes in which every border counts: each part begins with a mark of its kind, a text with its length as well, so
/// that no two snapshots are the same bytes. As few as that allows, because all of them are hashed.
struct Parts {
    fingerprinting: Fingerprinting,
    bytes: Vec<u8>,
}

/// Parts are hashed by so many bytes, about.
const PIECE: usize = 16 * 1024;

const NONE: u8 = 0;
const END: u8 = 1;
const NUMBER: u8 = 2;
const DATE: u8 = 3;
const LONG_TEXT: u8 = 4;
/// The mark of an empty text; one of the length of a shorter text is that much higher.
const TEXT: u8 = 5;

impl Parts {
    fn begin(key: &FingerprintKey, domain: &str) -> Self {
        Self { fingerprinting: key.begin(domain), bytes: Vec::with_capacity(2 * PIECE) }
    }

    fn text(&mut self, text: &str) -> &mut Self {
        if let Some(mark) = u8::try_from(text.len()).ok().and_then(|length| length.checked_add(TEXT)) {
            self.bytes.push(mark);
        } else {
            self.bytes.push(LONG_TEXT);
            self.bytes.extend((text.len() as u64).to_be_bytes());
        }
        self.bytes.extend_from_slice(text.as_bytes());
        self
    }

    fn personal(&mut self, text: Option<&Pii<String>>) -> &mut Self {
        match text {
            Some(text) => self.text(text.expose()),
            None => self.none(),
        }
    }

    fn number(&mut self, number: i64) -> &mut Self {
        self.bytes.push(NUMBER);
        self.bytes.extend(number.to_be_bytes());
        self
    }

    fn date(&mut self, date: Option<NaiveDate>) -> &mut Self {
        let Some(date) = date else { return self.none() };
        self.bytes.push(DATE);
        self.bytes.extend(date.num_days_from_ce().to_be_bytes());
        self
    }

    fn none(&mut self) -> &mut Self {
        self.bytes.push(NONE);
        self
    }

    /// Ends what holds any number of parts.
    fn end(&mut self) {
        self.bytes.push(END);
        if self.bytes.len() >= PIECE {
            self.fingerprinting.feed(&self.bytes);
            self.bytes.clear();
        }
    }

    fn digest(mut self) -> String {
        self.fingerprinting.feed(&self.bytes);
        self.fingerprinting.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Contract, Employment, ExtraField, Unreadable};
    use crate::{AccountId, CompanyId, ExternalId, TargetCompanyId};

    fn bytes(write: impl FnOnce(&mut Parts)) -> Vec<u8> {
        let key = FingerprintKey::new(*b"0123456789abcdef").unwrap();
        let mut parts = Parts::begin(&key, "test");
        write(&mut parts);
        parts.bytes
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_border_and_every_absence_counts() {
        let long = "x".repeat(300);
        let all = [
            bytes(|parts| _ = parts.text("ab").text("c")),
            bytes(|parts| _ = parts.text("a").text("bc")),
            bytes(|parts| _ = parts.text("").text("abc")),
            bytes(|parts| _ = parts.none().text("abc")),
            bytes(|parts| parts.text("abc").end()),
            bytes(|parts| _ = parts.text(&long)),
            bytes(|parts| _ = parts.text(&long[..250])),
            bytes(|parts| _ = parts.text(&long[..251])),
            bytes(|parts| _ = parts.number(3)),
            bytes(|parts| _ = parts.date(day("0001-01-03").into())),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(all.iter().skip(at + 1).all(|other| !other.starts_with(one) && !one.starts_with(other)));
        }
    }

    #[test]
    fn every_value_of_a_record_counts() {
        type Set = fn(&mut EmployeeRecord);
        let changes: [Set; 16] = [
            |_| {},
            |record| record.id = ExternalId::rest("b").unwrap(),
            |record| record.company = CompanyId::new("d"),
            |record| record.listed.number = Some(1),
            |record| record.listed.employee_type = Some(EmployeeType::Payroll),
            |record| record.listed.employee_type = Some(EmployeeType::Other("payroll".to_owned())),
            |record| record.personal.first_name = Some(Pii::new("text".to_owned())),
            |record| record.personal.prefix = Some(Pii::new("text".to_owned())),
            |record| record.personal.last_name = Some(Pii::new("text".to_owned())),
            |record| record.personal.business_email = Some(Pii::new("text".to_owned())),
            |record| record.personal.private_email = Some(Pii::new("text".to_owned())),
            |record| record.personal.birthday = Some(Pii::new(day("2000-01-01"))),
            |record| record.employments = vec![Employment::default()],
            |record| record.contracts = vec![Contract::new(Some(day("2000-01-01")), None)],
            |record| record.extra_fields = vec![ExtraField::new("name", None)],
            |record| record.unreadable = vec![Unreadable::new("field", "problem")],
        ];
        all_differ(changes.iter().map(|change| {
            let mut record = EmployeeRecord::new(ExternalId::rest("a").unwrap(), CompanyId::new("c"));
            change(&mut record);
            bytes(|parts| record_parts(&record, parts))
        }));
    }

    #[test]
    fn every_value_of_an_account_counts() {
        type Set = fn(&mut Account);
        let changes: [Set; 11] = [
            |_| {},
            |account| account.id = AccountId::new(2),
            |account| account.company = TargetCompanyId::new(2),
            |account| account.active = true,
            |account| account.email = Some(Pii::new("text".to_owned())),
            |account| account.first_name = Some(Pii::new("text".to_owned())),
            |account| account.prefix = Some(Pii::new("text".to_owned())),
            |account| account.last_name = Some(Pii::new("text".to_owned())),
            |account| account.birthday = Some(Pii::new(day("2000-01-01"))),
            |account| account.work_anniversary = Some(Pii::new(day("2000-01-01"))),
            |account| account.external_id = Some("text".to_owned()),
        ];
        all_differ(changes.iter().map(|change| {
            let mut account = Account::new(AccountId::new(1), TargetCompanyId::new(1), false);
            change(&mut account);
            bytes(|parts| account_parts(&account, parts))
        }));
    }

    fn all_differ(all: impl Iterator<Item = Vec<u8>>) {
        let all: Vec<_> = all.collect();
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), all.len());
    }
}

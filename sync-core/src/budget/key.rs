//! The names of money: which budget, which occasion, which grant, which batch, which memory.
//!
//! In: the parts of a grant. Out: names that are the same on every machine and after every crash. Never: the brand in
//! a field's name, so that renaming a field re-arms nothing.

use std::fmt;
use std::num::NonZeroU32;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use crate::external_id::ExternalId;
use crate::fingerprint;
use crate::id::CustomerId;
use crate::plan::PlanId;

/// How money comes: every month, or once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "the platform has these two")]
pub enum BudgetKind {
    /// So much on the first of each month. Nobody has two.
    Monthly,
    /// So much once.
    OneOff,
}

impl BudgetKind {
    /// How fields and plans spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Monthly => "monthly",
            Self::OneOff => "oneoff",
        }
    }

    /// Reads it as fields spell it.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Monthly, Self::OneOff].into_iter().find(|kind| kind.name() == text)
    }
}

impl fmt::Display for BudgetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The code of a benefit category, as it stands in a field's name: `all`, `health`, or another that the policy lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Category(Box<str>);

impl Category {
    /// Takes a code; `None` for one that could stand in no field's name.
    pub fn parse(code: &str) -> Option<Self> {
        let is_code = !code.is_empty() && !code.contains(|c: char| c.is_whitespace() || c.is_control());
        is_code.then(|| Self(code.into()))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Category {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&code).ok_or_else(|| serde::de::Error::custom("not the code of a category"))
    }
}

/// Which budget of a person: its kind and its category.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Budget {
    /// Monthly or one-off.
    pub kind: BudgetKind,
    /// For what.
    pub category: Category,
}

impl Budget {
    /// The budget of this kind for this category.
    pub const fn new(kind: BudgetKind, category: Category) -> Self {
        Self { kind, category }
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.category)
    }
}

/// The how manieth hand-over of one person's budget. Each is used once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Occasion(NonZeroU32);

impl Occasion {
    /// The first.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// This one, counted from 1.
    pub fn new(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    /// The one after it. The last there is has none after it; it stays, and its second use is refused.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Counted from 1.
    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

macro_rules! hex_name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// Reads it as somebody typed it: 32 hex digits.
            pub fn parse(text: &str) -> Option<Self> {
                let text = text.trim();
                let is_name = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
                is_name.then(|| Self(text.into()))
            }

            /// The 32 digits.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            fn digest(domain: &str, parts: &[&str]) -> Self {
                let mut bytes = Vec::new();
                for part in parts {
                    bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
                    bytes.extend_from_slice(part.as_bytes());
                }
                let digest = fingerprint::digest(domain, &bytes);
                Self(digest.get(..32).unwrap_or_default().into())
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).ok_or("not 32 hex digits")
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

hex_name! {
    /// Names a grant: the same for the same customer, person, budget and occasion, whoever computes it and whenever. A
    /// desk that has seen it gives nothing for it again.
    GrantId
}

hex_name! {
    /// Names a batch by its number and what is in it.
    BatchId
}

hex_name! {
    /// Names the memory that a baseline founded. A ledger that was lost and begun anew has another.
    Epoch
}

impl GrantId {
    /// The name of this person's grant of this budget on this occasion.
    pub fn of(customer: &CustomerId, person: &ExternalId, budget: &Budget, occasion: Occasion) -> Self {
        let occasion = occasion.get().to_string();
        let parts = [
            customer.as_str(),
            person.as_str(),
            budget.kind.name(),
            budget.category.as_str(),
            occasion.as_str(),
        ];
        Self::digest("sync-core/grant/v1", &parts)
    }
}

impl BatchId {
    /// The name of the batch of this number that holds these grants, in their order.
    pub fn of<'a>(mark: &'a Mark, grants: impl Iterator<Item = &'a GrantId>) -> Self {
        let number = mark.sequence.to_string();
        let mut parts = vec![mark.epoch.as_str(), number.as_str()];
        for grant in grants {
            parts.push(grant.as_str());
        }
        Self::digest("sync-core/batch/v1", &parts)
    }
}

impl Epoch {
    /// The memory that a baseline founds which was confirmed at this instant by who looked at this plan.
    pub fn founded(customer: &CustomerId, plan: &PlanId, at: DateTime<Utc>) -> Self {
        let at = at.to_rfc3339_opts(SecondsFormat::Nanos, true);
        Self::digest("sync-core/epoch/v1", &[customer.as_str(), plan.as_str(), &at])
    }
}

/// How far a memory has come: its name, and the number of its latest batch. A desk keeps the mark of the last batch it
/// took, so that a ledger which is older than that is noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Mark {
    /// Which memory.
    pub epoch: Epoch,
    /// The number of its latest batch, from 1.
    pub sequence: u64,
}

impl Mark {
    /// The mark of this batch of this memory.
    pub const fn new(epoch: Epoch, sequence: u64) -> Self {
        Self { epoch, sequence }
    }

    /// The mark of the batch after it.
    pub fn next(&self) -> Self {
        Self { epoch: self.epoch.clone(), sequence: self.sequence.saturating_add(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(kind: BudgetKind, category: &str) -> Budget {
        Budget::new(kind, Category::parse(category).unwrap())
    }

    #[test]
    fn r11_a_grant_is_named_by_person_budget_and_occasion_and_by_nothing_else() {
        let (customer, person) = (CustomerId::new("acme"), ExternalId::rest("a").unwrap());
        let all = budget(BudgetKind::OneOff, "all");
        let id = GrantId::of(&customer, &person, &all, Occasion::FIRST);
        assert_eq!(id, GrantId::of(&customer, &person, &all, Occasion::FIRST));
        assert_eq!(GrantId::parse(id.as_str()), Some(id.clone()));
        let others = [
            GrantId::of(&CustomerId::new("other"), &person, &all, Occasion::FIRST),
            GrantId::of(&customer, &ExternalId::rest("b").unwrap(), &all, Occasion::FIRST),
            GrantId::of(&customer, &person, &budget(BudgetKind::Monthly, "all"), Occasion::FIRST),
            GrantId::of(&customer, &person, &budget(BudgetKind::OneOff, "health"), Occasion::FIRST),
            GrantId::of(&customer, &person, &all, Occasion::FIRST.next()),
        ];
        assert!(others.iter().all(|other| *other != id));
    }

    #[test]
    fn what_is_no_name_is_not_read_as_one() {
        for text in ["", "abc", &"A".repeat(32), &"g".repeat(32), &"0".repeat(33)] {
            assert_eq!(GrantId::parse(text), None, "{text}");
        }
        assert!(serde_json::from_str::<Epoch>("\"zz\"").is_err());
        for code in ["", "a b", "a\n"] {
            assert_eq!(Category::parse(code), None, "{code:?}");
        }
    }
}

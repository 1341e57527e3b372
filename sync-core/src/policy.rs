//! What a customer wants, with the safest reading where nobody knows.
//!
//! In: choices of the customer. Out: a [`Policy`] that contradicts itself nowhere, with a hash. Never: a
//! secret, an address of a server, or anything that changes from run to run.

mod budgets;
mod salaries;

pub use budgets::{Budgets, ChangedOneoff, OnboardingGift, RefilledOneoff};
pub use salaries::{Salaries, SalaryColumn};

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::canonical;
use crate::email::EmailKey;
use crate::euro::Euro;
use crate::fingerprint;
use crate::id::{CompanyId, DebtorId, TargetCompanyId};
use crate::record::{EmployeeType, SourceCompany};
use crate::text;

/// Who takes part. Never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a third answer would change every rule")]
pub enum Participation {
    /// Everybody on payroll, unless an access field says no.
    Everyone,
    /// Only those whose access field says yes.
    ByAccessField,
}

/// Which address identifies an account. There is no fall-back from one to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the source has these two")]
pub enum EmailChoice {
    /// The business address.
    #[default]
    Business,
    /// The private address, where the customer asked for it.
    Private,
}

/// Which date becomes the work anniversary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Anniversary {
    /// The seniority date of the employment in force, else the first employment's start.
    #[default]
    SeniorityElseFirstStart,
    /// The start of the first employment.
    FirstStart,
    /// None is sent; anniversaries stay as they are.
    NotSent,
}

/// How many of one kind of action a run may hold before a person must look (R4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub struct Limit {
    /// Percent of the managed active accounts, rounded up.
    pub percent: u8,
    /// Never below this number.
    pub at_least: u32,
    /// Never above this number.
    pub at_most: u32,
}

impl Limit {
    /// `percent` of the managed active accounts, rounded up, but within these bounds.
    pub const fn new(percent: u8, at_least: u32, at_most: u32) -> Self {
        Self { percent, at_least, at_most }
    }

    /// The number that this allows with `managed` managed active accounts.
    pub fn of(self, managed: u64) -> u64 {
        let share = managed.saturating_mul(u64::from(self.percent)).div_ceil(100);
        share.max(u64::from(self.at_least)).min(u64::from(self.at_most))
    }
}

/// The limits of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Limits {
    /// Deactivations, per run and over seven days. With fewer than ten managed active accounts the limit
    /// is half of them instead.
    pub deactivations: Limit,
    /// Creations. The first run has none; it needs an approval anyway.
    pub creations: Limit,
    /// Changes of fields, of e-mail addresses too.
    pub updates: Limit,
    /// Changes of e-mail addresses.
    pub email_changes: Limit,
    /// Activations that the plan proposes. Each needs an approval anyway; many at once mean that something is wrong
    /// with what the target shows, and then nothing else is done either.
    pub activations: Limit,
    /// What one run may grant without an approval: first grants of budgets, and what creations and activations may grant
    /// by themselves at the policy's onboarding budget. Whoever gives budgets must name it.
    pub euro: Option<Euro>,
    /// What one run may cancel without an approval: the budgets that deactivations end, as far as the ledger knows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub euro_cancelled: Option<Euro>,
}

impl Limits {
    /// The limits of a customer who chose none.
    pub const DEFAULT: Self = Self {
        deactivations: Limit::new(5, 3, 50),
        creations: Limit::new(10, 10, 200),
        updates: Limit::new(25, 25, 1000),
        email_changes: Limit::new(10, 10, 100),
        activations: Limit::new(10, 10, 100),
        euro: None,
        euro_cancelled: None,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// In which company of the target somebody's account lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a third answer would change every rule")]
pub enum Placement {
    /// In this one, whoever it is. A filled filter field is then a question, not a choice.
    One(TargetCompanyId),
    /// In the one that this table gives for the value of the filter field. There is no default company (U-6).
    ByFilterField(BTreeMap<Route, TargetCompanyId>),
}

/// A value of the filter field, as the table and the field are compared: trimmed and in Unicode normal form C.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Route(Box<str>);

impl Route {
    /// Takes a value as somebody typed it; `None` when it is blank.
    pub fn of(value: &str) -> Option<Self> {
        text::clean(value).map(|value| Self(value.into()))
    }

    /// The value.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a customer wants.
///
/// ```
/// use sync_core::{Participation, Policy, TargetCompanyId};
///
/// let policy = Policy::new(TargetCompanyId::new(7), Participation::ByAccessField).with_language("nl");
/// assert!(policy.validate().is_ok());
/// assert_eq!(policy.hash().len(), 64);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub struct Policy {
    /// In which company of the target somebody's account lives.
    pub placement: Placement,
    /// Who takes part.
    pub participation: Participation,
    /// Which address identifies an account.
    pub email: EmailChoice,
    /// Which date becomes the work anniversary.
    pub anniversary: Anniversary,
    /// The language of new accounts; `None` leaves it to the target.
    pub language: Option<String>,
    /// The companies of the source that take part; `None` means all that the sign-in sees.
    pub companies: Option<BTreeSet<CompanyId>>,
    /// The debtors of the source whose companies take part; `None` means whatever debtor a company has. A policy
    /// that does not choose serialises, and hashes, as if there were no such choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debtors: Option<BTreeSet<DebtorId>>,
    /// Employee types besides payroll that take part like it. Nothing is ever done about the others, whatever they
    /// become; a type is no evidence of leaving unless it is former payroll (U-1, R2).
    pub also_in_service: BTreeSet<EmployeeType>,
    /// What the target grants by itself when an account is created or activated; `None` where nobody knows (U-15).
    pub onboarding_budget: Option<Euro>,
    /// Money by extra fields; `None` gives none. A policy without serialises, and hashes, as if there were no such choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budgets: Option<Budgets>,
    /// Which salaries are read, and for which list; `None` has none read. A policy without serialises, and hashes, as if
    /// there were no such choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub salaries: Option<Salaries>,
    /// Addresses whose accounts are never touched, such as the administrator's own.
    #[serde(serialize_with = "protected_digest")]
    pub protected: BTreeSet<EmailKey>,
    /// The limits of a run.
    pub limits: Limits,
    /// The most requests that one read of the source may take (R20).
    pub source_request_ceiling: u64,
    /// The most requests that one read of the target may take (R20).
    pub target_request_ceiling: u64,
}

/// Why a policy contradicts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// More than all is not a share.
    #[error("limits: percent is more than 100")]
    Percent,
    /// No number lies between the bounds.
    #[error("limits: at_least is more than at_most")]
    Bounds,
    /// A list of companies without any would read nothing and call it complete.
    #[error("companies: the list is empty; leave it out to mean all")]
    NoCompanies,
    /// The same of debtors.
    #[error("debtors: the list is empty; leave it out to mean all")]
    NoDebtors,
    /// The target does not store it.
    #[error("language: is blank or longer than 1000 characters")]
    Language,
    /// Nobody could be placed.
    #[error("routes: the table is empty")]
    NoRoutes,
    /// These are decided by the types themselves.
    #[error("also_in_service: names payroll, or a type that is not in service")]
    TypeNotInService,
    /// Without a budget nobody can say what a run grants.
    #[error("limits: euro needs an onboarding budget to count with")]
    EuroWithoutBudget,
    /// Money that nothing limits.
    #[error("budgets: limits.euro must say how much one run may give")]
    BudgetsWithoutLimit,
    /// No field could count.
    #[error("budgets: the list of categories is empty")]
    NoCategories,
    /// A column of gross amounts by the month or by the hour takes no others.
    #[error("salaries: a column has no type, or one that it cannot take")]
    Salaries,
    /// Nothing could be read.
    #[error("request ceilings: must be at least 1")]
    Ceiling,
}

impl Policy {
    /// The two choices that nobody can make for the customer; everything else starts at its safest.
    pub const fn new(target_company: TargetCompanyId, participation: Participation) -> Self {
        Self::placing(Placement::One(target_company), participation)
    }

    /// The same for a customer whose people are divided over several companies of the target.
    pub const fn placing(placement: Placement, participation: Participation) -> Self {
        Self {
            placement,
            participation,
            email: EmailChoice::Business,
            anniversary: Anniversary::SeniorityElseFirstStart,
            language: None,
            companies: None,
            debtors: None,
            also_in_service: BTreeSet::new(),
            onboarding_budget: None,
            budgets: None,
            salaries: None,
            protected: BTreeSet::new(),
            limits: Limits::DEFAULT,
            source_request_ceiling: 10_000,
            target_request_ceiling: 10_000,
        }
    }

    /// With the address that identifies accounts.
    pub const fn with_email(mut self, email: EmailChoice) -> Self {
        self.email = email;
        self
    }

    /// With the date that becomes the work anniversary.
    pub const fn with_anniversary(mut self, anniversary: Anniversary) -> Self {
        self.anniversary = anniversary;
        self
    }

    /// With the language of new accounts.
    pub fn with_language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// With only these companies of the source.
    pub fn with_companies(mut self, companies: impl IntoIterator<Item = CompanyId>) -> Self {
        self.companies = Some(companies.into_iter().collect());
        self
    }

    /// With only the companies of these debtors of the source.
    pub fn with_debtors(mut self, debtors: impl IntoIterator<Item = DebtorId>) -> Self {
        self.debtors = Some(debtors.into_iter().collect());
        self
    }

    /// With employee types besides payroll that take part like it.
    pub fn with_in_service(mut self, types: impl IntoIterator<Item = EmployeeType>) -> Self {
        self.also_in_service = types.into_iter().collect();
        self
    }

    /// With what the target grants by itself for each creation or activation.
    pub const fn with_onboarding_budget(mut self, budget: Euro) -> Self {
        self.onboarding_budget = Some(budget);
        self
    }

    /// With money by extra fields.
    pub fn with_budgets(mut self, budgets: Budgets) -> Self {
        self.budgets = Some(budgets);
        self
    }

    /// With salaries, read for the list that they fill and for nothing else.
    pub fn with_salaries(mut self, salaries: Salaries) -> Self {
        self.salaries = Some(salaries);
        self
    }

    /// With addresses whose accounts are never touched.
    pub fn with_protected<'a>(mut self, addresses: impl IntoIterator<Item = &'a str>) -> Self {
        self.protected = addresses.into_iter().map(EmailKey::of).collect();
        self
    }

    /// With other limits.
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// With other request ceilings for the two sides.
    pub const fn with_request_ceilings(mut self, source: u64, target: u64) -> Self {
        self.source_request_ceiling = source;
        self.target_request_ceiling = target;
        self
    }

    /// Every company of the target in which accounts may live.
    pub fn target_companies(&self) -> BTreeSet<TargetCompanyId> {
        match &self.placement {
            Placement::One(company) => BTreeSet::from([*company]),
            Placement::ByFilterField(routes) => routes.values().copied().collect(),
        }
    }

    /// Is somebody of this type in service?
    pub fn is_in_service(&self, employee_type: &EmployeeType) -> bool {
        employee_type.is_in_service() || self.also_in_service.contains(employee_type)
    }

    /// Does the choice of companies let this one take part?
    pub fn chooses_company(&self, company: &CompanyId) -> bool {
        self.companies.as_ref().is_none_or(|chosen| chosen.contains(company))
    }

    /// Does the choice of debtors let this company take part? With chosen debtors one of an unknown debtor does not.
    pub fn chooses_debtor_of(&self, company: &SourceCompany) -> bool {
        let Some(chosen) = &self.debtors else { return true };
        company.debtor.as_ref().is_some_and(|debtor| chosen.contains(debtor))
    }

    /// Does it contradict itself?
    ///
    /// # Errors
    /// The first contradiction.
    pub fn validate(&self) -> Result<(), PolicyError> {
        let limits = &self.limits;
        for limit in
            [limits.deactivations, limits.creations, limits.updates, limits.email_changes, limits.activations]
        {
            if limit.percent > 100 {
                return Err(PolicyError::Percent);
            }
            if limit.at_least > limit.at_most {
                return Err(PolicyError::Bounds);
            }
        }
        if self.companies.as_ref().is_some_and(BTreeSet::is_empty) {
            return Err(PolicyError::NoCompanies);
        }
        if self.debtors.as_ref().is_some_and(BTreeSet::is_empty) {
            return Err(PolicyError::NoDebtors);
        }
        if matches!(&self.placement, Placement::ByFilterField(routes) if routes.is_empty()) {
            return Err(PolicyError::NoRoutes);
        }
        if self.also_in_service.iter().any(|it| it.is_in_service() || it.is_closed()) {
            return Err(PolicyError::TypeNotInService);
        }
        if limits.euro.is_some() && self.onboarding_budget.is_none() && self.budgets.is_none() {
            return Err(PolicyError::EuroWithoutBudget);
        }
        if let Some(budgets) = &self.budgets {
            if limits.euro.is_none() {
                return Err(PolicyError::BudgetsWithoutLimit);
            }
            if budgets.categories.is_empty() {
                return Err(PolicyError::NoCategories);
            }
        }
        let storable = |language: &String| !language.trim().is_empty() && language.chars().count() <= 1000;
        if !self.language.as_ref().is_none_or(storable) {
            return Err(PolicyError::Language);
        }
        if self.salaries.as_ref().is_some_and(|salaries| !salaries.is_sound()) {
            return Err(PolicyError::Salaries);
        }
        if self.source_request_ceiling == 0 || self.target_request_ceiling == 0 {
            return Err(PolicyError::Ceiling);
        }
        Ok(())
    }

    /// Names this policy: 64 hex digits, the same on every machine. A mandate holds for one policy.
    pub fn hash(&self) -> String {
        canonical::digest("sync-core/policy/v1", self)
    }
}

/// Protected addresses enter the policy's hash as one digest, so that no serialised policy shows them.
fn protected_digest<S: serde::Serializer>(
    protected: &BTreeSet<EmailKey>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let joined = protected.iter().map(EmailKey::expose).collect::<Vec<_>>().join("\n");
    serializer.serialize_str(&fingerprint::digest("sync-core/protected/v1", joined.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy::new(TargetCompanyId::new(1), Participation::Everyone)
    }

    #[test]
    fn r4_the_default_limit_of_deactivations_is_a_clamped_share() {
        let limit = Limits::default().deactivations;
        for (managed, allowed) in [(10, 3), (60, 3), (61, 4), (100, 5), (101, 6), (1000, 50), (100_000, 50)] {
            assert_eq!(limit.of(managed), allowed, "{managed}");
        }
    }

    #[test]
    fn a_contradictory_policy_is_refused() {
        let with = |limit| Limits { deactivations: limit, ..Limits::default() };
        for (policy, error) in [
            (policy().with_limits(with(Limit::new(101, 1, 2))), PolicyError::Percent),
            (policy().with_limits(with(Limit::new(1, 3, 2))), PolicyError::Bounds),
            (policy().with_companies([]), PolicyError::NoCompanies),
            (policy().with_debtors([]), PolicyError::NoDebtors),
            (
                Policy::placing(Placement::ByFilterField(BTreeMap::new()), Participation::Everyone),
                PolicyError::NoRoutes,
            ),
            (policy().with_in_service([EmployeeType::Payroll]), PolicyError::TypeNotInService),
            (policy().with_in_service([EmployeeType::FormerExternal]), PolicyError::TypeNotInService),
            (
                policy().with_limits(Limits { euro: Some(Euro::from_cents(1)), ..Limits::default() }),
                PolicyError::EuroWithoutBudget,
            ),
            (policy().with_language(" "), PolicyError::Language),
            (policy().with_request_ceilings(0, 1), PolicyError::Ceiling),
        ] {
            assert_eq!(policy.validate(), Err(error));
        }
        assert_eq!(policy().validate(), Ok(()));
    }

    #[test]
    fn with_chosen_debtors_a_company_of_another_or_of_none_takes_no_part() {
        let company = |debtor: Option<&str>| {
            let mut company = SourceCompany::new(CompanyId::new("acme"));
            company.debtor = debtor.map(DebtorId::new);
            company
        };
        let choosing = policy().with_debtors([DebtorId::new("north")]);
        for (debtor, takes_part) in [(Some("north"), true), (Some("south"), false), (None, false)] {
            assert_eq!(choosing.chooses_debtor_of(&company(debtor)), takes_part, "{debtor:?}");
            assert!(policy().chooses_debtor_of(&company(debtor)), "{debtor:?}");
        }
    }

    #[test]
    fn a_policy_without_chosen_debtors_serialises_without_a_word_about_them() {
        let json = serde_json::to_value(policy()).unwrap();
        assert!(json.get("debtors").is_none());
        let json = serde_json::to_value(policy().with_debtors([DebtorId::new("north")])).unwrap();
        assert_eq!(json["debtors"], serde_json::json!(["north"]));
    }

    #[test]
    fn every_choice_changes_the_hash() {
        let variants = [
            policy(),
            Policy::new(TargetCompanyId::new(2), Participation::Everyone),
            Policy::new(TargetCompanyId::new(1), Participation::ByAccessField),
            policy().with_email(EmailChoice::Private),
            policy().with_anniversary(Anniversary::FirstStart),
            policy().with_language("nl"),
            policy().with_companies([CompanyId::new("a")]),
            policy().with_debtors([DebtorId::new("a")]),
            policy().with_protected(["a@x.nl"]),
            policy().with_in_service([EmployeeType::External]),
            policy().with_onboarding_budget(Euro::from_cents(1)),
            Policy::placing(
                Placement::ByFilterField(BTreeMap::from([(
                    Route::of("north").unwrap(),
                    TargetCompanyId::new(1),
                )])),
                Participation::Everyone,
            ),
            policy().with_limits(Limits { creations: Limit::new(1, 1, 1), ..Limits::default() }),
            policy().with_request_ceilings(1, 1),
        ];
        let hashes: BTreeSet<_> = variants.iter().map(Policy::hash).collect();
        assert_eq!(hashes.len(), variants.len());
    }
}

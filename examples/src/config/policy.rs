//! `[policy]`: what the customer wants, key by key, and checked as a whole by the core.

use sync_core::policy::{Anniversary, EmailChoice, Limit, Limits};
use sync_core::record::EmployeeType;
use sync_core::{CompanyId, DebtorId, Participation, Placement, Policy, TargetCompanyId};

use super::budgets::{self, Wanted};
use super::document::Section;
use super::salaries;

/// The types besides payroll that can take part like it: those that are neither over nor were never more than a wish.
const OTHER_TYPES: [(&str, EmployeeType); 3] = [
    ("applicant", EmployeeType::Applicant),
    ("external", EmployeeType::External),
    ("new_hire", EmployeeType::NewHire),
];

/// Reads the section; `None` if something is missing, which has then been told.
pub(super) fn policy(mut section: Section<'_>, placement: Option<Placement>) -> Option<Policy> {
    let participation = section.choice(
        "participation",
        &[("everyone", Participation::Everyone), ("by_access_field", Participation::ByAccessField)],
    );
    let email = section
        .optional_choice("email", &[("business", EmailChoice::Business), ("private", EmailChoice::Private)])
        .unwrap_or_default();
    let anniversary = section
        .optional_choice(
            "anniversary",
            &[
                ("seniority_else_first_start", Anniversary::SeniorityElseFirstStart),
                ("first_start", Anniversary::FirstStart),
                ("not_sent", Anniversary::NotSent),
            ],
        )
        .unwrap_or_default();
    let language = section.optional_text("language");
    let companies = section.optional_texts("companies");
    let debtors = section.optional_texts("debtors");
    let protected = section.optional_texts("protected");
    let also_in_service = section.optional_choices("also_in_service", &OTHER_TYPES).unwrap_or_default();
    let salaries = salaries::salaries(&mut section);
    let budget = section.optional_amount("onboarding_budget");
    let wanted = budgets::budgets(&mut section);
    let limits = limits(section.section("limits"), budget.is_some(), &wanted);
    let ceilings = ["source_request_ceiling", "target_request_ceiling"]
        .map(|key| section.number::<u64>(key, 1, i64::MAX));

    let is_complete = placement.is_some() && participation.is_some() && !matches!(wanted, Wanted::Yes(None));
    // What is missing has been told; the rest is checked with anything in its place.
    let mut policy = Policy::placing(
        placement.unwrap_or(Placement::One(TargetCompanyId::new(1))),
        participation.unwrap_or(Participation::ByAccessField),
    )
    .with_email(email)
    .with_anniversary(anniversary)
    .with_in_service(also_in_service)
    .with_protected(protected.iter().flatten().map(String::as_str))
    .with_limits(limits);
    let [source, target] = ceilings;
    let (source, target) =
        (source.unwrap_or(policy.source_request_ceiling), target.unwrap_or(policy.target_request_ceiling));
    policy = policy.with_request_ceilings(source, target);
    if let Some(budget) = budget {
        policy = policy.with_onboarding_budget(budget);
    }
    if let Some(language) = language {
        policy = policy.with_language(language);
    }
    if let Some(salaries) = salaries {
        policy = policy.with_salaries(salaries);
    }
    if let Some(companies) = companies {
        policy = policy.with_companies(companies.into_iter().map(CompanyId::new));
    }
    if let Some(debtors) = debtors {
        policy = policy.with_debtors(debtors.into_iter().map(DebtorId::new));
    }
    // A limit that is missing has been told with its key.
    if let Wanted::Yes(Some(budgets)) = wanted
        && policy.limits.euro.is_some()
    {
        policy = policy.with_budgets(budgets);
    }
    if let Err(error) = policy.validate() {
        section.problem("", error.to_string());
    }
    section.close();
    is_complete.then_some(policy)
}

/// Reads `[policy.limits]`. The onboarding budget and the budgets by fields are what limits in euro count with.
fn limits(mut section: Section<'_>, onboarding: bool, wanted: &Wanted) -> Limits {
    let defaults = Limits::default();
    let mut limits = defaults;
    limits.deactivations = limit(section.section("deactivations"), defaults.deactivations);
    limits.creations = limit(section.section("creations"), defaults.creations);
    limits.updates = limit(section.section("updates"), defaults.updates);
    limits.email_changes = limit(section.section("email_changes"), defaults.email_changes);
    limits.activations = limit(section.section("activations"), defaults.activations);
    let euro = budgets::euro_limits(&mut section, onboarding, wanted);
    (limits.euro, limits.euro_cancelled) = (euro.granted, euro.cancelled);
    section.close();
    limits
}

/// Reads one limit. Bounds that contradict each other are told here, so that the core need not.
fn limit(mut section: Section<'_>, default: Limit) -> Limit {
    let bound = |section: &mut Section<'_>, key| section.number::<u32>(key, 0, i64::from(u32::MAX));
    let percent = section.number::<u8>("percent", 0, 100).unwrap_or(default.percent);
    let at_least = bound(&mut section, "at_least").unwrap_or(default.at_least);
    let at_most = bound(&mut section, "at_most").unwrap_or(default.at_most);
    let is_usable = at_least <= at_most;
    if !is_usable {
        section.problem("at_least", "is more than at_most; what is left out has its default");
    }
    section.close();
    if is_usable { Limit::new(percent, at_least, at_most) } else { default }
}

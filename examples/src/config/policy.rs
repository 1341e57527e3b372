//! `[policy]`: what the customer wants, key by key, and checked as a whole by the core.

use sync_core::policy::{Anniversary, EmailChoice, Limit, Limits};
use sync_core::{CompanyId, DebtorId, Participation, Policy, TargetCompanyId};

use super::document::Section;

/// Reads the section; `None` if something is missing, which has then been told.
pub(super) fn policy(mut section: Section<'_>, target_company: Option<i64>) -> Option<Policy> {
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
    let mut limits_section = section.section("limits");
    let defaults = Limits::default();
    let limit_of = |limits: &mut Section<'_>, name: &str, default: Limit| {
        let mut limit = limits.section(name);
        let percent =
            limit.optional_integer("percent", 0, 100).and_then(|percent| u8::try_from(percent).ok());
        let bound = |limit: &mut Section<'_>, key: &str, default: u32| {
            limit
                .optional_integer(key, 0, i64::from(u32::MAX))
                .and_then(|bound| u32::try_from(bound).ok())
                .unwrap_or(default)
        };
        let at_least = bound(&mut limit, "at_least", default.at_least);
        let at_most = bound(&mut limit, "at_most", default.at_most);
        limit.close();
        Limit::new(percent.unwrap_or(default.percent), at_least, at_most)
    };
    let mut limits = Limits::default();
    limits.deactivations = limit_of(&mut limits_section, "deactivations", defaults.deactivations);
    limits.creations = limit_of(&mut limits_section, "creations", defaults.creations);
    limits_section.close();
    let ceilings = ["source_request_ceiling", "target_request_ceiling"].map(|key| {
        section.optional_integer(key, 1, i64::MAX).and_then(|ceiling| u64::try_from(ceiling).ok())
    });

    let mut policy = Policy::new(
        TargetCompanyId::new(target_company.unwrap_or(1)),
        participation.unwrap_or(Participation::ByAccessField),
    )
    .with_email(email)
    .with_anniversary(anniversary)
    .with_protected(protected.iter().flatten().map(String::as_str))
    .with_limits(limits);
    let [source, target] = ceilings;
    policy = policy.clone().with_request_ceilings(
        source.unwrap_or(policy.source_request_ceiling),
        target.unwrap_or(policy.target_request_ceiling),
    );
    if let Some(language) = language {
        policy = policy.with_language(language);
    }
    if let Some(companies) = companies {
        policy = policy.with_companies(companies.into_iter().map(CompanyId::new));
    }
    if let Some(debtors) = debtors {
        policy = policy.with_debtors(debtors.into_iter().map(DebtorId::new));
    }
    if let Err(error) = policy.validate() {
        section.problem("", error.to_string());
    }
    section.close();
    (participation.is_some() && target_company.is_some()).then_some(policy)
}

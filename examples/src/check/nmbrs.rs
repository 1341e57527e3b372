//! The checks of the Nmbrs side up to a sign-in: the grant, the access token, the scopes, and who consented.

use chrono::{DateTime, TimeDelta, Utc};
use nmbrs_client::auth::{AccessToken, Authorizer, Grant, GrantState};
use nmbrs_client::{NmbrsSource, Scope};
use sync_core::Policy;
use sync_core::ports::Clock;

use super::report::Line;
use crate::advice::{Advisor, chain};
use crate::clock::MachineClock;
use crate::grant::GrantPlace;
use crate::scopes;

/// A refresh token that nobody uses ends after so many days.
const LAST_DAY: i64 = 30;

/// The grant as it is kept; says also whether it is worth trying.
pub(super) async fn grant(place: &GrantPlace, advisor: &Advisor<'_>) -> (Line, bool) {
    let check = "grant";
    if let GrantPlace::Memory(_) = place {
        return (Line::ok(check, place.to_string()), true);
    }
    match place.load().await {
        Err(error) => {
            let found = format!("{place}: {}", chain(&error));
            (Line::problem(check, found, advisor.about_the_store()), false)
        }
        Ok(None) => (Line::problem(check, format!("none yet {place}"), advisor.first_sign_in()), false),
        Ok(Some(Grant { state: GrantState::ConsentLost { since }, .. })) => {
            let found = format!("{place}; the consent is lost since {}", minute(since));
            (Line::problem(check, found, advisor.sign_in_again()), false)
        }
        Ok(Some(grant)) => (kept(place, &grant), true),
    }
}

fn kept(place: &GrantPlace, grant: &Grant) -> Line {
    let check = "grant";
    let mut found = vec![format!("{place}, {}", place.protection())];
    if let GrantState::Refreshing { until } = grant.state {
        found.push(format!("being renewed by somebody, until {} at most", minute(until)));
    }
    let (Some(issued), Some(due)) = (grant.tokens.issued_at, grant.tokens.renewal_due()) else {
        found.push("nobody wrote down when it was issued".to_owned());
        return Line::unknown(check, found.join("; "))
            .with_todo("run sync keep-alive, which renews it at once");
    };
    let end = issued + TimeDelta::days(LAST_DAY);
    found.push(format!("issued {}, due {}, ends {}", minute(issued), minute(due), minute(end)));
    let line = Line::ok(check, found.join("; "));
    if due < MachineClock.now() {
        line.with_todo("run sync keep-alive every day, so that it never ends unused")
    } else {
        line
    }
}

fn minute(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// An access token: the one that is there, or a new one, as a run would get it.
pub(super) async fn sign_in(authorizer: &Authorizer, advisor: &Advisor<'_>) -> (Line, Option<AccessToken>) {
    let check = "Nmbrs sign-in";
    match authorizer.access_token().await {
        Ok(token) => (Line::ok(check, "there is an access token"), Some(token)),
        Err(error) => (Line::problem(check, chain(&error), advisor.about(&error)), None),
    }
}

/// What was granted, against the least that a run needs.
pub(super) fn granted(token: &AccessToken, policy: &Policy, advisor: &Advisor<'_>) -> Line {
    let check = "scopes";
    let Some(granted) = token.scopes() else {
        return Line::unknown(check, "the server did not say which were granted");
    };
    let missing = scopes::missing(granted, &scopes::operations(policy));
    let found = format!("granted: {}", scopes::listed(granted));
    if missing.is_empty() {
        Line::ok(check, found)
    } else {
        let found = format!("missing: {}; {found}", scopes::listed(&missing));
        Line::problem(check, found, advisor.consent_anew())
    }
}

/// Who consented, where that may be asked.
pub(super) async fn user(source: &NmbrsSource, token: &AccessToken, advisor: &Advisor<'_>) -> Line {
    let check = "user";
    if !token.scopes().is_some_and(|granted| granted.contains(&Scope::USER_INFO_READ)) {
        let found = format!("not asked for: no run needs {}", Scope::USER_INFO_READ);
        return Line::unknown(check, found);
    }
    match source.client().user_info().all().await {
        Ok(users) => Line::ok(check, scopes::users(&users)),
        Err(error) => Line::problem(check, chain(&error), advisor.about(&error)),
    }
}

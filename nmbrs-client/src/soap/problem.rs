//! What a fault means, by the vendor's number.
//!
//! A number comes in, or none; the kind of error and whether repeating helps go out. The vendor's list has gaps, so an
//! unknown number is possible and is not repeated. Wrong credentials are never repeated: that might lock the login.

use crate::error::ErrorKind;
use crate::retry::Outcome;

/// Understands the number of a fault. Never fails.
pub(super) fn of_fault(number: Option<u32>) -> (ErrorKind, Outcome) {
    match number {
        // User name, token or domain are wrong, or the token was reset.
        Some(1001) => (ErrorKind::Unauthorized, Outcome::Final),
        // 1002: the operation is switched off in the user template. 1003: no right to this data, or there is none.
        // 1004: the environment has no valid subscription. 2003, 2004, 2009: the same as 1003 for one employee, company,
        // debtor. 2013: not on a free trial.
        Some(1002..=1004 | 2003 | 2004 | 2009 | 2013) => (ErrorKind::Forbidden, Outcome::Final),
        // An organisation, a period, a labour agreement, a leave, a leave type, a set of values that does not fit.
        Some(2005 | 2006 | 2017 | 2018 | 2022 | 2030) => (ErrorKind::Invalid, Outcome::Final),
        Some(2046) => (ErrorKind::NotFound, Outcome::Final),
        // "Generic login security failure": the vendor says that retrying tends to solve it.
        Some(1006) => (ErrorKind::Server, Outcome::Unavailable),
        // "Unknown".
        Some(9999) => (ErrorKind::Server, Outcome::Unexplained),
        _ => (ErrorKind::Server, Outcome::Final),
    }
}

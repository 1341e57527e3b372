//! Every reason there is, what rule it comes from, and what a person can do about it (R22).
//!
//! In: nothing. Out: closed lists with their words. Never: a reason that explains itself with data of a
//! person.

use serde::{Deserialize, Serialize};

/// What is told about a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Advice {
    /// The requirement (R…) or open question (U-…) behind it.
    pub rule: &'static str,
    /// What is the case.
    pub what: &'static str,
    /// What a person can do; empty where nothing needs doing.
    pub then: &'static str,
}

macro_rules! reasons {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal: $rule:literal, $what:literal, $then:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $code)] $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// How plans and reports spell it.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The rule behind it, what is the case, and what a person can do.
            pub const fn advice(self) -> $crate::decision::Advice {
                match self { $(Self::$variant => $crate::decision::Advice { rule: $rule, what: $what, then: $then },)* }
            }
        }
    };
}

pub(crate) use reasons;

reasons! {
    /// Why nothing happens to somebody until a person has looked.
    HoldReason {
        /// A row of the person could not be read.
        UnreadableRow = "unreadable_row": "R1", "a row of this employee cannot be read", "see the finding for the field, correct it in payroll";
        /// Several people have the address.
        SharedAddress = "shared_address": "R16", "another person's record has the same e-mail address", "give each person an address of their own in payroll";
        /// Several accounts could be meant, or one is claimed twice.
        SeveralCandidates = "several_candidates": "R14", "more than one account, or more than one person, fits", "decide which account belongs to whom and correct the external ids or addresses";
        /// The account carries another system's id.
        ForeignExternalId = "foreign_external_id": "U-17", "the account with this address carries an external id of another system", "switch the other integration off, or have the id removed";
        /// The ledger's account is not listed any more.
        LinkedAccountGone = "linked_account_gone": "R14", "the account that was linked to this person is no longer listed", "find out who removed it; a new account may grant budgets again";
        /// The account's row could not be read.
        AccountUnreadable = "account_unreadable": "R1", "the account of this person cannot be read", "see the finding for the field, correct the account";
        /// Some account of the target could not be read, and it might be this person's.
        TargetRowUnreadable = "target_row_unreadable": "R1", "some account cannot be read, and it might be this person's", "see the findings, correct the account";
        /// No address.
        MissingEmail = "missing_email": "R16", "the chosen e-mail address is empty in payroll", "fill it in";
        /// An address that cannot be sent.
        MalformedEmail = "malformed_email": "R16", "the chosen e-mail address is not one that can be sent", "correct it in payroll";
        /// The address belongs to an account that keeps it.
        AddressTaken = "address_taken": "U-12", "another account has this e-mail address and keeps it", "correct the address there or in payroll";
        /// No first or last name.
        MissingName = "missing_name": "2.1", "first or last name is empty in payroll", "fill it in";
        /// On payroll, with no first day.
        MissingStart = "missing_start": "U-14", "on payroll, but no employment with a first day is known", "fill in the employment";
        /// On payroll, but all employments are over.
        EndedOnPayroll = "ended_on_payroll": "U-10", "type payroll, but the last employment is over", "set the employee out of service, or correct the end date";
        /// The access field exists and is empty.
        AccessUnanswered = "access_unanswered": "U-4", "the access field is in use but empty for this employee", "fill in yes or no";
        /// The access field cannot be read.
        AccessUnreadable = "access_unreadable": "U-4", "the access field holds something that is neither yes nor no", "correct it";
        /// Access fields disagree.
        AccessConflict = "access_conflict": "U-25", "access fields of this person say different things", "make them agree, or remove the old one";
        /// The company has no access field though the policy decides by it.
        AccessFieldMissing = "access_field_missing": "R26", "the policy decides by the access field, and this employee's company has none", "define the field in that company, or choose everyone";
        /// Access went from yes to no.
        AccessWithdrawn = "access_withdrawn": "U-5", "the access field says no, and the account is active", "deactivate after asking, or set the field to yes";
        /// Left, with access no, and an active account.
        LeaverWithoutAccess = "leaver_without_access": "U-31", "left service, the access field says no, and the account is active", "deactivate after asking";
        /// Left, with an active account that is not ours.
        LeaverNotManaged = "leaver_not_managed": "R18", "left service, and the active account with this address is not managed by us", "deactivate it by hand";
        /// Left by one record, but another is open.
        OtherRecordOpen = "other_record_open": "U-1", "one record left service, another of the same person is of a type that is still open", "close the other record, or approve the deactivation after asking";
        /// Left, but an employment goes on or begins.
        BeginsAgain = "begins_again": "U-10", "type former payroll, but an employment goes on or is still to begin", "wait for payroll to catch up, or correct the employment";
        /// Left, but perhaps the same as somebody who cannot be told.
        MaybeStillHere = "maybe_still_here": "R2", "left service, but a record in service without a readable address may be of the same person: neither its name nor its birthday is another", "fill in the address, name and birthday of that record";
        /// Left by one record, but another one that the account was linked to is gone.
        LinkedRecordGone = "linked_record_gone": "R2", "left service by one record, but another record of this account is no longer in the source", "find out why it is gone; approve the deactivation if the person left";
        /// The filter field is filled and no route is configured.
        NoRoute = "no_route": "U-6", "the filter field is filled, and no route is configured", "empty the field, or configure a table of routes";
        /// The value of the filter field is not in the table.
        RouteUnknown = "route_unknown": "U-6", "the filter field holds a value that the table of routes does not name", "add the value to the table, or correct it in payroll";
        /// The filter field is empty.
        RouteMissing = "route_missing": "U-6", "people are placed by the filter field, and it is empty for this employee", "fill it in; there is no default company";
        /// The company has no filter field.
        RouteFieldMissing = "route_field_missing": "U-6", "people are placed by the filter field, and this employee's company has none", "define the field in that company and fill it in";
        /// The filter field cannot be read.
        RouteUnreadable = "route_unreadable": "U-6", "the filter field holds characters that cannot be typed", "type the value anew";
        /// Filter fields disagree.
        RouteConflict = "route_conflict": "U-25", "filter fields of this person say different things", "make them agree, or remove the old one";
        /// The account is in another company than the filter field says.
        MoveCompany = "move_company": "U-6", "the account is in another company than the filter field says; a new account there may grant budgets again", "correct the field, or move the person by hand";
        /// Another type, with an active account.
        OtherTypeActive = "other_type_active": "U-1", "the employee type is neither in service nor former payroll, and the account is active", "let the policy count the type as in service, or approve the deactivation after asking";
        /// The account is nobody's yet.
        Adoption = "adoption": "R18", "an account with this address exists that we do not manage", "approve the adoption, or give the account another address";
        /// The account of a former employee.
        Rehire = "rehire": "R17", "back in service, and the account is inactive", "approve the activation";
        /// The account of a record that is gone, and of the same person as far as can be seen.
        FormerAccount = "former_account": "R17", "an account of this name and birthday stands for an employee who is no longer in the source", "approve the relink if it is the same person; if not, create an account by hand and approve its adoption";
        /// The account of a record that is gone, and of another person.
        AddressReused = "address_reused": "R17", "the account with this address stands for another employee, who is no longer in the source", "free the address there; if it is the same person, correct name and birthday";
        /// Looks like somebody not in service who has an account.
        MaybeReturned = "maybe_returned": "R17", "one employee in service without an account and one who is not in service but has an account have the same last name and birthday", "approve the relink if they are one person; if not, create an account by hand and approve its adoption";
        /// The target keeps refusing the person's writes.
        SetAside = "set_aside": "R21", "the target refused this person in several runs in a row; the next try waits longer each time", "find out from the run's report what it refuses, and correct it";
        /// Left, and the target keeps refusing the deactivation.
        LeaverSetAside = "leaver_set_aside": "R21", "left service, and the target refused to deactivate the account in several runs in a row", "deactivate by hand, or approve the deactivation to try it now";
    }
}

reasons! {
    /// Why somebody does not take part.
    SkipReason {
        /// The access field says no, and there is no active account.
        AccessNo = "access_no": "2.3", "the access field says no", "";
        /// A type that no rule speaks of.
        OtherType = "other_type": "U-1", "the employee type is neither in service nor former payroll", "";
        /// Not in the list of employees, so without a type.
        NoType = "no_type": "U-1", "the list of employees does not show this employee", "";
        /// The policy protects the address.
        Protected = "protected": "R18", "the policy protects this address", "";
    }
}

reasons! {
    /// Why nothing needs to happen.
    NothingReason {
        /// The account says what payroll says.
        UpToDate = "up_to_date": "R9", "the account agrees with payroll", "";
        /// Left, and there is no account.
        LeftWithoutAccount = "left_without_account": "2.2", "left service, and there is no account", "";
        /// Left, and the account is inactive.
        AlreadyInactive = "already_inactive": "U-22", "left service, and the account is inactive", "";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn r22_every_reason_has_a_code_of_its_own_and_words() {
        let codes: Vec<_> = HoldReason::ALL
            .iter()
            .map(|reason| (reason.code(), reason.advice()))
            .chain(SkipReason::ALL.iter().map(|reason| (reason.code(), reason.advice())))
            .chain(NothingReason::ALL.iter().map(|reason| (reason.code(), reason.advice())))
            .collect();
        assert_eq!(codes.iter().map(|(code, _)| code).collect::<BTreeSet<_>>().len(), codes.len());
        assert!(codes.iter().all(|(_, advice)| !advice.rule.is_empty() && !advice.what.is_empty()));
        assert!(HoldReason::ALL.iter().all(|reason| !reason.advice().then.is_empty()));
    }
}

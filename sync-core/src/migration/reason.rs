//! Why somebody is not moved, and what a person can do about it (R22).

use serde::{Deserialize, Serialize};

use crate::decision::reasons;

reasons! {
    /// Why a record is not moved. Nothing of it changes.
    NotMoved {
        /// The old interface does not show the record any more.
        Gone = "gone": "R2", "an account stands for this record, and SOAP does not show it any more", "nothing; if the person is on payroll under another record, a run over REST proposes a relink";
        /// The record cannot be read.
        UnreadableRow = "unreadable_row": "R1", "a row of this employee cannot be read", "correct the field in payroll, and plan again";
        /// Nobody over the new interface is like it.
        NoCounterpart = "no_counterpart": "R14", "nobody over REST has this e-mail address, birthday and employee number", "see whether the REST sign-in may see this employee; if the record is there, name the pair with --same";
        /// Several may be meant.
        SeveralCounterparts = "several_counterparts": "R14", "several records have the same e-mail address, birthday and employee number", "name the pair with --same, or give them numbers of their own in payroll";
        /// A value is missing.
        ValuesMissing = "values_missing": "R14", "e-mail address, birthday or employee number is missing", "fill it in in payroll; or take whoever agrees in number, birthday and last name with --likely; or name the pair with --same";
        /// Some values agree and others do not.
        ValuesDiffer = "values_differ": "R14", "somebody over REST agrees in two of e-mail address, birthday and employee number, and not in the third", "find out which value is right; name the pair with --same if it is the same employee";
        /// The record that fits is another's.
        CounterpartTaken = "counterpart_taken": "R14", "the record over REST that fits, or was named, is another record's already", "check the pairs that were named";
        /// It was renamed already, and the new record is gone.
        CounterpartGone = "counterpart_gone": "R2", "this record was moved before, and REST does not show the new one any more", "find out why it is gone";
        /// It was renamed otherwise.
        MovedOtherwise = "moved_otherwise": "R14", "the ledger ties one of the two records to another one already", "check the pair that was named";
        /// A person named a record that nobody shows.
        NotShown = "not_shown": "R1", "one record of the pair that was named is not shown", "check the ids that were typed after --same";
        /// It is tied to one that is not moved.
        TiedToHeld = "tied_to_held": "R14", "somebody said that this record and another are one person's, and the other cannot be moved", "see why the other is held";
        /// Several accounts are meant.
        SeveralAccounts = "several_accounts": "R14", "the names of this record lead to several accounts", "decide which account belongs to whom and correct the external ids";
        /// The account carries somebody else's id.
        AccountOfAnother = "account_of_another": "R14", "the account of this record carries another employee's id", "decide to whom the account belongs and correct its external id";
        /// The account carries another system's id.
        ForeignAccount = "foreign_account": "R18", "the account of this record carries an id of another system", "switch the other integration off, or have the id removed";
        /// The account cannot be read.
        AccountUnreadable = "account_unreadable": "R1", "the account of this record cannot be read", "correct the account";
    }
}

impl Default for NotMoved {
    /// Of whom nothing is said, the old interface shows no record.
    fn default() -> Self {
        Self::Gone
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn r22_every_reason_has_a_code_of_its_own_and_words() {
        let codes: BTreeSet<_> = NotMoved::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), NotMoved::ALL.len());
        let advice = || NotMoved::ALL.iter().map(|reason| reason.advice());
        assert!(advice().all(|it| !it.rule.is_empty() && !it.what.is_empty() && !it.then.is_empty()));
    }
}

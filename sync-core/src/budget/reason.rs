//! Every reason there is about a budget, what rule it comes from, and what a person can do about it (R22).

use serde::{Deserialize, Serialize};

use crate::decision::reasons;

reasons! {
    /// Why a budget is given, held, open, late, or left as it is. The rules M1 to X3 are those of the reference's table.
    BudgetReason {
        /// No monthly budget was ever given, and the field names one.
        MonthlyFirst = "monthly_first": "M1", "the field names a monthly budget and this person never had one", "";
        /// The running monthly budget has this amount.
        MonthlySame = "monthly_same": "M2", "the monthly budget runs with the amount of the field", "";
        /// The field names another amount than the running monthly budget has.
        MonthlyChanged = "monthly_changed": "M3", "the field names another amount than the monthly budget that runs", "approve the replacement from the next 1st, or set the field back";
        /// The field is zero and a monthly budget runs.
        MonthlyStopped = "monthly_stopped": "M4", "the field is zero and a monthly budget runs", "approve the end from the next 1st, or fill the field again";
        /// The field is zero or empty and none runs.
        MonthlyNone = "monthly_none": "M4", "the field is zero or empty and no monthly budget runs", "";
        /// A monthly budget ended, and the field names one again.
        MonthlyAgain = "monthly_again": "M1", "an earlier monthly budget was ended and the field names one again", "approve it if it is to begin again";
        /// The field is empty and a monthly budget runs.
        MonthlyEmptied = "monthly_emptied": "M5", "the field is empty or gone and a monthly budget runs", "fill the field, or write 0 to end the budget";
        /// Two monthly budgets of one person.
        SecondMonthly = "second_monthly": "M6", "two monthly budgets of one person: two fields are filled, or one is filled while another runs or may run", "leave one field filled; end the other budget with 0 first";
        /// Two histories that became one.
        TwoHistories = "two_histories": "M6", "records that were given monthly budgets as two people are one person now, and nobody can say which budget ended which", "find out in the portal what runs, and correct it there by hand";
        /// Never granted, and the field names an amount.
        OneOffFirst = "oneoff_first": "O1", "the field names a one-off that was never given", "";
        /// Granted, and the field still says so.
        OneOffSame = "oneoff_same": "O2", "the one-off was given, and the field still names it", "";
        /// Zero or empty, and never granted.
        OneOffNone = "oneoff_none": "O1", "the field is zero or empty and no one-off was given", "";
        /// Granted, and the field names another amount.
        OneOffChanged = "oneoff_changed": "O3", "the one-off was given, and the field names another amount now", "say in the policy what that means, then approve it; or set the field back";
        /// Granted, and the field is empty or zero.
        OneOffEmptied = "oneoff_emptied": "O4", "the one-off was given and the field is empty now; nothing is taken back and nothing re-armed", "";
        /// Granted, emptied, and filled with the same amount again.
        OneOffRefilled = "oneoff_refilled": "O5", "the one-off was given, the field emptied, and filled with the same amount again", "say in the policy what that means, then approve it; or empty the field";
        /// Not an amount.
        Unreadable = "unreadable": "X1", "the field is not an amount in euro with at most two decimals, or it is negative", "correct the field, such as 12,50";
        /// More than the policy allows.
        OverMaximum = "over_maximum": "U-24", "the amount is more than the policy allows for one budget", "correct the field, or raise the policy's maximum";
        /// Both brands' fields, or two records, disagree.
        Disagrees = "disagrees": "U-25", "two fields or two records of this person name different amounts", "make them say the same, or empty one";
        /// Not a category of the policy.
        UnlistedCategory = "unlisted_category": "U-9", "the field's category is not one of the policy's", "list the category in the policy, or remove the field";
        /// There is no account yet, or it comes with this run.
        NotOnboarded = "not_onboarded": "X2", "there is no active account yet; money comes with the run after it is there", "";
        /// The person is on the way out, or does not take part.
        NotTakingPart = "not_taking_part": "X2", "this person leaves or does not take part", "";
        /// The person is held.
        PersonHeld = "person_held": "X2", "this person is held for another reason", "settle that first";
        /// The account was inactive meanwhile.
        Returned = "returned": "X3", "the account was inactive since this was given, and nobody knows what is left of it", "find out in the portal; approve a monthly budget if it is to run, or to end, as the field says";
        /// A person or the desk refused it.
        Rejected = "rejected": "R11", "it was handed over and not given", "approve it if it is to be handed over again";
        /// Somebody else has the same name and birthday.
        LikeAnother = "like_another": "R11", "another employee has the same name and birthday, and if both are one person it would be given twice", "approve it if they are two people";
        /// The address cannot stand in a list.
        UnfitAddress = "unfit_address": "R23", "the account's address begins with a character, or holds one, that a spreadsheet takes for something else, so that no list can hold it", "give it by hand and tell by sync budgets baseline, or change the address";
        /// Nobody vouches for what was given before.
        NoBaseline = "no_baseline": "R11", "nobody has told yet what this person was given before", "sync budgets baseline";
        /// The person was forgotten.
        Forgotten = "forgotten": "R11", "what this person was given was forgotten on request", "sync budgets baseline, naming this person";
        /// There is no desk.
        NoDesk = "no_desk": "R11", "there is nobody to hand money over to", "configure where grants go";
        /// The desk could not say what it took last.
        DeskSilent = "desk_silent": "R11", "nobody could ask what was handed over last", "see why the desk does not answer; the next run asks again";
        /// The ledger is older than the desk.
        LedgerOlder = "ledger_older": "R11", "grants were handed over which this ledger does not know: it is older than that", "restore the latest ledger, or sync budgets baseline";
        /// The ledger is another one.
        LedgerForeign = "ledger_foreign": "R11", "the last grants were handed over by another ledger", "restore that ledger, or sync budgets baseline";
        /// Onboarding gives a monthly budget already.
        OnboardingGaveMonthly = "onboarding_gave_monthly": "U-15", "onboarding gives everybody a monthly budget, and nobody may have two", "tell by sync budgets baseline what onboarding gave; or empty the field; or have the gift switched off and say so in the policy";
        /// It was about to be handed over.
        BeingHandedOver = "being_handed_over": "R12", "it was about to be handed over when a run ended", "the next run goes on with it";
        /// A person is to confirm the list.
        AwaitsConfirmation = "awaits_confirmation": "R11", "it stands in a list that nobody has confirmed yet", "sync budgets confirm, or reject";
        /// Nobody knows.
        Doubtful = "doubtful": "R11", "nobody knows whether it was given", "find out in the portal, then sync budgets settle";
        /// It may be handed over again, but the field names another amount meanwhile.
        AmountMoved = "amount_moved": "R11", "it was not given, and the field names another amount now than was asked for then", "find out in the portal, then sync budgets settle";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn r22_every_reason_about_money_has_a_code_and_an_explanation_of_its_own() {
        let all = BudgetReason::ALL;
        let codes: BTreeSet<_> = all.iter().map(|reason| reason.code()).collect();
        let told: BTreeSet<_> = all.iter().map(|reason| reason.advice().what).collect();
        assert_eq!((codes.len(), told.len()), (all.len(), all.len()));
        assert!(all.iter().all(|reason| !reason.advice().rule.is_empty()));
    }
}

//! Stories about money by chance: how a customer begins, and what happens on each day.
//!
//! In: numbers of proptest. Out: a [`Story`] that prints itself day by day. Numbers pick from whoever is there, round and
//! round; an event that fits nobody does nothing.

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;
use sync_core::policy::{ChangedOneoff, OnboardingGift, RefilledOneoff};
use sync_core::ports::PortErrorKind;

use crate::stage::{At, Fault};
use crate::witness::Habit;

pub(crate) const BRANDS: [&str; 2] = ["yourcampus", "alleo"];
/// Kind and category; the last one is not on the policy's list.
pub(crate) const BUDGETS: [(&str, &str); 5] =
    [("oneoff", "all"), ("monthly", "all"), ("monthly", "health"), ("oneoff", "health"), ("oneoff", "fun")];
const VALUES: [Option<&str>; 12] = [
    Some("50"),
    Some("50,00"),
    Some("75.50"),
    Some("100"),
    Some("0"),
    None,
    Some(""),
    Some(" "),
    Some("vijftig"),
    Some("-5"),
    Some("12.345"),
    Some("99999"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    Joins {
        company: usize,
    },
    /// Somebody who has an account already, and the one-off by hand.
    JoinsWithAccount {
        company: usize,
    },
    /// A budget field of somebody says this from now on, or is gone.
    Says {
        who: usize,
        brand: usize,
        budget: usize,
        value: Option<&'static str>,
    },
    /// All fields of a company get the other brand's names.
    Rebrands {
        company: usize,
    },
    Leaves {
        who: usize,
    },
    Returns {
        who: usize,
    },
    /// Under a new id: after the old record was closed, or moved away from it, or beside it.
    ReturnsAnew {
        who: usize,
        company: usize,
        old: Old,
        new_address: bool,
    },
    ChangesAddress {
        who: usize,
    },
    AccountSwitched {
        account: usize,
        active: bool,
    },
    AccountRemoved {
        account: usize,
    },
    LedgerIsLost,
    LedgerIsCopied,
    /// The copy takes the ledger's place.
    CopyIsRestored,
}

/// What becomes of the record that somebody had before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Old {
    Closes,
    Vanishes,
    Stays,
}

/// What a person does after having seen the day's plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    Nothing,
    /// Gives the mandate and approves the plan. So does whoever has nothing to say when a run waits.
    Confirms,
    /// Approves the plan with all that is proposed in it.
    Approves,
    /// Finds out what was given and tells it.
    Vouches,
    /// Finds out what became of what is doubtful.
    Settles,
}

/// What support does with its files in the evening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Support {
    Nothing,
    WorksOff { tells: bool },
    ThrowsAway { tells: bool },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Day {
    pub(crate) after: i64,
    pub(crate) events: Vec<Event>,
    pub(crate) fault: Option<(At, Fault)>,
    pub(crate) says: Says,
    /// What happens after somebody said so, and before the next run.
    pub(crate) meanwhile: Vec<Event>,
    pub(crate) second_fault: Option<(At, Fault)>,
    pub(crate) support: Support,
}

#[expect(clippy::struct_excessive_bools, reason = "four facts that have nothing to do with each other")]
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Beginning {
    pub(crate) people: usize,
    pub(crate) companies: usize,
    pub(crate) habit: Habit,
    /// Does the platform end all budgets of an account that loses access?
    pub(crate) cancels: bool,
    pub(crate) gift: OnboardingGift,
    pub(crate) changed: ChangedOneoff,
    pub(crate) refilled: RefilledOneoff,
    pub(crate) old_brand: bool,
    /// What the fields say at first: who, which budget, which value.
    pub(crate) wishes: Vec<(usize, usize, Option<&'static str>)>,
    /// What was given by hand before there was a sync.
    pub(crate) before: Vec<(usize, usize)>,
    /// People who have an account that nobody manages.
    pub(crate) strangers: Vec<usize>,
    pub(crate) vouched: bool,
    /// Is payroll read over SOAP?
    pub(crate) over_soap: bool,
}

#[derive(Clone, PartialEq)]
pub(crate) struct Story {
    pub(crate) beginning: Beginning,
    pub(crate) days: Vec<Day>,
}

impl fmt::Debug for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n  {:?}", self.beginning)?;
        for (number, day) in (1..).zip(&self.days) {
            writeln!(f, "  day {number}, {} later", day.after)?;
            for event in &day.events {
                writeln!(f, "    {event:?}")?;
            }
            if let Some(fault) = day.fault {
                writeln!(f, "    the run meets {fault:?}")?;
            }
            writeln!(f, "    a person: {:?}; support: {:?}", day.says, day.support)?;
            if !day.meanwhile.is_empty() {
                writeln!(f, "    before the second run: {:?}", day.meanwhile)?;
            }
            if let Some(fault) = day.second_fault {
                writeln!(f, "    the second run meets {fault:?}")?;
            }
        }
        Ok(())
    }
}

const ANYBODY: std::ops::Range<usize> = 0..12;

fn value() -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![6 => 0..4_usize, 2 => 4..8_usize, 1 => 8..12_usize].prop_map(|at| VALUES[at])
}

/// Mostly the one that almost everybody has.
fn budget() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(0_usize), 4 => Just(1), 2 => Just(2), 1 => Just(3), 1 => Just(4)]
}

fn event() -> impl Strategy<Value = Event> {
    let company = || 0..2_usize;
    let old = prop_oneof![2 => Just(Old::Closes), 2 => Just(Old::Vanishes), 1 => Just(Old::Stays)];
    prop_oneof![
        2 => company().prop_map(|company| Event::Joins { company }),
        2 => company().prop_map(|company| Event::JoinsWithAccount { company }),
        24 => (ANYBODY, prop::bool::weighted(0.1), budget(), value())
            .prop_map(|(who, other, budget, value)| Event::Says { who, brand: usize::from(other), budget, value }),
        2 => company().prop_map(|company| Event::Rebrands { company }),
        3 => ANYBODY.prop_map(|who| Event::Leaves { who }),
        3 => ANYBODY.prop_map(|who| Event::Returns { who }),
        4 => (ANYBODY, company(), old, prop::bool::weighted(0.3))
            .prop_map(|(who, company, old, new_address)| Event::ReturnsAnew { who, company, old, new_address }),
        1 => ANYBODY.prop_map(|who| Event::ChangesAddress { who }),
        2 => (ANYBODY, any::<bool>()).prop_map(|(account, active)| Event::AccountSwitched { account, active }),
        1 => ANYBODY.prop_map(|account| Event::AccountRemoved { account }),
        1 => Just(Event::LedgerIsLost),
        3 => Just(Event::LedgerIsCopied),
        2 => Just(Event::CopyIsRestored),
    ]
}

/// What may happen to a call to the desk, to a write, and to any call.
fn fault() -> impl Strategy<Value = (At, Fault)> {
    let retryable = PortErrorKind::Retryable { at: None };
    let desk = prop_oneof![
        2 => Just(Fault::CrashBefore),
        2 => Just(Fault::CrashAfter),
        1 => Just(Fault::Fails(retryable)),
        1 => Just(Fault::Fails(PortErrorKind::Refused)),
        1 => Just(Fault::Fails(PortErrorKind::Doubtful)),
        2 => Just(Fault::FailsAfter(PortErrorKind::Doubtful)),
        1 => Just(Fault::Fails(PortErrorKind::Conflict)),
        1 => Just(Fault::FailsAfter(PortErrorKind::Conflict)),
        1 => Just(Fault::Fails(PortErrorKind::Fatal)),
        1 => Just(Fault::FailsAfter(PortErrorKind::Fatal)),
        1 => Just(Fault::ComesLate),
    ];
    let write = prop_oneof![
        Just(Fault::CrashAfter),
        Just(Fault::Fails(retryable)),
        Just(Fault::Fails(PortErrorKind::Refused)),
        Just(Fault::FailsAfter(PortErrorKind::Doubtful)),
    ];
    let any_call = prop_oneof![Just(Fault::CrashBefore), Just(Fault::CrashAfter)];
    let store =
        prop_oneof![Just(Fault::Fails(PortErrorKind::Fatal)), Just(Fault::FailsAfter(PortErrorKind::Fatal))];
    prop_oneof![
        5 => (0..6_usize, desk).prop_map(|(n, fault)| (At::Desk(n), fault)),
        2 => (0..20_usize, store).prop_map(|(n, fault)| (At::Store(n), fault)),
        1 => (0..3_usize, write).prop_map(|(n, fault)| (At::Write(n), fault)),
        4 => (0..45_usize, any_call).prop_map(|(n, fault)| (At::Call(n), fault)),
    ]
}

fn says() -> impl Strategy<Value = Says> {
    prop_oneof![
        6 => Just(Says::Nothing),
        2 => Just(Says::Confirms),
        6 => Just(Says::Approves),
        3 => Just(Says::Vouches),
        2 => Just(Says::Settles),
    ]
}

fn support() -> impl Strategy<Value = Support> {
    prop_oneof![
        4 => Just(Support::Nothing),
        8 => prop::bool::weighted(0.8).prop_map(|tells| Support::WorksOff { tells }),
        2 => prop::bool::weighted(0.8).prop_map(|tells| Support::ThrowsAway { tells }),
    ]
}

fn day() -> impl Strategy<Value = Day> {
    let after = prop_oneof![6 => Just(1_i64), 1 => Just(8_i64), 2 => Just(31_i64)];
    let fault = || prop::option::weighted(0.4, fault());
    let meanwhile = prop_oneof![5 => Just(Vec::new()), 1 => vec(event(), 1..3)];
    (after, vec(event(), 0..4), fault(), says(), meanwhile, fault(), support()).prop_map(
        |(after, events, fault, says, meanwhile, second_fault, support)| Day {
            after,
            events,
            fault,
            says,
            meanwhile,
            second_fault,
            support,
        },
    )
}

fn beginning() -> impl Strategy<Value = Beginning> {
    let habit = prop_oneof![3 => Just(Habit::Files), 3 => Just(Habit::LooksUp), 2 => Just(Habit::Blind)];
    let gift = prop_oneof![6 => Just(OnboardingGift::Nothing), 1 => Just(OnboardingGift::OneOff), 1 => Just(OnboardingGift::Monthly)];
    let changed = prop_oneof![
        1 => Just(ChangedOneoff::Ask),
        2 => Just(ChangedOneoff::Further),
        1 => Just(ChangedOneoff::Difference),
    ];
    let refilled = prop_oneof![Just(RefilledOneoff::Ask), Just(RefilledOneoff::Further)];
    let meanings = (any::<bool>(), gift, changed, refilled, any::<bool>(), prop::bool::weighted(0.9));
    let wishes = vec((0..4_usize, budget(), value()), 1..6);
    let before = vec((0..4_usize, 0..4_usize), 0..2);
    (1..4_usize, 1..3_usize, habit, meanings, wishes, before, vec(0..4_usize, 0..2)).prop_map(
        |(people, companies, habit, meanings, wishes, before, strangers)| {
            let (cancels, gift, changed, refilled, old_brand, vouched) = meanings;
            Beginning {
                people,
                companies,
                habit,
                cancels,
                gift,
                changed,
                refilled,
                old_brand,
                wishes,
                before,
                strangers,
                vouched,
                over_soap: false,
            }
        },
    )
}

/// A day on which a field says something new and a person agrees to what follows from it.
fn day_of_change() -> impl Strategy<Value = Day> {
    let change = prop_oneof![3 => 0..2_usize, 4 => 2..5_usize, 1 => Just(6_usize)].prop_map(|at| VALUES[at]);
    (day(), 0..3_usize, prop_oneof![1 => Just(0_usize), 2 => Just(1)], change).prop_map(
        |(day, who, budget, value)| {
            let change = Event::Says { who, brand: 0, budget, value };
            let fault = day.fault.filter(|(at, _)| matches!(at, At::Desk(_)));
            Day { events: vec![change], says: Says::Approves, fault, ..day }
        },
    )
}

/// What takes several days and would hardly happen by chance.
#[derive(Debug, Clone, Copy)]
enum Arc {
    None,
    /// A copy of the first day takes the ledger's place on the last.
    Restored,
    /// One of the first people leaves and comes back, to the approval of everybody.
    Rehired(usize),
}

pub(crate) fn story(days: std::ops::Range<usize>) -> impl Strategy<Value = Story> {
    let any_day = prop_oneof![2 => day(), 1 => day_of_change()];
    let arc =
        prop_oneof![6 => Just(Arc::None), 1 => Just(Arc::Restored), 1 => (0..3_usize).prop_map(Arc::Rehired)];
    (beginning(), vec(any_day, days), arc).prop_map(|(beginning, mut days, arc)| {
        weave(&mut days, arc);
        Story { beginning, days }
    })
}

fn weave(days: &mut Vec<Day>, arc: Arc) {
    let quiet = |events, says| Day {
        after: 1,
        events,
        fault: None,
        says,
        meanwhile: Vec::new(),
        second_fault: None,
        support: Support::WorksOff { tells: true },
    };
    match arc {
        Arc::None => {}
        Arc::Restored => {
            days.insert(0, quiet(vec![Event::LedgerIsCopied], Says::Nothing));
            days.push(quiet(vec![Event::CopyIsRestored], Says::Approves));
        }
        Arc::Rehired(who) => {
            days.insert(0, quiet(Vec::new(), Says::Approves));
            days.push(quiet(vec![Event::Leaves { who }], Says::Approves));
            days.push(quiet(vec![Event::Returns { who }], Says::Approves));
            days.push(quiet(Vec::new(), Says::Approves));
        }
    }
}

/// One person whose one-off and monthly budget are to be given, by a desk with this habit.
pub(crate) fn plain(habit: Habit) -> Beginning {
    Beginning {
        people: 1,
        companies: 2,
        habit,
        cancels: true,
        gift: OnboardingGift::Nothing,
        changed: ChangedOneoff::Further,
        refilled: RefilledOneoff::Further,
        old_brand: true,
        wishes: vec![(0, 0, Some("100")), (0, 1, Some("50"))],
        before: Vec::new(),
        strangers: Vec::new(),
        vouched: true,
        over_soap: false,
    }
}

//! Stories by chance: how a customer begins, and what happens on each day.
//!
//! In: numbers of proptest. Out: a [`Story`] that prints itself day by day, so that a failure can be read. Numbers pick
//! from whoever is there, round and round; an event that fits nobody does nothing.

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;
use sync_core::ports::PortErrorKind;
use sync_core::record::EmployeeType;

use crate::office::Shown;
use crate::platform::Habits;
use crate::stage::{At, Fault};

/// What happens at the customer or at the target.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Event {
    Joins {
        company: usize,
        in_days: i64,
    },
    /// Somebody new who gets the address of somebody who is there.
    JoinsSharing {
        company: usize,
        address_of: usize,
    },
    /// Somebody new with last name and birthday of another, but with another first name and address.
    TwinJoins {
        of: usize,
        company: usize,
    },
    /// Type former, with a last day or without any.
    Leaves {
        who: usize,
        last_day_in: Option<i64>,
    },
    /// A last day, and the type stays payroll.
    GetsLastDay {
        who: usize,
        in_days: i64,
    },
    Returns {
        who: usize,
        in_days: i64,
    },
    /// Under a new id, in this company, perhaps with a new address, perhaps before the old record is closed.
    ReturnsAnew {
        who: usize,
        company: usize,
        in_days: i64,
        new_address: bool,
        old_closes: bool,
    },
    ChangesName {
        who: usize,
        last: bool,
    },
    ChangesBirthday {
        who: usize,
    },
    ChangesAddress {
        who: usize,
    },
    TakesAddressOf {
        who: usize,
        other: usize,
    },
    SwapsAddresses {
        who: usize,
        other: usize,
    },
    LosesAddress {
        who: usize,
    },
    /// The administrator is an employee too.
    GetsProtectedAddress {
        who: usize,
    },
    TurnsInto {
        who: usize,
        employee_type: EmployeeType,
    },
    Field {
        company: usize,
        name: &'static str,
        there: bool,
    },
    Says {
        who: usize,
        name: &'static str,
        value: Option<&'static str>,
    },
    Vanishes {
        who: usize,
    },
    Reappears {
        who: usize,
    },
    Company {
        company: usize,
        shown: Shown,
    },
    Row {
        who: usize,
        garbled: bool,
    },
    /// An account that we did not make: for somebody who is there, or for a stranger with that address.
    AccountMade {
        with_address_of: usize,
        stranger: bool,
        carrying: Mark,
        active: bool,
    },
    AccountSwitched {
        account: usize,
        active: bool,
    },
    AccountRenamed {
        account: usize,
    },
    AccountReaddressed {
        account: usize,
    },
    AccountMarked {
        account: usize,
        mark: Mark,
    },
    AccountRemoved {
        account: usize,
    },
    /// The target refuses all that we send about this person.
    Grudge {
        who: usize,
        held: bool,
    },
    StoreIsPurged {
        older_than_days: i64,
    },
}

/// An external id as somebody else sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    None,
    Foreign,
    OursOf(usize),
}

/// What a person says after having seen the day's plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    Nothing,
    /// Gives the mandate and approves the plan.
    Confirms {
        smaller_scope: bool,
    },
    /// Approves the plan, with all of its proposals or without.
    Approves {
        proposals: bool,
    },
    /// Approves the plan with the proposals of one person.
    ApprovesOne(usize),
    Revokes,
    ChangesPolicy(u8),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Day {
    /// Days since the one before.
    pub(crate) after: i64,
    pub(crate) events: Vec<Event>,
    pub(crate) fault: Option<(At, Fault)>,
    pub(crate) says: Says,
    /// Is there another run at once, or only on the next day?
    pub(crate) runs_again: bool,
    /// What the second run meets.
    pub(crate) second_fault: Option<(At, Fault)>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Beginning {
    pub(crate) people: usize,
    pub(crate) companies: usize,
    pub(crate) habits: Habits,
    /// Accounts live in two companies of the target, by the filter field.
    pub(crate) routes: bool,
    pub(crate) access_field: bool,
    pub(crate) externals_take_part: bool,
    /// People who have an account that nobody manages.
    pub(crate) strangers: Vec<usize>,
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
            let again = if day.runs_again { "and there is another run" } else { "and that is all" };
            writeln!(f, "    a person says {:?}, {again}", day.says)?;
            if let (true, Some(fault)) = (day.runs_again, day.second_fault) {
                writeln!(f, "    which meets {fault:?}")?;
            }
        }
        Ok(())
    }
}

const ANYBODY: std::ops::Range<usize> = 0..40;

fn mark() -> impl Strategy<Value = Mark> {
    prop_oneof![Just(Mark::None), Just(Mark::Foreign), ANYBODY.prop_map(Mark::OursOf)]
}

fn soon() -> impl Strategy<Value = i64> {
    prop_oneof![3 => Just(0_i64), 1 => -40..-1_i64, 2 => 1..6_i64, 1 => 20..60_i64]
}

fn people_event() -> impl Strategy<Value = Event> {
    let who = || ANYBODY;
    let company = || 0..3_usize;
    let other = || 0..40_usize;
    let employee_type = prop_oneof![
        Just(EmployeeType::External),
        Just(EmployeeType::FormerExternal),
        Just(EmployeeType::NewHire),
        Just(EmployeeType::Other("Stagiair".to_owned())),
        Just(EmployeeType::Payroll),
    ];
    let access = prop_oneof![
        3 => Just(Some("ja")), 2 => Just(Some("nee")), 1 => Just(Some("misschien")), 1 => Just(None), 1 => Just(Some(" "))
    ];
    let route = prop_oneof![3 => Just(Some("Noord")), 2 => Just(Some("Zuid")), 1 => Just(Some("Mars")), 1 => Just(None)];
    prop_oneof![
        6 => (company(), soon()).prop_map(|(company, in_days)| Event::Joins { company, in_days }),
        1 => (company(), other()).prop_map(|(company, address_of)| Event::JoinsSharing { company, address_of }),
        1 => (other(), company()).prop_map(|(of, company)| Event::TwinJoins { of, company }),
        7 => (who(), prop::option::weighted(0.7, soon())).prop_map(|(who, last_day_in)| Event::Leaves { who, last_day_in }),
        1 => (who(), soon()).prop_map(|(who, in_days)| Event::GetsLastDay { who, in_days }),
        4 => (who(), soon()).prop_map(|(who, in_days)| Event::Returns { who, in_days }),
        4 => (who(), company(), soon(), any::<bool>(), prop::bool::weighted(0.8)).prop_map(
            |(who, company, in_days, new_address, old_closes)| Event::ReturnsAnew { who, company, in_days, new_address, old_closes }
        ),
        3 => (who(), any::<bool>()).prop_map(|(who, last)| Event::ChangesName { who, last }),
        1 => who().prop_map(|who| Event::ChangesBirthday { who }),
        3 => who().prop_map(|who| Event::ChangesAddress { who }),
        2 => (who(), other()).prop_map(|(who, other)| Event::TakesAddressOf { who, other }),
        2 => (who(), other()).prop_map(|(who, other)| Event::SwapsAddresses { who, other }),
        1 => who().prop_map(|who| Event::LosesAddress { who }),
        1 => who().prop_map(|who| Event::GetsProtectedAddress { who }),
        1 => (who(), employee_type).prop_map(|(who, employee_type)| Event::TurnsInto { who, employee_type }),
        2 => (who(), access).prop_map(|(who, value)| Event::Says { who, name: "alleo_access", value }),
        2 => (who(), route).prop_map(|(who, value)| Event::Says { who, name: "alleo_filter", value }),
    ]
}

fn list_event() -> impl Strategy<Value = Event> {
    let who = || ANYBODY;
    let company = || 0..3_usize;
    let shown = prop_oneof![3 => Just(Shown::Whole), 1 => Just(Shown::Empty), 1 => Just(Shown::Gone)];
    let field = prop_oneof![2 => Just("alleo_access"), 1 => Just("alleo_filter"), 1 => Just("alleo_monthly_all_budget")];
    prop_oneof![
        3 => who().prop_map(|who| Event::Vanishes { who }),
        3 => who().prop_map(|who| Event::Reappears { who }),
        2 => (company(), shown).prop_map(|(company, shown)| Event::Company { company, shown }),
        2 => (who(), prop::bool::weighted(0.4)).prop_map(|(who, garbled)| Event::Row { who, garbled }),
        1 => (company(), field, any::<bool>()).prop_map(|(company, name, there)| Event::Field { company, name, there }),
        1 => (0..40_i64).prop_map(|older_than_days| Event::StoreIsPurged { older_than_days }),
    ]
}

fn target_event() -> impl Strategy<Value = Event> {
    let account = || ANYBODY;
    prop_oneof![
        3 => (ANYBODY, any::<bool>(), mark(), any::<bool>()).prop_map(|(with_address_of, stranger, carrying, active)| {
            Event::AccountMade { with_address_of, stranger, carrying, active }
        }),
        2 => (account(), any::<bool>()).prop_map(|(account, active)| Event::AccountSwitched { account, active }),
        2 => account().prop_map(|account| Event::AccountRenamed { account }),
        2 => account().prop_map(|account| Event::AccountReaddressed { account }),
        2 => (account(), mark()).prop_map(|(account, mark)| Event::AccountMarked { account, mark }),
        1 => account().prop_map(|account| Event::AccountRemoved { account }),
        3 => (ANYBODY, prop::bool::weighted(0.7)).prop_map(|(who, held)| Event::Grudge { who, held }),
    ]
}

pub(crate) fn event() -> impl Strategy<Value = Event> {
    prop_oneof![6 => people_event(), 2 => list_event(), 2 => target_event()]
}

fn fault() -> impl Strategy<Value = (At, Fault)> {
    let retryable = PortErrorKind::Retryable { at: None };
    let any_call = prop_oneof![Just(Fault::CrashBefore), Just(Fault::CrashAfter)];
    let write = prop_oneof![
        Just(Fault::CrashBefore),
        Just(Fault::CrashAfter),
        Just(Fault::Fails(retryable)),
        Just(Fault::Fails(PortErrorKind::Refused)),
        Just(Fault::Fails(PortErrorKind::Conflict)),
        Just(Fault::Fails(PortErrorKind::Doubtful)),
        Just(Fault::FailsAfter(PortErrorKind::Doubtful)),
        Just(Fault::FailsAfter(PortErrorKind::Conflict)),
    ];
    let read = prop_oneof![
        Just(Fault::Disagrees),
        Just(Fault::Fails(retryable)),
        Just(Fault::Fails(PortErrorKind::Incomplete)),
        Just(Fault::Fails(PortErrorKind::Fatal)),
    ];
    prop_oneof![
        2 => (0..70_usize, any_call).prop_map(|(n, fault)| (At::Call(n), fault)),
        3 => (0..4_usize, write).prop_map(|(n, fault)| (At::Write(n), fault)),
        1 => (0..24_usize, read).prop_map(|(n, fault)| (At::Read(n), fault)),
    ]
}

fn says() -> impl Strategy<Value = Says> {
    prop_oneof![
        5 => Just(Says::Nothing),
        3 => any::<bool>().prop_map(|smaller_scope| Says::Confirms { smaller_scope }),
        4 => prop::bool::weighted(0.8).prop_map(|proposals| Says::Approves { proposals }),
        1 => ANYBODY.prop_map(Says::ApprovesOne),
        1 => Just(Says::Revokes),
        1 => (0..6_u8).prop_map(Says::ChangesPolicy),
    ]
}

pub(crate) fn day() -> impl Strategy<Value = Day> {
    let after = prop_oneof![8 => Just(1_i64), 1 => Just(2_i64), 1 => Just(8_i64), 1 => Just(31_i64)];
    let fault = || prop::option::weighted(0.25, fault());
    (after, vec(event(), 0..5), fault(), says(), any::<bool>(), fault()).prop_map(
        |(after, events, fault, says, runs_again, second_fault)| Day {
            after,
            events,
            fault,
            says,
            runs_again,
            second_fault,
        },
    )
}

fn beginning() -> impl Strategy<Value = Beginning> {
    let habits = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(trims, lowers_domains, composes, null_is_empty)| Habits {
            trims,
            lowers_domains,
            composes,
            null_is_empty,
        },
    );
    let choices = (prop::bool::weighted(0.25), prop::bool::weighted(0.25), prop::bool::weighted(0.2));
    (2..9_usize, 1..4_usize, habits, choices, vec(ANYBODY, 0..3)).prop_map(
        |(people, companies, habits, (routes, access_field, externals_take_part), strangers)| Beginning {
            people,
            companies,
            habits,
            routes,
            access_field,
            externals_take_part,
            strangers,
        },
    )
}

/// What takes several days and would hardly happen by chance.
#[derive(Debug, Clone, Copy)]
enum Arc {
    LeavesAndReturns,
    ReturnsForOneWhoVanished,
    IsRefusedAgainAndAgain,
    ManyLeave,
    LosesAccess,
    IsChangedMeeting(Fault),
}

fn arc() -> impl Strategy<Value = Arc> {
    prop_oneof![
        3 => Just(Arc::LeavesAndReturns),
        3 => Just(Arc::ReturnsForOneWhoVanished),
        3 => Just(Arc::IsRefusedAgainAndAgain),
        2 => Just(Arc::ManyLeave),
        2 => Just(Arc::LosesAccess),
        2 => Just(Arc::IsChangedMeeting(Fault::FailsAfter(PortErrorKind::Doubtful))),
        2 => Just(Arc::IsChangedMeeting(Fault::Fails(PortErrorKind::Retryable { at: None }))),
    ]
}

/// Puts an arc into the days from `from` on; one of the first people is who it is about.
fn weave(days: &mut Vec<Day>, arc: Arc, from: usize, who: usize) {
    let quiet = || Day {
        after: 1,
        events: Vec::new(),
        fault: None,
        says: Says::Nothing,
        runs_again: true,
        second_fault: None,
    };
    let all = Says::Approves { proposals: true };
    let mut put = |offset: usize, events: Vec<Event>, says: Option<Says>| {
        let at = from + offset;
        if days.len() <= at {
            days.resize_with(at + 1, quiet);
        }
        days[at].events.extend(events);
        if let Some(says) = says {
            (days[at].says, days[at].runs_again, days[at].fault, days[at].second_fault) =
                (says, true, None, None);
        }
    };
    match arc {
        Arc::LeavesAndReturns => {
            put(
                0,
                vec![Event::Leaves { who, last_day_in: Some(-1) }],
                Some(Says::Approves { proposals: false }),
            );
            put(1, vec![Event::Returns { who, in_days: 0 }], Some(all));
        }
        Arc::ReturnsForOneWhoVanished => {
            let anew =
                Event::ReturnsAnew { who, company: 0, in_days: 0, new_address: false, old_closes: false };
            put(0, vec![Event::Vanishes { who }, anew], Some(all));
        }
        Arc::IsRefusedAgainAndAgain => {
            put(0, vec![Event::Grudge { who, held: true }], None);
            for offset in 0..4 {
                put(offset, vec![Event::ChangesName { who, last: false }], None);
            }
        }
        Arc::ManyLeave => {
            let leaves = (0..6).map(|n| Event::Leaves { who: who + n, last_day_in: Some(-1) });
            put(0, leaves.collect(), None);
        }
        Arc::LosesAccess => {
            put(0, vec![Event::Says { who, name: "alleo_access", value: Some("nee") }], Some(all));
        }
        Arc::IsChangedMeeting(fault) => {
            put(0, vec![Event::ChangesName { who, last: false }], None);
            days[from].fault = Some((At::Write(0), fault));
        }
    }
}

/// A customer whose first plan a person mostly confirms, and some days after that.
pub(crate) fn story(days: std::ops::Range<usize>) -> impl Strategy<Value = Story> {
    let first = prop_oneof![9 => Just(Says::Confirms { smaller_scope: false }), 1 => Just(Says::Nothing)];
    let arcs = vec((arc(), 0..4_usize, 0..2_usize), 0..3);
    (beginning(), first, vec(day(), days), arcs).prop_map(|(beginning, says, mut later, arcs)| {
        for (arc, from, who) in arcs {
            weave(&mut later, arc, from, who);
        }
        let first =
            Day { after: 0, events: Vec::new(), fault: None, says, runs_again: true, second_fault: None };
        Story { beginning, days: std::iter::once(first).chain(later).collect() }
    })
}

//! Worlds at random, out of small alphabets, so that people collide.
//!
//! In: numbers of proptest. Out: worlds of one to three companies and up to fourteen records with their
//! accounts, in which re-hires, shared addresses, conflicts, leavers and unreadable rows are common; that
//! they are is a test of its own. Every personal value holds [`MARK`] or lies in [`MARKED_YEAR`].

use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;
use sync_core::CompanyId;
use sync_core::record::{EmployeeType, Unreadable};

use crate::world::{Acc, Person, World, account, id, person, world};

/// Stands in every personal text.
pub(crate) const MARK: &str = "Zqx";
/// How every birthday begins, and nothing else does: a digest holds no hyphen.
pub(crate) const MARKED_YEAR: &str = "1971-";

const COMPANIES: [&str; 3] = ["acme", "beta", "gamma"];

/// One slot of a world: a person with what surrounds it. Each number picks from an alphabet.
#[derive(Debug, Clone)]
struct Slot {
    company: usize,
    kind: u8,
    address: u8,
    name: u8,
    birthday: u8,
    service: u8,
    access: u8,
    account: u8,
    difference: u8,
    linked: bool,
    unreadable: bool,
    returns: u8,
}

fn slot() -> impl Strategy<Value = Slot> {
    let person = (0..3_usize, 0..20_u8, 0..24_u8, 0..8_u8, 0..8_u8, 0..12_u8);
    let account =
        (0..12_u8, 0..22_u8, 0..6_u8, prop::bool::weighted(0.3), prop::bool::weighted(0.04), 0..7_u8);
    (person, account).prop_map(|(person, account)| {
        let (company, kind, address, name, birthday, service) = person;
        let (access, account, difference, linked, unreadable, returns) = account;
        Slot {
            company,
            kind,
            address,
            name,
            birthday,
            service,
            access,
            account,
            difference,
            linked,
            unreadable,
            returns,
        }
    })
}

/// Any world, with or without memory of an earlier run.
pub(crate) fn any_world() -> impl Strategy<Value = World> {
    let fields = (0..4_u8, any::<bool>(), prop::bool::weighted(0.1));
    (1..=3_usize, vec(slot(), 1..12), fields).prop_map(
        |(companies, slots, (field, memory, account_unreadable))| {
            let mut world = world().unlimited();
            for (n, company) in COMPANIES.iter().take(companies).enumerate() {
                let fields: &[&str] = match (n, field) {
                    (0, 1) => &["alleo_access"],
                    (0, 2) => &["alleo_access", "yourcampus_access"],
                    (1, 3) => &["yourcampus_access", "alleo_filter"],
                    _ => &[],
                };
                world = world.company(company, fields).remembers(company, fields);
            }
            if memory {
                world = world.link_at("long-gone", 900, "acme");
            } else {
                world = world.without_memory();
            }
            for (n, slot) in (0..).zip(&slots) {
                world = settle_in(world, n, slot, companies, memory);
            }
            if account_unreadable { world.unreadable_account(901) } else { world }
        },
    )
}

fn settle_in(world: World, n: u32, slot: &Slot, companies: usize, memory: bool) -> World {
    let name = format!("p{n}");
    let company = COMPANIES[slot.company % companies];
    let record = record(&name, n, slot).at(company);
    let number = 100 + i64::from(n);
    let mut world = world;
    if let Some(account) = account_of(&record, number, slot) {
        world = world.having(account);
    }
    if memory && slot.linked && slot.account < 15 {
        world = world.link_at(&name, number, company);
    }
    if slot.returns > 0 {
        return world.with(record);
    }
    // The same person again under a new id, while the old record left.
    let mut again = record.clone();
    again.0.id = id(&format!("{name}-again"));
    again.0.company = CompanyId::new(COMPANIES[(slot.company + 1) % companies]);
    again.0.employments = person(&name).employed("2026-05-01", None).0.employments;
    again.0.extra_fields.clear();
    world.with(record.former()).with(again.of_type(Some(EmployeeType::Payroll)))
}

fn record(name: &str, n: u32, slot: &Slot) -> Person {
    let mut person = person(name)
        .of_type(match slot.kind {
            0..=9 => Some(EmployeeType::Payroll),
            10..=16 => Some(EmployeeType::FormerPayroll),
            17 => Some(EmployeeType::External),
            18 => Some(EmployeeType::FormerExternal),
            _ => None,
        })
        .first(Some(&first_name(n, slot.difference)))
        .last(match slot.name {
            0..=2 => Some("Zqx-Janse\u{301}n"),
            3 => Some(" ZQX-jansén "),
            4 => None,
            _ => Some("Zqx-de-Vries"),
        })
        .prefix((slot.name == 5).then_some(" van der Zqx "))
        .born(match slot.birthday {
            0 => None,
            1..=4 => Some("1971-07-14"),
            _ => Some("1971-11-02"),
        });
    person = match slot.address {
        0 => person.without_email(),
        1 => person.email("Zqx no address"),
        2..=4 => person.email("Zqx.Team@acme.example"),
        5 => person.email("zqx.team@ACME.example"),
        6..=7 => person.email("zqx.desk@acme.example"),
        8 => person.email(&format!(" Zqx.P{n}@Acme.EXAMPLE ")),
        _ => person.email(&format!("zqx.p{n}@acme.example")),
    };
    person = match slot.service {
        0 => person.without_employment(),
        1 => person.employed("2026-09-01", None),
        2 => person.employed("2020-01-01", Some("2026-06-15")),
        3 | 4 => person.employed("2020-01-01", Some("2026-03-31")),
        5 => person.employed("2015-01-01", Some("2018-12-31")).and_employed("2020-01-01", None),
        6 => person.employed("2015-01-01", Some("2027-12-31")).and_employed("2020-01-01", Some("2025-12-31")),
        _ => person,
    };
    person = match slot.access {
        0 | 1 => person.field("alleo_access", Some("ja")),
        2 => person.field("alleo_access", Some("no")),
        3 => person.field("yourcampus_access", Some("Zqx maybe")),
        4 => person.field("alleo_access", Some("yes")).field("yourcampus_access", Some("nee")),
        5 => person.field("alleo_access", None),
        _ => person,
    };
    if slot.unreadable {
        person.0.unreadable.push(Unreadable::new("info[0].birthDate", "not a date"));
    }
    person
}

fn first_name(n: u32, spelling: u8) -> String {
    let mut name = format!("Zqx-{n}");
    let _written = match spelling {
        0 => write!(name, " Jose\u{301}"),
        1 => write!(name, "  "),
        2 => write!(name, " Ω Åsa"),
        _ => Ok(()),
    };
    name
}

fn account_of(record: &Person, number: i64, slot: &Slot) -> Option<Acc> {
    let same = || account(number).like(record);
    let other = match slot.difference {
        0 => same().first(Some("Zqx-Other")),
        1 => same().email(&format!("zqx.old{number}@acme.example")),
        2 => same().prefix(Some("")),
        // The address of another slot: whoever is there first keeps it.
        3 => same().email("zqx.p0@acme.example"),
        _ => same(),
    };
    match slot.account {
        4..=10 => Some(other),
        11 | 12 => Some(other.inactive()),
        13 | 17..=19 => Some(other.carrying(None)),
        14 => Some(same().carrying(Some("Zqx-foreign-7"))),
        15 => Some(other.carrying(Some(id("p0").as_str()))),
        16 => Some(other.carrying(Some(id("somebody-gone").as_str()))),
        _ => None,
    }
}

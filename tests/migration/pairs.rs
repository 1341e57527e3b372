//! Which record over REST is which over SOAP, and what is done about each pair (R14, R18).

use sync_core::budget::tombstones;
use sync_core::guard::Brake;
use sync_core::ledger::Link;
use sync_core::migration::{MigrationDecision, MigrationPlan, SavedMigration, Words, migrate};
use sync_core::record::EmployeeType;
use sync_core::{AccountId, CompanyId, ExternalId, Run};

use crate::world::{Acc, Person, World, account, customer, id, key, person, world};

pub(crate) fn soap(number: u64) -> ExternalId {
    ExternalId::soap("acme", number).unwrap()
}

/// The same payroll over both interfaces, the accounts, and what the ledger remembers.
#[derive(Debug, Clone)]
pub(crate) struct Payroll {
    /// With the accounts and the ledger.
    pub(crate) old: World,
    pub(crate) new: World,
    pub(crate) words: Words,
}

/// Nobody yet; the last run saw company 1 over SOAP, which REST calls `acme`.
pub(crate) fn payroll() -> Payroll {
    let mut old = world().without_company("acme").company("1", &[]);
    old.ledger.last_run = None;
    Payroll { old: old.remembers("1", &[]), new: world(), words: Words::none() }
}

/// A plain person as SOAP shows her, in company 1.
pub(crate) fn as_soap(Person(mut record): Person, number: u64) -> Person {
    record.id = soap(number);
    let company = if record.company.as_str() == "beta" { "2" } else { "1" };
    record.company = CompanyId::new(company);
    Person(record)
}

impl Payroll {
    /// Everybody sees this person so, and account 100 and her number carries her old name.
    pub(crate) fn both(self, number: u64, person: Person) -> Self {
        let account = account(100 + i64::try_from(number).unwrap()).like(&as_soap(person.clone(), number));
        self.over_soap(number, person.clone()).over_rest(person).having(account)
    }

    pub(crate) fn over_soap(mut self, number: u64, person: Person) -> Self {
        self.old = self.old.with(as_soap(person, number));
        self
    }

    pub(crate) fn over_rest(mut self, person: Person) -> Self {
        self.new = self.new.with(person);
        self
    }

    pub(crate) fn having(mut self, account: Acc) -> Self {
        self.old = self.old.having(account);
        self
    }

    /// An account carries this old name.
    pub(crate) fn known(self, number: u64) -> Self {
        let carries = soap(number);
        let account = account(100 + i64::try_from(number).unwrap()).carrying(Some(carries.as_str()));
        self.having(account)
    }

    pub(crate) fn linked(mut self, id: ExternalId, account: i64) -> Self {
        let link = Link::new(AccountId::new(account), CompanyId::new("1"));
        self.old.ledger.links.insert(id, link);
        self
    }

    pub(crate) fn alias(mut self, later: ExternalId, carried: ExternalId) -> Self {
        self.old.ledger.aliases.insert(later, carried);
        self
    }

    pub(crate) fn word(mut self, words: impl FnOnce(Words) -> Words) -> Self {
        self.words = words(self.words);
        self
    }

    pub(crate) fn naming(self, number: u64, name: &str) -> Self {
        self.word(|words| words.naming([(soap(number), id(name))]).unwrap())
    }

    pub(crate) fn plan(&self) -> MigrationPlan {
        let (customer, key) = (customer(), key());
        let run = Run::new(&customer, self.old.now, &key);
        let seen = (&self.old.target(), &self.old.ledger);
        migrate(&self.old.source(), &self.new.source(), seen, &self.old.policy, &self.words, &run)
    }

    /// What happens to each record that matters, such as `1 move values anna remember mark` or `2 hold gone`.
    pub(crate) fn told(&self) -> Vec<String> {
        self.plan().document().entries.iter().map(told).collect()
    }
}

fn told(entry: &sync_core::migration::MigrationEntry) -> String {
    let number = entry.old.as_str().rsplit(':').next().unwrap();
    let name = |id: &ExternalId| id.as_str().rsplit(':').next().unwrap().to_owned();
    match &entry.decision {
        MigrationDecision::Move { by, mark, new, remember } => {
            let by = serde_json::to_value(by).unwrap();
            let [remember, mark] =
                [(*remember, " remember"), (*mark, " mark")].map(|(is, word)| if is { word } else { "" });
            format!("{number} move {} {}{remember}{mark}", by.as_str().unwrap(), name(new))
        }
        MigrationDecision::Done { new } => format!("{number} done {}", name(new)),
        MigrationDecision::Hold { candidates, reason, .. } => {
            let names = candidates.iter().map(name);
            let words =
                [number.to_owned(), "hold".to_owned(), reason.code().to_owned()].into_iter().chain(names);
            words.collect::<Vec<_>>().join(" ")
        }
        other => panic!("a decision without a word in the tests: {other:?}"),
    }
}

#[track_caller]
fn check(payroll: &Payroll, expected: &[&str]) {
    assert_eq!(payroll.told(), expected);
}

#[test]
fn r14_address_birthday_and_number_together_make_a_pair() {
    check(&payroll().both(1, person("anna")), &["1 move values anna remember mark"]);
    // Up to how an address is spelled.
    let spelled = payroll().known(1).over_soap(1, person("anna"));
    check(
        &spelled.over_rest(person("anna").email(" Anna@ACME.example ")),
        &["1 move values anna remember mark"],
    );
}

#[test]
fn r14_a_value_that_differs_makes_none() {
    let old = || payroll().known(1).over_soap(1, person("anna"));
    let others = [
        person("anna").email("ann@acme.example"),
        person("anna").born(Some("1990-05-18")),
        Person({
            let mut record = person("anna").0;
            record.listed.number = Some(2);
            record
        }),
    ];
    for other in others {
        check(&old().over_rest(other), &["1 hold values_differ anna"]);
    }
    let two_differ = person("anna").email("ann@acme.example").born(Some("1990-05-18"));
    check(&old().over_rest(two_differ), &["1 hold no_counterpart"]);
    check(&old(), &["1 hold no_counterpart"]);
}

#[test]
fn r14_a_value_that_is_missing_makes_none() {
    let one_sided: [fn(Person) -> Person; 3] = [
        |it| it.born(None),
        |it| it.born(Some("1900-01-01")),
        |Person(mut record)| {
            record.listed.number = None;
            Person(record)
        },
    ];
    for without in one_sided {
        let lacking = payroll().known(1).over_soap(1, without(person("anna")));
        check(&lacking.over_rest(without(person("anna"))), &["1 hold values_missing anna"]);
    }
    let unreadable = payroll().known(1).over_soap(1, person("anna").unreadable()).over_rest(person("anna"));
    check(&unreadable, &["1 hold unreadable_row"]);
}

#[test]
fn r14_nobody_is_chosen_between_two() {
    let twins = |at: &str| person("anna").at(at);
    let renamed = |Person(mut record): Person, name: &str| {
        record.id = id(name);
        Person(record)
    };
    // Two over REST, and two over SOAP, who are the same in all three.
    let two_new = payroll().known(1).over_soap(1, twins("acme")).over_rest(twins("acme"));
    check(&two_new.over_rest(renamed(twins("acme"), "bea")), &["1 hold several_counterparts anna bea"]);
    let two_old = payroll().known(1).over_soap(1, twins("acme")).over_soap(2, twins("acme"));
    check(&two_old.over_rest(twins("acme")), &["1 hold several_counterparts anna"]);

    // One person in two companies: told apart by company, once others show which company is which.
    let in_two = payroll()
        .known(1)
        .known(2)
        .over_soap(1, twins("acme"))
        .over_soap(2, twins("beta"))
        .over_rest(twins("acme"))
        .over_rest(renamed(twins("beta"), "bea"));
    check(&in_two, &["1 hold several_counterparts anna bea", "2 hold several_counterparts anna bea"]);
    let shown = in_two.both(3, person("cleo")).both(4, person("dora").at("beta"));
    check(
        &shown,
        &[
            "1 move company anna remember mark",
            "2 move company bea remember mark",
            "3 move values cleo remember mark",
            "4 move values dora remember mark",
        ],
    );
    assert_eq!(shown.plan().document().companies.len(), 2);
    // Not if somebody of the same company went elsewhere.
    let moved = shown.over_soap(5, person("eve")).over_rest(person("eve").at("beta")).known(5);
    assert_eq!(moved.told()[..2], in_two_held());
}

fn in_two_held() -> [&'static str; 2] {
    ["1 hold several_counterparts anna bea", "2 hold several_counterparts anna bea"]
}

#[test]
fn r14_a_likely_pair_is_taken_only_by_word() {
    let lacking = || person("anna").without_email();
    for (old, new) in [(lacking(), lacking()), (lacking(), person("anna")), (person("anna"), lacking())] {
        let likely = payroll().known(1).over_soap(1, old).over_rest(new);
        check(&likely, &["1 hold values_missing anna"]);
        let taken = likely.word(|words| words.taking_likely(true));
        check(&taken, &["1 move likely anna remember mark"]);
        assert!(taken.plan().document().words.likely, "and the word is part of the plan");
    }
    let take = |payroll: Payroll| payroll.word(|words| words.taking_likely(true));
    let lacking = || person("anna").without_email();
    // Another last name, or two who are alike, or addresses that differ.
    let renamed = take(payroll().known(1).over_soap(1, lacking()).over_rest(lacking().last(Some("Other"))));
    check(&renamed, &["1 hold values_missing anna"]);
    let two = take(payroll().known(1).over_soap(1, lacking()).over_rest(lacking()))
        .over_rest(person("bea").without_email().last(Some("Last anna")));
    check(&two, &["1 hold several_counterparts anna bea"]);
    let differ =
        take(payroll().known(1).over_soap(1, person("anna")).over_rest(person("anna").email("a@b.nl")));
    check(&differ, &["1 hold values_differ anna"]);
}

#[test]
fn r14_a_person_may_name_a_pair_and_is_told_what_stands_in_the_way() {
    let married =
        || payroll().known(1).over_soap(1, person("anna")).over_rest(person("bea").born(Some("1980-01-01")));
    check(&married(), &["1 hold no_counterpart"]);
    check(&married().naming(1, "bea"), &["1 move word bea remember mark"]);
    check(&married().naming(1, "cleo"), &["1 hold not_shown"]);
    check(&married().naming(7, "bea"), &["1 hold no_counterpart", "7 hold not_shown"]);
    // What is named is nobody else's, whatever the values say.
    let taken = married().both(2, person("cleo")).naming(1, "cleo");
    check(&taken, &["1 move word cleo remember mark", "2 hold no_counterpart"]);
    // What an earlier migration said, no word unsays.
    let moved = taken.alias(soap(2), id("cleo"));
    check(&moved, &["1 hold counterpart_taken cleo", "2 move known cleo remember mark"]);
    let otherwise = married().both(2, person("cleo")).alias(soap(1), id("cleo")).naming(1, "bea");
    assert_eq!(otherwise.told()[0], "1 hold moved_otherwise cleo");
}

#[test]
fn r12_what_was_moved_stays_moved_whatever_the_values_are_by_now() {
    let moved = || payroll().both(1, person("anna")).alias(soap(1), id("anna")).linked(id("anna"), 101);
    let mut at_new_company = moved();
    at_new_company.old.ledger.links.get_mut(&id("anna")).unwrap().company = CompanyId::new("acme");
    check(&at_new_company, &["1 move known anna mark"]);
    let mut marked = at_new_company.clone();
    marked.old.accounts[0].external_id = Some(id("anna").as_str().to_owned());
    check(&marked, &["1 done anna"]);
    assert!(marked.plan().document().ends, "a run over REST has yet to become the last one");
    let mut other_values = marked.clone();
    other_values.new.records[0].personal.business_email = None;
    check(&other_values, &["1 done anna"]);
    let mut gone = marked.clone();
    gone.new.records.clear();
    check(&gone, &["1 hold counterpart_gone"]);
}

#[test]
fn only_whom_the_ledger_or_an_account_knows_is_in_the_plan() {
    check(&payroll().over_soap(1, person("anna")).over_rest(person("anna")), &[]);
    let known_otherwise = payroll().over_soap(1, person("anna")).over_rest(person("anna"));
    let mut vouched = known_otherwise.clone();
    vouched.old.ledger.money.vouched.insert(soap(1), sync_core::ledger::Vouched::Baseline);
    check(&vouched, &["1 move values anna remember"]);
    // Whoever was forgotten by the old name has to be known as forgotten by the new one.
    let mut forgotten = known_otherwise;
    forgotten.old.ledger.money.forgotten = tombstones(&key(), [&soap(1)], []);
    check(&forgotten, &["1 move values anna remember"]);
}

#[test]
fn r18_only_an_active_account_of_ours_that_carries_the_old_name_is_marked() {
    let anna = || payroll().over_soap(1, person("anna")).over_rest(person("anna"));
    let account = || account(101).like(&as_soap(person("anna"), 1));
    check(&anna().having(account().inactive()), &["1 move values anna remember"]);
    check(&anna().having(account().carrying(None)).linked(soap(1), 101), &["1 move values anna remember"]);
    let new_name = id("anna");
    check(
        &anna().having(account().carrying(Some(new_name.as_str()))).linked(soap(1), 101),
        &["1 move values anna remember"],
    );
    check(
        &anna().having(account().carrying(Some("afas:1"))).linked(soap(1), 101),
        &["1 hold foreign_account anna"],
    );
    let other = soap(9);
    check(
        &anna().having(account().carrying(Some(other.as_str()))).linked(soap(1), 101),
        &["1 hold account_of_another anna", "9 hold gone"],
    );
    // Both names of one person on one account.
    let two = anna().having(account().carrying(Some(other.as_str()))).linked(soap(1), 101).linked(other, 101);
    check(&two, &["1 move values anna remember", "9 hold gone"]);
    check(&anna().having(account()).linked(soap(1), 102), &["1 hold several_accounts anna"]);
    let mut protected = anna().having(account());
    protected.old = protected.old.policy(|policy| policy.with_protected(["anna@acme.example"]));
    check(&protected, &["1 move values anna remember"]);
    let mut unreadable = anna().linked(soap(1), 101);
    unreadable.old = unreadable.old.unreadable_account(101);
    check(&unreadable, &["1 hold account_unreadable anna"]);
    // An account that is no longer listed is remembered as such.
    let removed = anna().linked(soap(1), 101);
    check(&removed, &["1 move values anna remember"]);
    // And one whose record is gone stays.
    check(&payroll().known(3), &["3 hold gone"]);
}

#[test]
fn leavers_are_moved_as_everybody_is() {
    check(&payroll().both(1, person("anna").former()), &["1 move values anna remember mark"]);
    let external = person("bob").of_type(Some(EmployeeType::External));
    check(&payroll().both(2, external), &["2 move values bob remember mark"]);
}

#[test]
fn r26_r3_nothing_is_moved_while_the_old_interface_shows_less_than_it_did() {
    let brakes = |payroll: &Payroll| payroll.plan().document().brakes.clone();
    let whole = payroll().both(1, person("anna"));
    assert_eq!(brakes(&whole), []);
    let mut first = whole.clone();
    first.old.ledger.last_run = None;
    assert_eq!(brakes(&first), [Brake::FirstRun]);
    let mut gone = whole.clone();
    gone.old = gone.old.remembers("2", &[]);
    assert_eq!(brakes(&gone), [Brake::CompanyGone { company: CompanyId::new("2") }]);
    let mut empty = gone.clone();
    empty.old = empty.old.company("2", &[]);
    assert_eq!(brakes(&empty), [], "nobody was ever linked there");
    let link = Link::new(AccountId::new(102), CompanyId::new("2"));
    empty.old.ledger.links.insert(soap(2), link);
    assert_eq!(brakes(&empty), [Brake::EmptyCompany { company: CompanyId::new("2") }]);
    // What REST has shown since counts too.
    let mut ended = whole.clone();
    ended.old.ledger.last_run = None;
    ended.old = ended.old.remembers("acme", &[]);
    assert_eq!(brakes(&ended), []);
    assert!(!ended.plan().document().ends);
}

#[test]
fn r5_the_order_of_inputs_does_not_matter() {
    let mut payroll =
        payroll().both(1, person("anna")).both(2, person("bob").at("beta")).both(3, person("cleo"));
    let plan = payroll.plan();
    payroll.old.records.reverse();
    payroll.new.records.reverse();
    payroll.old.accounts.reverse();
    assert_eq!(payroll.plan().canonical_bytes(), plan.canonical_bytes());
    assert_eq!(payroll.plan().id(), plan.id());
    let saved = SavedMigration::open(&plan.to_file()).unwrap();
    assert_eq!(saved.id(), plan.id());
    assert_eq!(saved.to_file(), plan.to_file());
}

#[test]
fn r23_no_value_of_anybody_is_in_the_plan() {
    let payroll = payroll().both(1, person("anna")).over_soap(2, person("bob")).known(2);
    let text = String::from_utf8(payroll.plan().to_file()).unwrap();
    for value in ["@acme.example", "First anna", "Last anna", "1990-05-17", "Last bob"] {
        assert!(!text.contains(value), "{value}");
    }
}

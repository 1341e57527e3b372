//! A folder of lists as a budget desk: what it took it remembers, and what lay there once is never written again.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use sync_core::budget::{Act, BatchId, Budget, BudgetKind, Category, Epoch, Grant, GrantId, Mark, Occasion};
use sync_core::email::EmailAddress;
use sync_core::ports::{BudgetDesk, DeskGrant, DeskMemory, HandOver, PortError, PortErrorKind, Standing};
use sync_core::{AccountId, CustomerId, Euro, ExternalId, TargetCompanyId};
use yourcampus_client::files::GrantListDesk;
use yourcampus_client::sandbox::{Account, Sandbox, State};

use crate::grant_list::cells;

static FOLDERS: AtomicU32 = AtomicU32::new(0);

/// A desk in a folder of its own, which goes with it.
struct Office {
    folder: PathBuf,
    desk: GrantListDesk,
    customer: CustomerId,
}

impl Office {
    fn new() -> Self {
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("yourcampus-desk-{}-{number}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        Self { desk: GrantListDesk::new(&folder), folder, customer: CustomerId::new("acme") }
    }

    async fn take(&self, batch: char, mark: &Mark, list: &[u8]) -> Result<(), PortError> {
        let batch = named(BatchId::parse, batch);
        self.desk.hand_over(&HandOver::new(&self.customer, &batch, mark, &[], Some(list))).await
    }

    async fn mark(&self) -> Option<Mark> {
        self.desk.mark(&self.customer).await.unwrap()
    }

    fn list(&self, batch: char, mark: &Mark) -> PathBuf {
        self.desk.path(&named(BatchId::parse, batch), mark)
    }

    /// As if the last run had ended right after its list came to lie in the folder.
    fn forget_that_it_was_taken(&self) {
        let path = self.folder.join("mark.json");
        let mark = fs::read_to_string(&path).unwrap();
        assert!(mark.contains("\"taken\": true"));
        fs::write(path, mark.replace("\"taken\": true", "\"taken\": false")).unwrap();
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.folder).unwrap();
    }
}

fn named<T>(parse: impl Fn(&str) -> Option<T>, digit: char) -> T {
    parse(&String::from(digit).repeat(32)).unwrap()
}

fn mark(epoch: char, sequence: u64) -> Mark {
    Mark::new(named(Epoch::parse, epoch), sequence)
}

fn grant(address: &str, kind: BudgetKind, act: Act, cents: u64) -> DeskGrant {
    let (customer, person) =
        (CustomerId::new("acme"), ExternalId::rest(&address.replace(['@', '.', '+', '\''], "-")).unwrap());
    let budget = Budget::new(kind, Category::parse("all").unwrap());
    let id = GrantId::of(&customer, &person, &budget, Occasion::FIRST);
    let mut grant = Grant::new(id, Occasion::FIRST, act, Euro::from_cents(cents));
    grant.from = (kind == BudgetKind::Monthly).then(|| "2026-07-01".parse().unwrap());
    let email = EmailAddress::parse(address).unwrap();
    DeskGrant::new(person, TargetCompanyId::new(7), AccountId::new(1), email, budget, &grant)
}

#[tokio::test]
async fn a_batch_is_a_private_list_and_a_mark() {
    let office = Office::new();
    assert_eq!(office.mark().await, None);
    office.take('b', &mark('e', 1), b"the list").await.unwrap();
    assert_eq!(office.mark().await, Some(mark('e', 1)));
    assert_eq!(office.names(), ["grants_1_bbbbbbbbbbbb.csv", "mark.json"]);
    assert_eq!(fs::read(office.list('b', &mark('e', 1))).unwrap(), b"the list");
    for name in office.names() {
        assert_eq!(fs::metadata(office.folder.join(name)).unwrap().mode() & 0o7777, 0o600);
    }
}

#[test]
fn a_list_says_of_each_grant_what_support_needs() {
    let desk = GrantListDesk::new("nowhere");
    let batch = named(BatchId::parse, 'b');
    let grants = [
        grant("zoe@acme.nl", BudgetKind::Monthly, Act::Replace, 5000),
        grant("Jan@Acme.nl", BudgetKind::OneOff, Act::Grant, 1250),
        grant("kim@acme.nl", BudgetKind::Monthly, Act::Stop, 0),
    ];
    let list = desk.list(&batch, &grants).unwrap();
    let told: Vec<_> = cells(&list).into_iter().map(|cells| cells[..6].join(" ")).collect();
    assert_eq!(
        told,
        [
            "Jan@acme.nl one-off all grant 12.50 ",
            "kim@acme.nl monthly all stop  2026-07-01",
            "zoe@acme.nl monthly all replace 50.00 2026-07-01",
        ]
    );
    let [zoe, jan, kim] = grants;
    assert_eq!(desk.list(&batch, &[kim, jan, zoe]).unwrap(), list, "in any order");
}

#[tokio::test]
async fn support_takes_a_list_of_ours_and_gives_what_it_says() {
    let state = State::default().with_company(7, None).with_accounts([
        Account::new(1, 7).with_email("zoe@acme.nl"),
        Account::new(2, 7).with_email("o'brien+work@acme.nl"),
    ]);
    let sandbox = Sandbox::start(state).await.unwrap();
    let grants = [
        grant("zoe@acme.nl", BudgetKind::Monthly, Act::Grant, 5000),
        grant("o'brien+work@acme.nl", BudgetKind::OneOff, Act::Grant, 1250),
    ];
    let list = GrantListDesk::new("nowhere").list(&named(BatchId::parse, 'b'), &grants).unwrap();
    let taken = sandbox.take_grant_list(&list).unwrap();
    assert_eq!((taken.lines, taken.done), (2, 2));
    let budgets = sandbox.state().budgets;
    assert_eq!(budgets.accounts[&1].monthly[0].cents, 5000);
    assert_eq!(budgets.accounts[&2].one_off[0].grant_id.as_deref(), Some(grants[1].id.as_str()));
}

#[test]
fn an_address_that_is_a_formula_refuses_the_list() {
    let desk = GrantListDesk::new("nowhere");
    let grants = [grant("+jan@acme.nl", BudgetKind::OneOff, Act::Grant, 1)];
    let error = desk.list(&named(BatchId::parse, 'b'), &grants).unwrap_err();
    assert_eq!(error.kind(), PortErrorKind::Refused);
}

#[tokio::test]
async fn r11_to_take_a_batch_twice_is_to_take_it_once() {
    let office = Office::new();
    office.take('b', &mark('e', 1), b"the list").await.unwrap();
    let inode = || fs::metadata(office.list('b', &mark('e', 1))).unwrap().ino();
    let before = inode();
    office.take('b', &mark('e', 1), b"the list").await.unwrap();
    assert_eq!((inode(), office.mark().await), (before, Some(mark('e', 1))));
}

#[tokio::test]
async fn r11_a_list_that_was_put_away_is_not_written_again() {
    let office = Office::new();
    for is_remembered in [true, false] {
        office.take('b', &mark('e', 1), b"the list").await.unwrap();
        if !is_remembered {
            // The next run finds the list there, and only then somebody puts it away.
            office.forget_that_it_was_taken();
            office.take('b', &mark('e', 1), b"the list").await.unwrap();
        }
        fs::remove_file(office.list('b', &mark('e', 1))).unwrap();
        office.take('b', &mark('e', 1), b"the list").await.unwrap();
        assert_eq!(office.names(), ["mark.json"]);
        fs::remove_file(office.folder.join("mark.json")).unwrap();
    }
}

#[tokio::test]
async fn a_person_may_have_a_list_that_was_taken_written_again() {
    let office = Office::new();
    let (batch, at) = (named(BatchId::parse, 'b'), mark('e', 1));
    let again =
        async |list: &'static [u8]| office.desk.write_again(&office.customer, &batch, &at, list).await;
    assert_eq!(again(b"the list").await.unwrap_err().kind(), PortErrorKind::Refused, "no run handed it over");
    office.take('b', &at, b"the list").await.unwrap();
    fs::remove_file(office.list('b', &at)).unwrap();
    let path = again(b"the list").await.unwrap();
    assert_eq!((path.clone(), fs::read(path).unwrap()), (office.list('b', &at), b"the list".to_vec()));
    again(b"the list").await.unwrap();
    assert_eq!(again(b"another").await.unwrap_err().kind(), PortErrorKind::Conflict);
    assert_eq!(office.mark().await, Some(at));
}

#[tokio::test]
async fn r12_a_list_counts_as_taken_as_soon_as_it_lies_there_and_not_before() {
    let office = Office::new();
    office.take('a', &mark('e', 1), b"first").await.unwrap();
    office.take('b', &mark('e', 2), b"second").await.unwrap();
    office.forget_that_it_was_taken();
    assert_eq!(office.mark().await, Some(mark('e', 2)), "the run ended after the list");
    fs::remove_file(office.list('b', &mark('e', 2))).unwrap();
    assert_eq!(office.mark().await, Some(mark('e', 1)), "the run ended before the list");
    office.take('b', &mark('e', 2), b"second").await.unwrap();
    assert_eq!(fs::read(office.list('b', &mark('e', 2))).unwrap(), b"second");
    assert_eq!(office.mark().await, Some(mark('e', 2)));
}

#[tokio::test]
async fn r11_a_number_never_goes_back_and_is_used_by_one_batch() {
    let office = Office::new();
    office.take('b', &mark('e', 5), b"fifth").await.unwrap();
    let error = office.take('c', &mark('e', 5), b"another fifth").await.unwrap_err();
    assert_eq!(error.kind(), PortErrorKind::Refused, "neither now nor ever");
    let error = office.take('a', &mark('e', 4), b"fourth").await.unwrap_err();
    assert_eq!(error.kind(), PortErrorKind::Doubtful, "nobody knows whether it was taken in its time");
    office.take('a', &mark('f', 1), b"first of a new ledger").await.unwrap();
    let error = office.take('d', &mark('e', 6), b"sixth of the old one").await.unwrap_err();
    assert_eq!(error.kind(), PortErrorKind::Doubtful);
    assert_eq!(office.mark().await, Some(mark('f', 1)));
    assert_eq!(office.names(), ["grants_1_aaaaaaaaaaaa.csv", "grants_5_bbbbbbbbbbbb.csv", "mark.json"]);
}

#[tokio::test]
async fn r11_other_content_under_the_name_of_a_list_is_never_replaced() {
    let office = Office::new();
    office.take('a', &mark('e', 1), b"first").await.unwrap();
    let path = office.list('b', &mark('e', 2));
    fs::write(&path, "theirs").unwrap();
    let error = office.take('b', &mark('e', 2), b"ours").await.unwrap_err();
    assert_eq!(error.kind(), PortErrorKind::Conflict);
    assert_eq!(fs::read(&path).unwrap(), b"theirs");
    let error = office.take('c', &mark('e', 2), b"another").await.unwrap_err();
    assert_eq!(error.kind(), PortErrorKind::Refused, "the number was used when the list was begun");

    fs::remove_file(&path).unwrap();
    assert_eq!(office.mark().await, Some(mark('e', 1)));
    office.take('b', &mark('e', 2), b"ours").await.unwrap();
    fs::write(&path, "ours, edited").unwrap();
    let error = office.take('b', &mark('e', 2), b"ours").await.unwrap_err();
    assert_eq!(error.kind(), PortErrorKind::Doubtful, "ours lay there");
    assert_eq!(fs::read(&path).unwrap(), b"ours, edited");
}

#[tokio::test]
async fn r11_a_mark_that_cannot_be_read_is_an_error_and_not_none() {
    let office = Office::new();
    for content in ["", "{}", "{\"customer\":\"acme\"}", "not json: zoe@acme.nl"] {
        fs::write(office.folder.join("mark.json"), content).unwrap();
        let error = office.desk.mark(&office.customer).await.unwrap_err();
        assert_eq!(error.kind(), PortErrorKind::Fatal, "{content}");
        let said = format!("{error} {error:?}");
        assert!(!said.contains("zoe"), "{said}");
        let error = office.take('b', &mark('e', 1), b"the list").await.unwrap_err();
        assert_eq!(error.kind(), PortErrorKind::Doubtful, "the mark may have said that it was taken");
    }
    assert_eq!(office.names(), ["mark.json"]);
}

#[tokio::test]
async fn r11_a_mark_that_is_gone_from_beside_its_lists_is_an_error_and_not_none() {
    let office = Office::new();
    office.take('b', &mark('e', 1), b"the list").await.unwrap();
    fs::remove_file(office.folder.join("mark.json")).unwrap();
    assert_eq!(office.desk.mark(&office.customer).await.unwrap_err().kind(), PortErrorKind::Fatal);
    let error = office.take('c', &mark('e', 2), b"another").await.unwrap_err();
    assert_eq!(error.kind(), PortErrorKind::Doubtful);
    assert_eq!(office.names(), ["grants_1_bbbbbbbbbbbb.csv"]);
}

#[tokio::test]
async fn a_folder_serves_one_customer() {
    let office = Office::new();
    office.take('b', &mark('e', 1), b"the list").await.unwrap();
    let other = CustomerId::new("other");
    assert_eq!(office.desk.mark(&other).await.unwrap_err().kind(), PortErrorKind::Fatal);
    let (batch, mark) = (named(BatchId::parse, 'c'), mark('e', 2));
    let theirs = HandOver::new(&other, &batch, &mark, &[], Some(b"theirs"));
    assert_eq!(office.desk.hand_over(&theirs).await.unwrap_err().kind(), PortErrorKind::Fatal);
    assert_eq!(office.names(), ["grants_1_bbbbbbbbbbbb.csv", "mark.json"]);
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_an_error_and_is_not_made() {
    let folder = std::env::temp_dir().join("yourcampus-desk-that-is-not-mounted");
    let desk = GrantListDesk::new(&folder);
    assert_eq!(desk.mark(&CustomerId::new("acme")).await.unwrap_err().kind(), PortErrorKind::Fatal);
    assert!(!folder.exists());
}

#[tokio::test]
async fn a_folder_cannot_say_what_support_did_with_a_list() {
    let office = Office::new();
    let standing = office.desk.look_up(&office.customer, &named(GrantId::parse, 'a')).await.unwrap();
    assert_eq!(standing, Standing::Unknown);
}

//! What lies in the file: ids, dates, operators' names; of the people it is about, nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use nmbrs_client::auth::{AppCredentials, Authorizer, MemoryTokenStore, TokenSet};
use nmbrs_client::{NmbrsClient, NmbrsSource, sandbox as nmbrs};
use sync_core::authority::{Approval, Mandate};
use sync_core::engine::{SyncRun, Verdict};
use sync_core::ports::{Authorities, Clock, Ledger, PortErrorKind, RunStore};
use sync_core::{CustomerId, FingerprintKey, Participation, Pii, Policy, SavedPlan, TargetCompanyId};
use yourcampus_client::{
    CustomerApiConfig, HttpCustomerApi, YourCampusReader, YourCampusWriter, sandbox as yourcampus,
};

use crate::stage::{Folder, intent, lease};

const OPERATOR: &str = "Zoë van 't Hof";

/// The time of the run and of both sandboxes.
#[derive(Debug)]
struct Noon(NaiveDate);

impl Clock for Noon {
    fn now(&self) -> DateTime<Utc> {
        self.0.and_hms_opt(12, 0, 0).unwrap().and_utc()
    }
}

fn source(sandbox: &nmbrs::Sandbox) -> NmbrsSource {
    let keys = sandbox.credentials();
    let tokens = TokenSet::new(keys.access_token, DateTime::<Utc>::MAX_UTC).with_refresh(keys.refresh_token);
    let app = AppCredentials::new(keys.client_id, keys.client_secret);
    let authorizer = Authorizer::builder(app, Arc::new(MemoryTokenStore::new(tokens)))
        .identity_url(sandbox.identity_url())
        .build()
        .unwrap();
    let client = NmbrsClient::builder(keys.subscription_key, authorizer).rest_url(sandbox.rest_url());
    NmbrsSource::new(client.build().unwrap())
}

fn target(sandbox: &yourcampus::Sandbox) -> HttpCustomerApi {
    let keys = sandbox.credentials();
    let config = CustomerApiConfig::builder()
        .keys(keys.access_key, keys.secret_key)
        .base_url(sandbox.base_url())
        .build()
        .unwrap();
    HttpCustomerApi::new(config).unwrap()
}

/// Who the people are.
fn secrets(world: &nmbrs::World, state: &yourcampus::State) -> BTreeSet<String> {
    let mut secrets = BTreeSet::new();
    for (_, person) in world.employees() {
        for info in &person.personal_infos {
            let texts =
                [&info.first_name, &info.first_name_in_full, &info.business_email, &info.private_email];
            secrets.extend(texts.into_iter().flatten().cloned());
            secrets.insert(info.last_name.clone());
            secrets.extend(info.birth_date.map(|birthday| birthday.to_string()));
        }
    }
    for account in &state.accounts {
        secrets
            .extend([&account.email, &account.first_name, &account.last_name].into_iter().flatten().cloned());
        secrets.extend(account.birthday.map(|birthday| birthday.to_string()));
    }
    // What is shorter stands in ordinary words by chance.
    secrets.retain(|secret| secret.chars().count() >= 5);
    secrets
}

fn assert_absent(secrets: &BTreeSet<String>, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    for secret in secrets {
        assert!(!text.contains(&secret.to_lowercase()), "«{secret}» lies in the file");
    }
}

#[tokio::test]
async fn after_whole_runs_the_file_names_nobody_but_the_operator() {
    let day = NaiveDate::from_ymd_opt(2026, 6, 15).unwrap();
    let world = nmbrs::World::dutch(120, 7, day);
    let nmbrs = nmbrs::Sandbox::start(world.clone()).await.unwrap();
    let yourcampus = yourcampus::Sandbox::start(examples::stage::target_for(&world)).await.unwrap();
    let (port, api) = (source(&nmbrs), target(&yourcampus));
    let (reader, writer) = (YourCampusReader::new(api.reader()), YourCampusWriter::new(api.writer()));
    let policy = Policy::new(TargetCompanyId::new(examples::stage::COMPANY), Participation::ByAccessField);
    let key = FingerprintKey::new(*b"a key for fingerprints, no secret").unwrap();
    let clock = Noon(day);
    let customer = &CustomerId::new("klant-1");

    let folder = Folder::new();
    let store = folder.open().await;
    let run = SyncRun::new(&port, &reader, &writer, &store, &clock);
    let first = run.daily(customer, &policy, &key).await.unwrap();
    assert!(matches!(first.verdict, Verdict::Waits(_)), "{:?}", first.verdict);
    let kept = store.plan(customer, first.plan.id()).await.unwrap().unwrap();
    let saved = SavedPlan::open(&kept.file).unwrap();
    let by = || Pii::new(OPERATOR.to_owned());
    store.give_mandate(&Mandate::confirming(&saved, &policy, by(), clock.now()).unwrap()).await.unwrap();
    let everybody = saved.entries().map(|(person, _)| person.clone());
    let approval = Approval::of(saved.id().clone(), clock.now()).by(by()).with_proposals(everybody);
    store.approve(customer, &approval).await.unwrap();
    let second = run.daily(customer, &policy, &key).await.unwrap();
    assert!(matches!(second.verdict, Verdict::Applied(_)), "{:?}", second.verdict);
    assert!(second.writes > 10, "{}", second.writes);
    assert!(!store.view(customer).await.unwrap().links.is_empty());

    let secrets = secrets(&world, &yourcampus.state());
    assert!(secrets.len() > 300, "{}", secrets.len());
    let bytes = folder.bytes();
    assert!(String::from_utf8_lossy(&bytes).contains(OPERATOR), "the search would find a name");
    assert_absent(&secrets, &bytes);
    drop(store);
    assert_absent(&secrets, &folder.bytes());
}

/// Errors go into logs, and the values that they are about do not.
#[tokio::test]
async fn errors_and_the_store_itself_print_no_value() {
    let folder = Folder::new();
    let store = folder.open().await;
    let customer = CustomerId::new("Geheim B.V.");
    let lease = lease(&store).await;
    let mut late = intent(1);
    late.at = DateTime::<Utc>::MAX_UTC;
    let error = store.intend(&crate::stage::customer(), lease, &late).await.unwrap_err();
    assert_eq!(error.kind(), PortErrorKind::Fatal);
    let not_held = store.intend(&customer, lease, &intent(1)).await.unwrap_err();
    for printed in [format!("{error} {error:?}"), format!("{not_held} {not_held:?}"), format!("{store:?}")] {
        for value in ["Geheim", "Voorbeeld", "person-1", "262142"] {
            assert!(!printed.contains(value), "{printed}");
        }
    }
}

//! R23 at the loudest: with everything told that any library beneath can tell, nothing comes out that must stay inside.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use examples::stage;
use nmbrs_client::sandbox as nmbrs;
use serde_json::Value;
use sha2::{Digest, Sha256};
use yourcampus_client::sandbox as yourcampus;

use crate::binaries::binaries;
use crate::process::{Ran, run};
use crate::secrecy::Secrets;
use crate::signing_in::{IN_A_FILE, SigningIn, visit};
use crate::stage::{STORE, Stage, path};

/// How the tokens of the sandboxes begin, whichever they are.
const TOKENS: [&str; 2] = ["refresh-", "sandbox-token-"];

const PEOPLE: usize = 12;

/// What makes these tests mean something: both clients and the libraries beneath have told of their work.
#[track_caller]
fn assert_loud(ran: &Ran) {
    for part in ["TRACE", "nmbrs_client", "hyper_util"] {
        assert!(ran.stderr.contains(part), "nothing is told of {part}");
    }
}

fn texts(name: &str, ran: &Ran) -> Vec<(String, String)> {
    ran.streams().into_iter().map(|(stream, text)| (format!("{stream} of {name}"), text.to_owned())).collect()
}

#[tokio::test]
async fn r23_the_whole_demo_at_trace_tells_no_secret_and_no_person() {
    let arguments = ["--log", "trace", "--people", &PEOPLE.to_string(), "--seed", "7"];
    let ran = run(&binaries().sync, &arguments, &BTreeMap::new()).await.ends_with_code(0);
    assert_loud(&ran);

    // The same seed makes the same people and the same credentials.
    let world = nmbrs::World::dutch(PEOPLE, 7, NaiveDate::from_ymd_opt(2026, 6, 15).unwrap());
    let accounts = stage::target_for(&world);
    let mut secrets = Secrets::default();
    secrets.add_people(&world);
    secrets.add_accounts(&accounts);
    let source = nmbrs::Sandbox::start(world).await.unwrap().credentials();
    let target = yourcampus::Sandbox::start(accounts).await.unwrap().credentials();
    secrets.add_credentials([&*source.client_id, &source.client_secret, &source.subscription_key]);
    secrets.add_credentials([&*source.access_token, &source.refresh_token]);
    secrets.add_credentials([&*target.access_key, &target.secret_key]);
    secrets.add_credentials(TOKENS);
    assert!(secrets.count() > PEOPLE);
    for (name, text) in texts("the demo", &ran) {
        secrets.assert_absent(&name, &text);
        secrets.assert_absent_in_every_form(&name, &text);
    }
}

#[tokio::test]
async fn r23_sign_in_check_plan_and_apply_at_trace_tell_no_secret_and_no_person() {
    let stage = Stage::of(PEOPLE).await;
    stage.keep_grants(IN_A_FILE);
    stage.remember(&TOKENS);
    let (config, plan_file) = (path(&stage.config()), path(&stage.folder.path("plan.json")));

    let signing_in = SigningIn::start(&stage, &["--user", "--log", "trace"]).await;
    let (ours, challenge) =
        (signing_in.parameter("state").unwrap(), signing_in.parameter("code_challenge").unwrap());
    let callback = signing_in.consent().await;
    let code = callback.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    stage.remember(&[&ours, &code]);
    visit(&callback).await;
    let signed_in = signing_in.end(&stage).await.ends_with_code(0);
    assert_loud(&signed_in);
    assert!(
        !tells_a_verifier(&signed_in.stdout, &challenge) && !tells_a_verifier(&signed_in.stderr, &challenge)
    );
    let mut told = texts("sign-in", &signed_in);
    let tokens = stage.tokens_in_file();
    stage.remember(&tokens.iter().map(String::as_str).collect::<Vec<_>>());

    let trace = |arguments: &[&str]| {
        let arguments: Vec<_> = arguments
            .iter()
            .chain(&["--config", &config, "--log", "trace"])
            .map(|it| (*it).to_owned())
            .collect();
        let stage = &stage;
        async move {
            let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
            let ran = stage.sync(&arguments).await;
            assert_loud(&ran);
            ran
        }
    };
    told.extend(texts("check", &trace(&["check"]).await.ends_with_code(0)));
    told.extend(texts("plan", &trace(&["plan", "--out", &plan_file]).await.ends_with_code(2)));
    let saved: Value = serde_json::from_slice(&std::fs::read(&plan_file).unwrap()).unwrap();
    let id = saved["id"].as_str().unwrap();
    told.extend(texts(
        "apply",
        &trace(&["apply", "--plan", &plan_file, "--approve", id]).await.ends_with_code(0),
    ));
    assert!(stage.writes().await > 0);
    stage.search_every_form(&told).await;
}

#[tokio::test]
async fn r23_daily_life_at_trace_tells_no_secret_no_person_and_no_operator() {
    let stage = Stage::of(PEOPLE).await;
    stage.remember(&TOKENS);
    let person = stage.world().await.companies[0].employees[0].employee_id.clone();
    let mut told = Vec::new();
    let loud = async |name: &str, arguments: &[&str], code: i32| {
        let arguments: Vec<_> = arguments.iter().copied().chain(["--log", "trace"]).collect();
        let ran = stage.command(name, &arguments).await.ends_with_code(code);
        texts(name, &ran)
    };
    let reading = async |name: &str, arguments: &[&str], code: i32| {
        let texts = loud(name, arguments, code).await;
        for part in ["TRACE", "nmbrs_client", "hyper_util"] {
            assert!(texts[1].1.contains(part), "{name} tells nothing of {part}");
        }
        texts
    };
    told.extend(reading("run", &[], 2).await);
    let first = stage.daily(2).await;
    let (plan, name) = (first["plan_id"].as_str().unwrap(), "Operateur Zonderling");
    told.extend(loud("confirm", &[plan, "--by", name, "--adopt"], 0).await);
    told.extend(reading("run", &["--json"], 2).await);
    told.extend(reading("person", &[&person], 0).await);
    told.extend(reading("person", &[&person, "--json"], 0).await);
    told.extend(loud("revoke", &["--by", name], 0).await);
    let waiting = stage.daily(2).await;
    let plan = waiting["plan_id"].as_str().unwrap();
    told.extend(loud("approve", &[plan, "--by", name, "--activate", "--relink", "--deactivate"], 0).await);
    told.extend(loud("purge", &["--older-than", "1"], 0).await);
    for (place, text) in &told {
        assert!(!text.contains("Zonderling"), "the operator's name stands in {place}");
    }
    told.extend(loud("status", &[], 0).await);
    told.extend(loud("status", &["--json"], 0).await);
    assert!(stage.writes().await > 0);
    assert!(
        stage.folder.contents().iter().any(|(name, _)| name.ends_with(STORE)),
        "the ledger is searched too"
    );
    stage.search_every_form(&told).await;
}

/// Does any 43 characters in a row hash to this challenge?
fn tells_a_verifier(text: &str, challenge: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let runs = text.split(|c| !plain(c)).filter(|run| run.len() >= 43);
    runs.into_iter()
        .any(|run| run.as_bytes().windows(43).any(|window| base64url(&Sha256::digest(window)) == challenge))
}

fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits: Vec<bool> =
        bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect();
    let value =
        |bits: &[bool]| (0..6).fold(0, |value, at| value << 1 | usize::from(bits.get(at) == Some(&true)));
    bits.chunks(6).map(|bits| char::from(ALPHABET[value(bits)])).collect()
}

#[test]
fn a_verifier_would_be_found() {
    // RFC 7636, appendix B.
    let (verifier, challenge) =
        ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    assert!(tells_a_verifier(&format!("verifier=x{verifier}x"), challenge));
    assert!(!tells_a_verifier(challenge, challenge));
}

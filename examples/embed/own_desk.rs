//! Embeds the hook for money: a service with an interface of its own behind `BudgetDesk`, over plain HTTP. Each grant is
//! given once for its name, and what became of it after a lost answer is looked up by that name.
//!
//! `cargo run -p examples --example own_desk`; a run takes such a desk by `SyncRun::with_desk(&desk)`.

#![expect(clippy::print_stdout, reason = "this is a program")]

use async_trait::async_trait;
use serde_json::json;
use sync_core::budget::{Act, BatchId, Budget, BudgetKind, Category, Epoch, Grant, GrantId, Mark, Occasion};
use sync_core::email::EmailAddress;
use sync_core::ports::PortErrorKind::{Doubtful, Fatal, Refused, Retryable};
use sync_core::ports::{
    BudgetDesk, DeskGrant, DeskMemory, HandOver, Manner, PortError, PortErrorKind, Standing,
};
use sync_core::{AccountId, CustomerId, Euro, ExternalId, TargetCompanyId};
use yourcampus_client::sandbox::{Account, Effect, Fault, Sandbox, State};

struct OwnDesk {
    http: reqwest::Client,
    url: String,
}

fn failed(kind: PortErrorKind) -> PortError {
    PortError::new(kind, "own desk")
}

impl OwnDesk {
    async fn get(&self, path: &str) -> reqwest::Result<(u16, String)> {
        let answer = self.http.get(format!("{}/{path}", self.url)).send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }
}

#[async_trait]
impl DeskMemory for OwnDesk {
    async fn mark(&self, _: &CustomerId) -> Result<Option<Mark>, PortError> {
        match self.get("mark").await {
            Ok((200, mark)) => serde_json::from_str(&mark).map(Some).map_err(|_| failed(Fatal)),
            Ok((404, _)) => Ok(None),
            _ => Err(failed(Retryable { at: None })),
        }
    }

    async fn look_up(&self, _: &CustomerId, grant: &GrantId) -> Result<Standing, PortError> {
        match self.get(&format!("grants/{grant}")).await {
            Ok((200, _)) => Ok(Standing::Given),
            Ok((404, _)) => Ok(Standing::NotGiven),
            _ => Err(failed(Retryable { at: None })),
        }
    }
}

#[async_trait]
impl BudgetDesk for OwnDesk {
    fn manner(&self) -> Manner {
        Manner::OneByOne
    }

    fn list(&self, _: &BatchId, _: &[DeskGrant]) -> Result<Vec<u8>, PortError> {
        Err(failed(Fatal))
    }

    async fn hand_over(&self, hand_over: &HandOver<'_>) -> Result<(), PortError> {
        let [grant] = hand_over.grants else { return Err(failed(Fatal)) };
        let body = json!({
            "email": grant.email.expose(), "kind": grant.budget.kind, "category": grant.budget.category,
            "act": grant.act, "cents": grant.amount.cents(), "from": grant.from, "mark": hand_over.mark,
        });
        let request = self.http.put(format!("{}/grants/{}", self.url, grant.id)).body(body.to_string());
        match request.header("Content-Type", "application/json").send().await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) if answer.status() == 422 => Err(failed(Refused)),
            Err(error) if error.is_connect() => Err(failed(Retryable { at: None })),
            // It was sent, and no answer says what became of it: only looking it up tells.
            _ => Err(failed(Doubtful)),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let zoe = Account::new(1, 7).with_email("zoe@voorbeeld.nl");
    let sandbox = Sandbox::start(State::default().with_company(7, None).with_account(zoe)).await?;
    let desk = OwnDesk { http: reqwest::Client::new(), url: sandbox.desk_url() };
    let customer = CustomerId::new("voorbeeld");
    let troubles =
        [("none", None), ("lost answer", Some(Effect::ResetAfter)), ("503", Some(Effect::status(503)))];
    for (number, (trouble, effect)) in (1..).zip(troubles) {
        // What a run does, once the store has the grant for good.
        let (mark, grant) = grant(&customer, number).ok_or("no grant")?;
        let batch = BatchId::of(&mark, std::iter::once(&grant.id));
        if let Some(effect) = effect {
            sandbox.inject(Fault::new(effect));
        }
        match desk
            .hand_over(&HandOver::new(&customer, &batch, &mark, std::slice::from_ref(&grant), None))
            .await
        {
            Ok(()) => println!("trouble: {trouble}; given"),
            Err(error) => println!(
                "trouble: {trouble}; {error}; looked up: {:?}",
                desk.look_up(&customer, &grant.id).await?
            ),
        }
    }
    println!("the desk took last: {:?}", desk.mark(&customer).await?.map(|mark| mark.sequence));
    println!("times given: {:?}", sandbox.state().budgets.times_given);
    Ok(())
}

/// A one-off of 12.50 for Zoë, on this occasion.
fn grant(customer: &CustomerId, number: u32) -> Option<(Mark, DeskGrant)> {
    let (zoe, email) = (ExternalId::rest("zoe-1").ok()?, EmailAddress::parse("zoe@voorbeeld.nl").ok()?);
    let budget = Budget::new(BudgetKind::OneOff, Category::parse("all")?);
    let occasion = Occasion::new(number)?;
    let id = GrantId::of(customer, &zoe, &budget, occasion);
    let grant = Grant::new(id, occasion, Act::Grant, Euro::from_cents(1250));
    let desk_grant = DeskGrant::new(zoe, TargetCompanyId::new(7), AccountId::new(1), email, budget, &grant);
    Some((Mark::new(Epoch::parse(&"e".repeat(32))?, number.into()), desk_grant))
}

//! Two sandboxes in a process of their own: an Nmbrs and a YourCampus that match, with a control address.
//!
//! Prints one JSON line with all that a client needs, and runs until its standard input closes, a signal
//! comes, or somebody says `POST /stop` to the control address.

use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use chrono::NaiveDate;
use clap::Parser;
use examples::clock::MachineClock;
use examples::control_server::Stage;
use examples::stage;
use nmbrs_client::sandbox as nmbrs;
use serde_json::json;
use sync_core::ports::Clock;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use yourcampus_client::sandbox as yourcampus;

/// A sandboxed Nmbrs and a sandboxed YourCampus on loopback.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// Nmbrs on this port, YourCampus on the next, control on the one after; 0 takes any free ports.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Employee records in Nmbrs.
    #[arg(long, default_value_t = 120)]
    people: usize,
    /// The seed of all chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The day around which people start and leave; today in Amsterdam unless given.
    #[arg(long)]
    today: Option<NaiveDate>,
    /// Leave the access field out of every company.
    #[arg(long)]
    without_access_field: bool,
    /// Every answer of Nmbrs in its plainest form, without the variation that its documents allow.
    #[arg(long)]
    plain: bool,
    /// Accepted for clarity; the output is JSON in any case.
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no mistakes.
            let code = if error.use_stderr() { 64 } else { 0 };
            return if error.print().is_ok() { ExitCode::from(code) } else { ExitCode::FAILURE };
        }
    };
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "this is a program")]
            {
                eprintln!("sandbox: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { port, people, seed, today, without_access_field, plain, json: _ } = arguments;
    let today = today.unwrap_or_else(|| sync_core::calendar::amsterdam_date(MachineClock.now()));
    let setup = nmbrs::Setup::new(people, seed, today);
    let setup = if without_access_field { setup.without_access_field() } else { setup };
    let world = if plain { setup.without_legal_variation() } else { setup }.build();
    let accounts = stage::target_for(&world);
    let port_after = |steps: u16| if port == 0 { Some(0) } else { port.checked_add(steps) };
    let (second, third) =
        port_after(1).zip(port_after(2)).context("--port: two more ports must follow it")?;
    let nmbrs = nmbrs::Sandbox::start_on(world, port).await.with_context(|| format!("port {port}"))?;
    let yourcampus =
        yourcampus::Sandbox::start_on(accounts, second).await.with_context(|| format!("port {second}"))?;
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, third)).await.with_context(|| format!("port {third}"))?;
    let control_url = format!("http://{}", listener.local_addr()?);

    let (source, target) = (nmbrs.credentials(), yourcampus.credentials());
    let soap = nmbrs.soap_credentials();
    let line = json!({
        "nmbrs": {
            "rest_url": nmbrs.rest_url(),
            "identity_url": nmbrs.identity_url(),
            "client_id": source.client_id,
            "client_secret": source.client_secret,
            "subscription_key": source.subscription_key,
            "access_token": source.access_token,
            "refresh_token": source.refresh_token,
            "soap_url": nmbrs.soap_url(),
            "soap_username": soap.username,
            "soap_token": soap.token,
            "soap_domain": soap.domain,
        },
        "yourcampus": {
            "base_url": yourcampus.base_url(),
            "desk_url": yourcampus.desk_url(),
            "access_key": target.access_key,
            "secret_key": target.secret_key,
            "company": stage::COMPANY,
        },
        "control_url": control_url,
    });
    #[expect(clippy::print_stdout, reason = "this line is what the program is for")]
    {
        println!("{line}");
    }
    let stage = Stage::new(nmbrs, yourcampus);
    tokio::select! {
        served = Arc::clone(&stage).serve(listener) => match served? {},
        () = stage.stopped() => Ok(()),
        () = input_closed() => Ok(()),
        signal = signal() => signal.context("wait for a signal"),
    }
}

/// Reads on a thread of its own: the runtime would wait for its own reader of standard input, which nobody can wake,
/// and the program could not end for any other reason while its input is open.
async fn input_closed() {
    let (closed, when_closed) = oneshot::channel();
    std::thread::spawn(move || {
        // An input that cannot be read is as good as closed; and nobody may be left to hear of it.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = closed.send(());
    });
    let _ = when_closed.await;
}

#[cfg(unix)]
async fn signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

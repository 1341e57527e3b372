//! `sync sign-in`: a person consents in the browser, and the grant lands where the next runs find it.
//!
//! In: the configuration, and either one visit of the browser on this machine or one pasted line. Out: a stored grant,
//! and what it opens. Never: a grant that is replaced without being asked for, a code that is sent for somebody else's
//! attempt, or the code, a token or a name of the user on the terminal.

mod listener;

use anyhow::{Context, bail};
use nmbrs_client::auth::{Attempt, Authorizer, GrantState, SignIn, TokenSet};
use nmbrs_client::{ErrorKind, Operation, Scope};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

use self::listener::{Listener, Page};
use crate::config::{Config, NmbrsRest, is_loopback};
use crate::connect;
use crate::exit::WrongUsage;
use crate::grant::GrantPlace;
use crate::scopes;
use crate::terminal::say;

/// A redirected address is never longer.
const LONGEST_LINE: u64 = 16 * 1024;

/// How often new tokens are offered to a store that fails: they exist nowhere else.
const STORE_ATTEMPTS: u32 = 3;

/// How to sign in.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "four flags of the command line, each for itself")]
#[expect(clippy::exhaustive_structs, reason = "the command line fills it, flag by flag")]
pub struct Options {
    /// Push the request to the server first, so that the address shows no detail of it.
    pub pushed: bool,
    /// Read the redirected address from standard input.
    pub paste: bool,
    /// Put the new grant in the place of one that lives.
    pub replace: bool,
    /// Ask to see who consented, too.
    pub user: bool,
}

/// Signs in, and says what was granted.
///
/// # Errors
/// When somebody must change the configuration or the command line, when the user says no, when the server or the
/// store fails. Unless the last, nothing was stored.
pub async fn sign_in(config: &Config, options: Options) -> anyhow::Result<()> {
    let settings = config.nmbrs.rest()?;
    let place = GrantPlace::new(&config.customer, &settings.tokens)?;
    let redirect_uri = usable_redirect_uri(settings, &place, options)?;
    refuse_to_replace(&place, options).await?;
    place.make_room()?;

    let besides: &[Operation] = if options.user { &[Operation::UserInfo] } else { &[] };
    let authorizer = connect::authorizer(settings, &place)?;
    let scopes = Scope::least_for(scopes::operations(&config.policy).iter().chain(besides).copied());
    let sign_in = authorizer.sign_in(redirect_uri, scopes).context("nmbrs: sign-in")?;
    // Before the address is shown: whoever cannot be returned to must not be sent away.
    let listener = if options.paste { None } else { Some(Listener::bind(redirect_uri).await?) };
    let attempt = if options.pushed { sign_in.begin_pushed().await? } else { sign_in.begin()? };
    say(&format!("Open this address in a browser, and sign in as the customer:\n\n{}\n", attempt.url()));
    // Nothing comes between the tokens and the store: the code that bought them is spent.
    let keep = async |tokens: TokenSet| {
        let granted = tokens.scopes.clone();
        let kept = install(&authorizer, tokens).await;
        kept.with_context(|| format!("the new grant could not be stored {place}"))?;
        Ok(granted)
    };
    let granted = match listener {
        Some(listener) => of_the_browser(&sign_in, &attempt, listener, keep).await?,
        None => keep(of_a_pasted_line(&sign_in, attempt).await?).await?,
    };

    say(&format!("Signed in. The grant is {place}, {}.", place.protection()));
    say(&what_was_granted(config, granted.as_deref()));
    say(&what_it_shows(settings, authorizer, granted.as_deref()).await);
    Ok(())
}

fn usable_redirect_uri<'c>(
    settings: &'c NmbrsRest,
    place: &GrantPlace,
    options: Options,
) -> anyhow::Result<&'c str> {
    if matches!(place, GrantPlace::Memory(_)) {
        bail!(WrongUsage(
            "nmbrs.access_token: a grant needs a place that lasts; write nmbrs.tokens.file or .folder instead"
        ));
    }
    let Some(uri) = settings.redirect_uri.as_deref() else {
        bail!(WrongUsage(
            "nmbrs.redirect_uri: is missing; write one of the addresses that are registered for the application"
        ));
    };
    let can_listen = uri.starts_with("http://") && is_loopback(uri);
    if !can_listen && !options.paste {
        bail!(WrongUsage(
            "nmbrs.redirect_uri is not on this machine: use --paste, and paste the address to which the browser is sent"
        ));
    }
    Ok(uri)
}

async fn refuse_to_replace(place: &GrantPlace, options: Options) -> anyhow::Result<()> {
    if options.replace {
        return Ok(());
    }
    match place.load().await?.map(|grant| grant.state) {
        None | Some(GrantState::ConsentLost { .. }) => Ok(()),
        Some(_) => bail!(
            "there is a grant {place} already; `sync check` says whether it works, --replace puts a new one in its place"
        ),
    }
}

/// Takes exactly one visit for the answer, and tells the browser what became of it once the tokens are kept. Another's
/// visit is shown the door, and the waiting goes on.
async fn of_the_browser<T>(
    sign_in: &SignIn,
    attempt: &Attempt,
    mut listener: Listener,
    keep: impl AsyncFnOnce(TokenSet) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    loop {
        let visit = listener.visit().await?;
        // The client compares the state before it sends anything, so a foreign visit costs nothing.
        let once = Attempt::resume(attempt.url(), attempt.state().clone(), attempt.verifier().cloned());
        let finished = sign_in.finish(once, &visit.target).await;
        match finished {
            Err(error) if error.kind() == ErrorKind::ForeignCallback => visit.answer(Page::Foreign),
            finished => {
                let kept = match finished {
                    Ok(tokens) => keep(tokens).await,
                    Err(error) => Err(error.into()),
                };
                visit.answer(if kept.is_ok() { Page::Done } else { Page::Ended });
                listener.close().await;
                return kept;
            }
        }
    }
}

async fn of_a_pasted_line(sign_in: &SignIn, attempt: Attempt) -> anyhow::Result<TokenSet> {
    say("Then paste here the address to which the browser was sent, and press Enter:");
    let mut line = String::new();
    let mut input = BufReader::new(tokio::io::stdin().take(LONGEST_LINE));
    input.read_line(&mut line).await.context("standard input")?;
    if line.trim().is_empty() {
        bail!("nothing was pasted; nothing was sent");
    }
    Ok(sign_in.finish(attempt, line.trim()).await?)
}

async fn install(authorizer: &Authorizer, tokens: TokenSet) -> nmbrs_client::Result<()> {
    let mut attempt = 1;
    loop {
        match authorizer.install(tokens.clone()).await {
            Err(_) if attempt < STORE_ATTEMPTS => attempt += 1,
            installed => return installed,
        }
    }
}

fn what_was_granted(config: &Config, granted: Option<&[Scope]>) -> String {
    let Some(granted) = granted else {
        return "Nmbrs did not say what was granted; `sync check` tries it out.".to_owned();
    };
    let missing = scopes::missing(granted, &scopes::operations(&config.policy));
    let told = format!("Granted: {}.", scopes::listed(granted));
    if missing.is_empty() {
        return told;
    }
    let missing = scopes::listed(&missing);
    format!("{told}\nMISSING: {missing}. A run needs them: consent again with `sync sign-in --replace`.")
}

/// Who consented, and how many companies that opens. What cannot be looked up is told, and no reason to fail: the
/// grant is stored.
async fn what_it_shows(settings: &NmbrsRest, authorizer: Authorizer, granted: Option<&[Scope]>) -> String {
    let source = match connect::rest(settings, authorizer) {
        Ok(source) => source,
        Err(error) => return format!("It could not be tried out: {error:#}"),
    };
    let client = source.client();
    let mut told = Vec::new();
    if granted.is_some_and(|granted| granted.contains(&Scope::USER_INFO_READ)) {
        told.push(match client.user_info().all().await {
            Ok(users) => format!("The user is {}.", scopes::users(&users)),
            Err(error) => format!("Who the user is could not be looked up: {error}"),
        });
    }
    told.push(match client.companies_visible().await {
        Ok(companies) => format!("Visible companies: {}.", companies.rows.len()),
        Err(error) => format!("The visible companies could not be looked up: {error}"),
    });
    told.join("\n")
}

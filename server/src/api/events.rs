//! Server-sent events for open pages (WHATWG HTML §9.2): where changes stand now, then each move, until the session ends.

use super::{Answer, ApiError, Caller, Needs, Route, Verb, Who, part};
use crate::{Actor, Server, change, session, wake::Listener, wake::Wake};
use axum::{
    extract::{RawPathParams, State},
    response::sse::{Event, KeepAlive, Sse},
    routing,
};
use futures_util::stream::{self, Stream};
use model::{
    AccountId, ChangeId, Problem, Right, Scope,
    event::{CHANGE_EVENT, ChangeEvent},
};
use std::{
    collections::{HashMap, VecDeque},
    convert::Infallible,
    time::Duration,
};
use tokio::time::{Interval, MissedTickBehavior, interval};

pub(super) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/accounts/{account}/events",
        Who::Account(Right::See),
        Needs::Token(Scope::Read),
        "An account's changes as they move",
        Answer::Events,
        || routing::get(of_account),
    ),
    Route::new(
        Verb::Get,
        "/changes/{change}/events",
        Who::Account(Right::See),
        Needs::Token(Scope::Read),
        "One change as it moves",
        Answer::Events,
        || routing::get(of_change),
    ),
];

/// How often a silent stream looks whether its session still runs, and whether hosts went away.
const LOOK_AGAIN: Duration = Duration::from_secs(15);

async fn of_account(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let account: AccountId = part(&params, "account")?;
    open(server, actor, About::Account(account)).await
}

async fn of_change(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let change: ChangeId = part(&params, "change")?;
    let account = change::show(&server, &actor, change).await?.account;
    open(server, actor, About::Change(change, account)).await
}

#[derive(Clone, Copy)]
enum About {
    Account(AccountId),
    Change(ChangeId, Option<AccountId>),
}

struct Watch {
    server: Server,
    actor: Actor,
    about: About,
    wakes: Listener,
    clock: Interval,
    /// What this reader was told last.
    told: HashMap<ChangeId, ChangeEvent>,
    ready: VecDeque<ChangeEvent>,
}

async fn open(
    server: Server,
    actor: Actor,
    about: About,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    // Listening begins before looking: nothing moves unseen in between.
    let wakes = server.store.waker().subscribe();
    let mut clock = interval(LOOK_AGAIN);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    clock.reset();
    let mut watch =
        Watch { server, actor, about, wakes, clock, told: HashMap::new(), ready: VecDeque::new() };
    watch.look().await?;
    let stream = stream::unfold(watch, |mut watch| async move {
        let event = watch.next().await?;
        let event = Event::default().event(CHANGE_EVENT).json_data(&event).ok()?;
        Some((Ok(event), watch))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(LOOK_AGAIN)))
}

impl Watch {
    /// The next event; `None` ends the stream.
    async fn next(&mut self) -> Option<ChangeEvent> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            tokio::select! {
                wake = self.wakes.next() => if !self.concerns(wake?) { continue },
                _ = self.clock.tick() => {}
            }
            // As they stand now: an admin who is one no more sees no more than anybody.
            self.actor = session::still(&self.server, &self.actor).await.ok()??;
            // What one may no longer see ends the stream too.
            self.look().await.ok()?;
        }
    }

    fn concerns(&self, wake: Wake) -> bool {
        match (wake, self.about) {
            (Wake::All, _) => true,
            (Wake::User(user), _) => self.actor.user == Some(user),
            (Wake::Host(_), About::Account(_)) => false,
            // A change that concerns no account concerns a host.
            (Wake::Host(_), About::Change(_, account)) => account.is_none(),
            (Wake::Account(woken), About::Account(account)) => woken == account,
            (Wake::Account(woken), About::Change(_, account)) => account == Some(woken),
        }
    }

    /// Queues what differs from what was told.
    async fn look(&mut self) -> Result<(), Problem> {
        let events = match self.about {
            About::Account(account) => change::events(&self.server, &self.actor, account).await?,
            About::Change(change, _) => vec![change::event(&self.server, &self.actor, change).await?],
        };
        for event in events {
            if self.told.get(&event.change) != Some(&event) {
                self.told.insert(event.change, event.clone());
                self.ready.push_back(event);
            }
        }
        Ok(())
    }
}

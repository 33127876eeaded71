//! Adding a host, the token that enrols it, and what can be said of it later.

use super::{HostView, store, token};
use crate::{
    Actor, Server,
    change::{self, Act, Done, Subject},
    once, search,
    store::{Tx, sql},
    views::stale,
};
use model::{Duty, HostId, HostName, Problem, ProblemKind, Secret, Text};
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use utoipa::ToSchema;

/// The roles this version knows.
const ROLES: [&str; 1] = ["web"];

/// A host as an admin describes it.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHost {
    pub name: String,
    #[serde(default)]
    pub ipv4: String,
    #[serde(default)]
    pub ipv6: String,
    /// `web` when nothing is said.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// What shall be otherwise; what is not said stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Update {
    pub name: Option<String>,
    pub ipv4: Option<String>,
    pub ipv6: Option<String>,
}

/// A host with the command that enrols it, shown once.
#[derive(Debug)]
pub struct Added {
    pub host: HostView,
    pub command: Secret,
    /// Until when the token in it works.
    pub expires_at: i64,
}

pub async fn add(server: &Server, actor: &Actor, new: NewHost) -> Result<Done<Added>, Problem> {
    actor.must_do_what_others_see(Duty::SeeHosts, Duty::KeepHosts)?;
    let name = HostName::parse(new.name.trim())?;
    let (ipv4, ipv6) = addresses(&new.ipv4, &new.ipv6)?;
    let roles = roles(&new.roles)?;
    let id: HostId = server.world.id();
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    if let Some(made) = once::claim(&mut tx, actor, id, now).await? {
        // The same request again: the first command was shown once, so there is another one.
        let host = store::lock(&mut tx, made, now).await?;
        return give_token(server, actor, tx, host, now).await;
    }
    let inserted = sql("INSERT INTO hosts (id, name, roles, ipv4, ipv6, state, epoch, generation, acked_generation, created_at, version)
         VALUES ($1, $2, $3, $4, $5, 'waiting', 1, 0, 0, $6, 1) ON CONFLICT (name) DO NOTHING")
        .bind(id)
        .bind(&name)
        .bind(roles.as_str())
        .bind(ipv4.as_deref())
        .bind(ipv6.as_deref())
        .bind(now)
        .run(tx.on())
        .await?;
    if inserted == 0 {
        return Err(name_taken());
    }
    search::put(&mut tx, search::Kind::Host, id, &[&name]).await?;
    let mut act = act("host.create", id, &name);
    act.after = Some(json!({ "name": name, "ipv4": ipv4, "ipv6": ipv6, "roles": roles }));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    let (command, expires_at) = issue(server, &mut tx, id, now).await?;
    let host = store::load(tx.on(), id, now).await?;
    tx.wake_host(id);
    tx.commit().await?;
    Ok(Done { item: Added { host, command, expires_at }, change: Some(change) })
}

/// Another token for the same host: enrolling with it replaces the certificate the host may have.
pub async fn new_token(server: &Server, actor: &Actor, host: HostId) -> Result<Done<Added>, Problem> {
    actor.must_do_what_others_see(Duty::SeeHosts, Duty::KeepHosts)?;
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let host = store::lock(&mut tx, host, now).await?;
    // Used, it replaces the host's certificate.
    actor.must_have_proved(now)?;
    give_token(server, actor, tx, host, now).await
}

async fn give_token(
    server: &Server,
    actor: &Actor,
    mut tx: Tx,
    host: HostView,
    now: i64,
) -> Result<Done<Added>, Problem> {
    let change =
        change::record(&mut tx, &*server.world, actor, act("host.token", host.id, &host.name)).await?;
    let (command, expires_at) = issue(server, &mut tx, host.id, now).await?;
    tx.commit().await?;
    Ok(Done { item: Added { host, command, expires_at }, change: Some(change) })
}

/// Earlier tokens of the host that nobody used are void.
async fn issue(server: &Server, tx: &mut Tx, host: HostId, now: i64) -> Result<(Secret, i64), Problem> {
    sql("UPDATE enrolments SET expires_at = $2 WHERE host_id = $1 AND used_at IS NULL AND expires_at > $2")
        .bind(host)
        .bind(now)
        .run(tx.on())
        .await?;
    let mut random = [0; 32];
    server.world.random(&mut random);
    let (token, stored) = token::make(host, &server.ca, random);
    let expires_at = now + token::LIFETIME_MS;
    sql("INSERT INTO enrolments (id, host_id, created_at, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(stored)
        .bind(host)
        .bind(now)
        .bind(expires_at)
        .run(tx.on())
        .await?;
    let url = server.config.agents_url();
    let command = format!("alveole-agent enroll --panel {url} --token {}", token.reveal());
    Ok((Secret::new(command), expires_at))
}

/// Another name or other addresses.
pub async fn update(
    server: &Server,
    actor: &Actor,
    host: HostId,
    expected: Option<i64>,
    update: Update,
) -> Result<Done<HostView>, Problem> {
    actor.must_do_what_others_see(Duty::SeeHosts, Duty::KeepHosts)?;
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let before = store::lock(&mut tx, host, now).await?;
    stale(expected, before.version)?;
    let name = update.name.as_deref().map(|name| HostName::parse(name.trim())).transpose()?;
    let name = name.unwrap_or_else(|| before.name.clone());
    let said = |said: Option<String>, stands: &Option<String>| said.or(stands.clone()).unwrap_or_default();
    let (ipv4, ipv6) = addresses(&said(update.ipv4, &before.ipv4), &said(update.ipv6, &before.ipv6))?;
    let renamed = name != before.name;
    if !renamed && ipv4 == before.ipv4 && ipv6 == before.ipv6 {
        return Ok(Done { item: before, change: None });
    }
    let taken = sql("SELECT id FROM hosts WHERE name = $1 AND id <> $2")
        .bind(&name)
        .bind(host)
        .optional(tx.on(), |row| row.get::<HostId>("id"))
        .await?;
    if taken.is_some() {
        return Err(name_taken());
    }
    sql("UPDATE hosts SET name = $2, ipv4 = $3, ipv6 = $4, version = version + 1 WHERE id = $1")
        .bind(host)
        .bind(&name)
        .bind(ipv4.as_deref())
        .bind(ipv6.as_deref())
        .run(tx.on())
        .await?;
    search::put(&mut tx, search::Kind::Host, host, &[&name]).await?;
    let verb = if renamed { "host.rename" } else { "host.update" };
    let mut act = act(verb, host, &name);
    act.before = Some(summary(&before));
    let after = store::load(tx.on(), host, now).await?;
    act.after = Some(summary(&after));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    tx.wake_host(host);
    tx.commit().await?;
    Ok(Done { item: after, change: Some(change) })
}

fn summary(host: &HostView) -> Value {
    json!({ "name": host.name, "ipv4": host.ipv4, "ipv6": host.ipv6 })
}

pub(super) fn act(verb: &'static str, host: HostId, name: &HostName) -> Act {
    let mut act = Act::new(verb, Subject::new("host", host, name));
    act.host = Some(host);
    act
}

/// Both, in their shortest form; one at least.
fn addresses(ipv4: &str, ipv6: &str) -> Result<(Option<String>, Option<String>), Problem> {
    let (ipv4, ipv6) = (ipv4.trim(), ipv6.trim());
    let four = (!ipv4.is_empty()).then(|| ipv4.parse::<Ipv4Addr>()).transpose().map_err(|_| {
        Problem::invalid(
            "ipv4",
            "ipv4",
            Text::new(
                "Ce n’est pas une adresse IPv4\u{a0}: écrivez-la comme 192.0.2.10.",
                "This is no IPv4 address: write it like 192.0.2.10.",
            ),
        )
    })?;
    let six = (!ipv6.is_empty()).then(|| ipv6.parse::<Ipv6Addr>()).transpose().map_err(|_| {
        Problem::invalid(
            "ipv6",
            "ipv6",
            Text::new(
                "Ce n’est pas une adresse IPv6\u{a0}: écrivez-la comme 2001:db8::10.",
                "This is no IPv6 address: write it like 2001:db8::10.",
            ),
        )
    })?;
    if four.is_none() && six.is_none() {
        return Err(Problem::invalid(
            "ipv4",
            "host_address",
            Text::new(
                "Donnez l’adresse publique de l’hôte\u{a0}: le panneau y vérifie les sites.",
                "Give the host's public address: the panel verifies sites there.",
            ),
        ));
    }
    let unusable = |address: IpAddr| address.is_unspecified() || address.is_multicast();
    if four.is_some_and(|four| unusable(four.into()) || four.is_broadcast())
        || six.is_some_and(|six| unusable(six.into()))
    {
        return Err(Problem::invalid(
            "ipv4",
            "host_address",
            Text::new("Cette adresse n’est celle d’aucun hôte.", "This address is no host's."),
        ));
    }
    Ok((four.map(|four| four.to_string()), six.map(|six| six.to_string())))
}

fn roles(wanted: &[String]) -> Result<String, Problem> {
    if wanted.is_empty() {
        return Ok("web".into());
    }
    let mut roles: Vec<&str> = wanted.iter().map(|role| role.trim()).collect();
    roles.sort_unstable();
    roles.dedup();
    if roles.iter().all(|role| ROLES.contains(role)) {
        return Ok(roles.join(" "));
    }
    Err(Problem::invalid(
        "roles",
        "host_roles",
        Text::new(
            "Ce rôle n’existe pas\u{a0}: «\u{a0}web\u{a0}» est le seul pour l’instant.",
            "This role does not exist: “web” is the only one for now.",
        ),
    ))
}

fn name_taken() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "host_name_taken",
        Text::new(
            "Un hôte porte déjà ce nom, peut-être retiré\u{a0}: choisissez-en un autre.",
            "A host already has this name, perhaps a retired one: choose another.",
        ),
    )
    .on("name")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_shortened() {
        assert_eq!(
            addresses(" 192.0.2.1 ", "2001:0db8:0::1").unwrap(),
            (Some("192.0.2.1".into()), Some("2001:db8::1".into()))
        );
        assert_eq!(addresses("192.0.2.1", "").unwrap().1, None);
        for (ipv4, ipv6, code) in [
            ("", "", "host_address"),
            ("0.0.0.0", "", "host_address"),
            ("", "ff02::1", "host_address"),
            ("192.0.2.256", "", "ipv4"),
            ("2001:db8::1", "", "ipv4"),
            ("", "192.0.2.1", "ipv6"),
            ("-oProxyCommand=x", "", "ipv4"),
        ] {
            assert_eq!(addresses(ipv4, ipv6).unwrap_err().code, code, "{ipv4} {ipv6}");
        }
    }

    #[test]
    fn roles_are_known_ones() {
        assert_eq!(roles(&[]).unwrap(), "web");
        assert_eq!(roles(&["web".into(), "web".into()]).unwrap(), "web");
        assert!(roles(&["root".into()]).is_err());
    }
}

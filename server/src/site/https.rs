//! HTTPS of a site: visitors over HTTP sent there, browsers told to keep to it. What members choose, and what the host is told.

use super::{SiteRow, SiteView, rules, store};
use crate::{
    Actor, Server, account,
    change::{self, Done},
    resource,
    store::{Row, Tx, sql},
    views::stale,
};
use model::{ChangeId, Hsts, Https, Problem, ProblemKind, SiteId, SiteName, Text, text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// Browsers are told a day at first. After so long without trouble the panel makes it half a year.
pub const HSTS_DAY_MS: i64 = 7 * 24 * 3_600_000;

/// Whether visitors over HTTP are sent to HTTPS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Redirect {
    /// Not yet: once every name has its certificate in place.
    #[default]
    Auto,
    /// Those of each name that has its certificate in place.
    On,
    Off,
}

/// Which names browsers visit over HTTPS alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HstsReach {
    #[default]
    Off,
    /// The site's own.
    Names,
    /// And every name below them, wherever it is served.
    Subdomains,
}

impl Redirect {
    const ALL: [Redirect; 3] = [Redirect::Auto, Redirect::On, Redirect::Off];

    pub fn code(self) -> &'static str {
        match self {
            Redirect::Auto => "auto",
            Redirect::On => "on",
            Redirect::Off => "off",
        }
    }

    pub fn from_code(code: &str) -> Option<Redirect> {
        Redirect::ALL.into_iter().find(|one| one.code() == code)
    }
}

impl HstsReach {
    const ALL: [HstsReach; 3] = [HstsReach::Off, HstsReach::Names, HstsReach::Subdomains];

    pub fn code(self) -> &'static str {
        match self {
            HstsReach::Off => "off",
            HstsReach::Names => "names",
            HstsReach::Subdomains => "subdomains",
        }
    }

    pub fn from_code(code: &str) -> Option<HstsReach> {
        HstsReach::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// How a site's HTTPS is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct HttpsView {
    pub redirect: Redirect,
    pub hsts: HstsReach,
    /// When HSTS was last turned on. Where it is off again, browsers are told to forget it.
    pub hsts_at: Option<i64>,
    /// Since when browsers are told to keep to HTTPS for half a year and no longer for a day alone.
    pub hsts_long_at: Option<i64>,
}

impl HttpsView {
    pub(super) fn read(row: &Row) -> Result<HttpsView, Problem> {
        Ok(HttpsView {
            redirect: row.get("redirect")?,
            hsts: row.get("hsts")?,
            hsts_at: row.get("hsts_at")?,
            hsts_long_at: row.get("hsts_long_at")?,
        })
    }

    /// What members chose, as history keeps it: not what the panel makes of it by and by.
    pub(crate) fn summary(&self) -> Value {
        json!({ "redirect": self.redirect.code(), "hsts": self.hsts.code() })
    }
}

/// What the host is told: `proven` are the names whose certificate the panel has seen in place.
pub(crate) fn on_host(https: &HttpsView, proven: &[SiteName]) -> Https {
    let redirect = if https.redirect == Redirect::On { proven.to_vec() } else { vec![] };
    let max_age = match (https.hsts, https.hsts_at, https.hsts_long_at) {
        (HstsReach::Off, None, _) => return Https { redirect, hsts: None },
        (HstsReach::Off, Some(_), _) => 0,
        (_, _, None) => Hsts::DAY,
        (_, _, Some(_)) => Hsts::HALF_A_YEAR,
    };
    let hsts = Some(Hsts { max_age, subdomains: https.hsts == HstsReach::Subdomains });
    Https { redirect, hsts }
}

/// What is asked of a site's HTTPS; what is not said stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHttps {
    /// `auto` (once every name has its certificate), `on` or `off`.
    pub redirect: Option<String>,
    /// `off`, `names` or `subdomains`. It cannot be undone quickly: browsers that came by remember it.
    pub hsts: Option<String>,
}

/// The same, read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub redirect: Option<Redirect>,
    pub hsts: Option<HstsReach>,
}

impl Chosen {
    /// As history keeps it.
    pub fn before(side: Option<&Value>) -> Chosen {
        let code = |key| side.and_then(|side| side[key].as_str()).unwrap_or_default();
        Chosen { redirect: Redirect::from_code(code("redirect")), hsts: HstsReach::from_code(code("hsts")) }
    }
}

/// Sets a site's HTTPS, as typed.
pub async fn set_https(
    server: &Server,
    actor: &Actor,
    site: SiteId,
    expected: Option<i64>,
    new: NewHttps,
) -> Result<Done<SiteView>, Problem> {
    // Who may not see the site learns nothing about choices.
    store::show(server, actor, site).await?;
    let unknown = |field, codes: &str| {
        let text = text!("Ce choix n’existe pas\u{a0}: {codes}.", "This choice does not exist: {codes}.");
        Problem::invalid(field, "choice_absent", text)
    };
    let redirect = new
        .redirect
        .map(|code| Redirect::from_code(code.trim()).ok_or_else(|| unknown("redirect", "auto, on, off")));
    let hsts = new.hsts.map(|code| {
        HstsReach::from_code(code.trim()).ok_or_else(|| unknown("hsts", "off, names, subdomains"))
    });
    let chosen = Chosen { redirect: redirect.transpose()?, hsts: hsts.transpose()? };
    set_https_as(server, actor, site, expected, chosen, None).await
}

pub(crate) async fn set_https_as(
    server: &Server,
    actor: &Actor,
    id: SiteId,
    expected: Option<i64>,
    chosen: Chosen,
    undoes: Option<ChangeId>,
) -> Result<Done<SiteView>, Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let (of, before) = rules::lock(&mut tx, server, actor, id, now).await?;
    account::must_stay(&of)?;
    stale(expected, before.version)?;
    let stored = store::row(&mut tx, id).await?;
    let after = decide(&stored, chosen, now)?;
    if after == before.https {
        return Ok(Done { item: before, change: None });
    }
    write(&mut tx, id, &after).await?;
    let site = SiteRow { https: after, ..stored };
    let mut act = rules::act("site.https", &of, &site);
    act.before = Some(before.https.summary());
    act.after = Some(site.https.summary());
    act.undoes = undoes;
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    resource::write(&mut tx, change, now, vec![account::site_want(&of, &site)]).await?;
    rules::finish(tx, actor, &site, now, change).await
}

/// What becomes of it, or why not.
fn decide(site: &SiteRow, chosen: Chosen, now: i64) -> Result<HttpsView, Problem> {
    let before = &site.https;
    let mut after = before.clone();
    after.redirect = chosen.redirect.unwrap_or(before.redirect);
    after.hsts = chosen.hsts.unwrap_or(before.hsts);
    if after.redirect == Redirect::Auto && site.is_proven() {
        after.redirect = Redirect::On;
    }
    if after.hsts == HstsReach::Off {
        after.hsts_long_at = None;
        return Ok(after);
    }
    if after.redirect == Redirect::Off {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "hsts_needs_redirect",
            Text::new(
                "HSTS demande que les visites passent à HTTPS\u{a0}: arrêtez d’abord HSTS, ou gardez la redirection.",
                "HSTS needs visits to move to HTTPS: end HSTS first, or keep the redirect.",
            ),
        )
        .on(if chosen.redirect.is_some() { "redirect" } else { "hsts" }));
    }
    // One more name below it, and browsers find out about all of them.
    let wider = before.hsts == HstsReach::Off
        || (after.hsts, before.hsts) == (HstsReach::Subdomains, HstsReach::Names);
    if wider {
        if let Some(name) = site.names.iter().find(|name| !site.proven.contains(name)) {
            let name = name.unicode();
            return Err(Problem::new(
                ProblemKind::Conflict,
                "hsts_needs_certificates",
                text!(
                    "{name} n’a pas encore son certificat\u{a0}: HSTS le rendrait injoignable. Attendez-le, ou retirez ce nom.",
                    "{name} does not have its certificate yet: HSTS would make it unreachable. Wait for it, or remove this name."
                ),
            )
            .on("hsts"));
        }
        after.hsts_at = Some(now);
        after.hsts_long_at = None;
    }
    Ok(after)
}

pub(super) async fn write(tx: &mut Tx, site: SiteId, https: &HttpsView) -> Result<(), Problem> {
    sql("UPDATE sites SET redirect = $2, hsts = $3, hsts_at = $4, hsts_long_at = $5, version = version + 1 WHERE id = $1")
        .bind(site)
        .bind(https.redirect)
        .bind(https.hsts)
        .bind(https.hsts_at)
        .bind(https.hsts_long_at)
        .run(tx.on())
        .await
        .map(drop)
}

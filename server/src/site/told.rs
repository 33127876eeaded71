//! The parts of what a site is told, as people and programs say them.

use super::{
    SiteView,
    settings::{Part, set},
};
use crate::{Actor, Server, change::Done, site::store};
use model::{
    DocumentRoot, ErrorPage, MOST_REDIRECTS, Networks, PhpKey, Problem, ProblemKind, Redirect, RedirectCode,
    SiteId, SitePath, Target, Text, Who, text,
};
use serde::Deserialize;
use utoipa::ToSchema;

type At = (SiteId, Option<i64>);

/// What is asked of a site's PHP; what is not said stays, an empty text makes it usual again.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPhp {
    /// Its version, one of those the host offers: `8.4`.
    pub php: Option<String>,
    /// `128M`, within the plan's memory.
    pub memory_limit: Option<String>,
    pub upload_max_filesize: Option<String>,
    /// Not below `upload_max_filesize`.
    pub post_max_size: Option<String>,
    /// Seconds.
    pub max_execution_time: Option<String>,
    pub max_input_time: Option<String>,
    pub max_input_vars: Option<String>,
    /// `on` or `off`.
    pub display_errors: Option<String>,
    /// `Europe/Paris`.
    #[serde(rename = "date.timezone")]
    pub timezone: Option<String>,
    /// Seconds.
    #[serde(rename = "session.gc_maxlifetime")]
    pub session: Option<String>,
    /// `on` or `off`.
    #[serde(rename = "opcache.enable")]
    pub opcache: Option<String>,
}

impl NewPhp {
    fn typed(&self, key: PhpKey) -> Option<&str> {
        let typed = match key {
            PhpKey::MemoryLimit => &self.memory_limit,
            PhpKey::UploadMaxFilesize => &self.upload_max_filesize,
            PhpKey::PostMaxSize => &self.post_max_size,
            PhpKey::MaxExecutionTime => &self.max_execution_time,
            PhpKey::MaxInputTime => &self.max_input_time,
            PhpKey::MaxInputVars => &self.max_input_vars,
            PhpKey::DisplayErrors => &self.display_errors,
            PhpKey::DateTimezone => &self.timezone,
            PhpKey::SessionGcMaxlifetime => &self.session,
            PhpKey::OpcacheEnable => &self.opcache,
        };
        typed.as_deref()
    }
}

/// Sets a site's PHP.
pub async fn set_php(server: &Server, actor: &Actor, at: At, new: NewPhp) -> Result<Done<SiteView>, Problem> {
    set(server, actor, at, Part::Php, |settings| {
        if let Some(version) = new.php.as_deref().map(|version| version.trim_matches(' ')) {
            let parsed = (!version.is_empty()).then(|| version.parse()).transpose();
            settings.php.version = parsed.map_err(|problem: Problem| problem.on("php"))?;
        }
        for key in PhpKey::ALL {
            if let Some(typed) = new.typed(key) {
                settings.php.settings.set(key, typed)?;
            }
        }
        Ok(())
    })
    .await
}

/// A redirect, as typed.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRedirect {
    /// A path on the site: `/old`. `/` with `below` is the whole site.
    pub from: String,
    /// `https://www.asso.example/new`, or a path on the site: `/new`.
    pub to: String,
    /// All below `from` too.
    #[serde(default)]
    pub below: bool,
    /// Keep what stands below `from`; the query is kept in any case, unless `to` has its own.
    #[serde(default)]
    pub keep: bool,
    /// 301, 302, 307 or 308; 301 if not said.
    pub code: Option<u32>,
    /// Which one it becomes, from 1; the last if not said.
    pub place: Option<u32>,
}

/// Which redirect.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhichRedirect {
    pub from: String,
    #[serde(default)]
    pub below: bool,
    /// Moving it: which one it becomes, from 1.
    pub place: Option<u32>,
}

impl NewRedirect {
    fn parse(&self) -> Result<Redirect, Problem> {
        let code = match self.code {
            None => RedirectCode::default(),
            Some(code) => RedirectCode::try_from(u16::try_from(code).unwrap_or_default())?,
        };
        let (from, to) = (SitePath::parse(&self.from)?, Target::parse(&self.to)?);
        Redirect { from, below: self.below, to, code, keep: self.keep }.agreed()
    }
}

/// Adds a redirect.
pub async fn add_redirect(
    server: &Server,
    actor: &Actor,
    at: At,
    new: NewRedirect,
) -> Result<Done<SiteView>, Problem> {
    // Who may not see the site learns nothing about paths.
    store::show(server, actor, at.0).await?;
    let redirect = new.parse()?;
    set(server, actor, at, Part::Redirects, |settings| {
        let place = index(new.place, settings.redirects.len());
        settings.redirects.insert(place, redirect);
        Ok(())
    })
    .await
    .map_err(|problem| if problem.field == Some("redirects") { problem.on("from") } else { problem })
}

fn index(place: Option<u32>, length: usize) -> usize {
    place.map_or(length, |place| (place as usize).min(MOST_REDIRECTS).saturating_sub(1).min(length))
}

fn find(list: &[Redirect], which: &WhichRedirect) -> Result<usize, Problem> {
    let found = list.iter().position(|one| one.from.as_str() == which.from && one.below == which.below);
    found.ok_or_else(|| {
        Problem::new(
            ProblemKind::Conflict,
            "redirect_absent",
            Text::new(
                "Cette redirection n’est plus là\u{a0}: rechargez la liste.",
                "This redirect is no longer there: load the list again.",
            ),
        )
        .on("from")
    })
}

/// Takes a redirect away.
pub async fn remove_redirect(
    server: &Server,
    actor: &Actor,
    at: At,
    which: WhichRedirect,
) -> Result<Done<SiteView>, Problem> {
    set(server, actor, at, Part::Redirects, |settings| {
        let place = find(&settings.redirects, &which)?;
        settings.redirects.remove(place);
        Ok(())
    })
    .await
}

/// Gives a redirect another place: the first that is meant counts.
pub async fn move_redirect(
    server: &Server,
    actor: &Actor,
    at: At,
    which: WhichRedirect,
) -> Result<Done<SiteView>, Problem> {
    set(server, actor, at, Part::Redirects, |settings| {
        let place = find(&settings.redirects, &which)?;
        let redirect = settings.redirects.remove(place);
        let to = index(which.place, settings.redirects.len());
        settings.redirects.insert(to, redirect);
        Ok(())
    })
    .await
}

/// What happens to visitors of the other names.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMainName {
    /// `redirect` (to the main name) or `serve`.
    pub others: String,
}

/// Chooses whether the other names lead to the main one.
pub async fn set_main_name(
    server: &Server,
    actor: &Actor,
    at: At,
    new: NewMainName,
) -> Result<Done<SiteView>, Problem> {
    set(server, actor, at, Part::MainName, |settings| {
        settings.main_only = match new.others.trim() {
            "redirect" => true,
            "serve" => false,
            _ => return Err(absent("others", "redirect, serve")),
        };
        Ok(())
    })
    .await
}

/// What is asked of a site's maintenance; what is not said stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMaintenance {
    /// `on` or `off`.
    pub switch: Option<String>,
    /// Who sees the site meanwhile: up to 20 addresses or networks, with spaces or commas between them.
    pub addresses: Option<String>,
}

/// Sends visitors away for a while, or lets them in again.
pub async fn set_maintenance(
    server: &Server,
    actor: &Actor,
    at: At,
    new: NewMaintenance,
) -> Result<Done<SiteView>, Problem> {
    set(server, actor, at, Part::Maintenance, |settings| {
        if let Some(typed) = &new.addresses {
            settings.maintenance.allow = Networks::parse(typed)?;
        }
        match new.switch.as_deref().map(str::trim) {
            None => {}
            Some("on") => settings.maintenance.on = true,
            Some("off") => settings.maintenance.on = false,
            Some(_) => return Err(absent("switch", "on, off")),
        }
        Ok(())
    })
    .await
}

/// Who may come, by address; what is not said stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVisitors {
    /// `everybody`, `listed` (they alone) or `others` (all but those listed).
    pub who: Option<String>,
    /// Up to 200 addresses or networks, with spaces or commas between them.
    pub addresses: Option<String>,
}

/// Chooses who may come, by address.
pub async fn set_visitors(
    server: &Server,
    actor: &Actor,
    at: At,
    new: NewVisitors,
) -> Result<Done<SiteView>, Problem> {
    set(server, actor, at, Part::Visitors, |settings| {
        if let Some(typed) = &new.addresses {
            settings.visitors.networks = Networks::parse(typed)?;
        }
        if let Some(code) = &new.who {
            let who = Who::from_code(code.trim());
            settings.visitors.who = who.ok_or_else(|| absent("who", "everybody, listed, others"))?;
        }
        Ok(())
    })
    .await
}

/// Pages of the site's own for errors; what is not said stays, an empty text takes it away.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewErrors {
    /// A path on the site: `/403.html`.
    #[serde(rename = "403")]
    pub forbidden: Option<String>,
    #[serde(rename = "404")]
    pub not_found: Option<String>,
    #[serde(rename = "500")]
    pub broken: Option<String>,
    #[serde(rename = "503")]
    pub away: Option<String>,
}

/// Chooses pages for errors.
pub async fn set_errors(
    server: &Server,
    actor: &Actor,
    at: At,
    new: NewErrors,
) -> Result<Done<SiteView>, Problem> {
    set(server, actor, at, Part::Errors, |settings| {
        for error in ErrorPage::ALL {
            let typed = match error {
                ErrorPage::Forbidden => &new.forbidden,
                ErrorPage::NotFound => &new.not_found,
                ErrorPage::Broken => &new.broken,
                ErrorPage::Away => &new.away,
            };
            match typed.as_deref().map(|typed| typed.trim_matches(' ')) {
                None => {}
                Some("") => {
                    settings.errors.remove(&error);
                }
                Some(path) => {
                    let path = SitePath::parse(path).map_err(|problem| problem.on(error.code()))?;
                    settings.errors.insert(error, path);
                }
            }
        }
        Ok(())
    })
    .await
}

/// Which folder visitors see.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRoot {
    /// Below the site's folder: `web/dist`; empty: `public`.
    pub root: String,
}

/// Chooses the folder visitors see.
pub async fn set_root(
    server: &Server,
    actor: &Actor,
    at: At,
    new: NewRoot,
) -> Result<Done<SiteView>, Problem> {
    set(server, actor, at, Part::Root, |settings| {
        let typed = new.root.trim_matches(' ');
        let root = (!typed.is_empty()).then(|| DocumentRoot::parse(typed)).transpose()?;
        settings.root = root.filter(|root| root.as_str() != "public");
        Ok(())
    })
    .await
}

fn absent(field: &'static str, codes: &str) -> Problem {
    let text = text!("Ce choix n’existe pas\u{a0}: {codes}.", "This choice does not exist: {codes}.");
    Problem::invalid(field, "choice_absent", text)
}

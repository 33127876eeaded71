//! The end of a member: at once where nothing hangs on it, with a second admin's approval where accounts do.

use crate::{
    http::{Answer, Face, on_form, see},
    parts::{Action, Tone, Typed, day, fold_loss, link, notice},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{Duty, Lang, MemberId, SiteName};
use server::{
    Server,
    approval::{ApprovalView, Kind},
    member::{Losses, LostAccount, LostRole, MemberView},
};

/// `POST /members/{member}/deletion`
pub async fn ask(State(server): State<Server>, face: Face, Path(id): Path<MemberId>) -> Answer {
    match server::member::ask_deletion(&server, face.me()?, id).await {
        Ok(_) => see(format!("/members/{id}"), "approval_asked"),
        Err(problem) => {
            super::show::refused(&server, &face, id, Typed::new().refused(on_form(problem)?)).await
        }
    }
}

/// `POST /members/{member}/keep`
pub async fn keep(State(server): State<Server>, face: Face, Path(id): Path<MemberId>) -> Answer {
    server::member::keep(&server, face.me()?, id).await?;
    see(format!("/members/{id}"), "member_kept")
}

/// What the page of a member says of its end.
pub struct End {
    /// What would be lost; for those who could ask for it.
    losses: Option<Losses>,
    /// What is asked for already.
    open: Option<ApprovalView>,
}

impl End {
    pub async fn of(server: &Server, face: &Face, id: MemberId) -> Result<End, crate::http::Miss> {
        let me = face.me()?;
        let losses = match face.may(Duty::Administer) {
            true => Some(server::member::losses(server, me, id).await?),
            false => None,
        };
        let open = match face.may(Duty::SeeUsers) {
            true => server::approval::open(server, me, Kind::DeleteMember, &id.to_string()).await?,
            false => None,
        };
        Ok(End { losses, open })
    }

    /// That it is asked for, or under way.
    pub fn notice(&self, face: &Face, member: &MemberView) -> Option<AnyView> {
        let lang = face.lang;
        if let Some(at) = member.erase_at {
            let words = view! {
                <p>{lang.pick("Ses comptes sont supprimés, et tout peut encore revenir. La fiche du membre disparaît quand son dernier compte est effacé, au plus tôt le ", "Its accounts are deleted, and everything can still come back. The member's record disappears when its last account is erased, not before ")}{day(lang, at)}{lang.pick(". Rétablir un de ses comptes garde aussi le membre.", ". Restoring one of its accounts keeps the member too.")}</p>
                {face.may(Duty::Administer).then(|| {
                    Action::new(format!("/members/{}/keep", member.id), lang.pick("Garder le membre", "Keep the member")).view()
                })}
            };
            return Some(notice(Tone::Held, lang.pick("Suppression en cours", "Being deleted"), words));
        }
        let open = self.open.as_ref()?;
        let by = open.by.clone();
        let words = view! {
            <p>{lang.pick("Demandée par ", "Asked for by ")}{by}{lang.pick(", elle attend l’accord d’une deuxième personne de l’administration jusqu’au ", ", it waits for a second admin's approval until ")}{day(lang, open.expires_at)}{lang.pick(". Rien n’a changé d’ici là.", ". Nothing changes before.")}</p>
            {link("/staff", lang.pick("Voir la demande", "See the request"))}
        };
        Some(notice(Tone::Held, lang.pick("Sa suppression est demandée", "Its deletion is asked for"), words))
    }

    /// The fold that ends it, for whom it is open.
    pub fn act(&self, face: &Face, member: &MemberView) -> Option<AnyView> {
        if member.erase_at.is_some() || self.open.is_some() {
            return None;
        }
        match &self.losses {
            Some(losses) if !losses.accounts.is_empty() || losses.erased > 0 => {
                Some(with_accounts(face.lang, member, losses))
            }
            _ if face.may(Duty::KeepMembers) && member.accounts == 0 => Some(alone(face.lang, member)),
            _ => None,
        }
    }
}

fn with_accounts(lang: Lang, member: &MemberView, losses: &Losses) -> AnyView {
    let words = lang.pick(
        "Une deuxième personne de l’administration doit donner son accord, dans les sept jours. Alors tous les comptes ci-dessous sont supprimés\u{a0}: leurs sites ne répondent plus, leurs fichiers restent. Tout peut revenir jusqu’à leur effacement, comme pour tout compte supprimé\u{a0}; ensuite disparaissent comptes, fiche, contacts, notes et accès. L’historique reste, le numéro n’est plus donné.",
        "A second admin has to approve, within seven days. Then all the accounts below are deleted: their sites no longer answer, their files stay. Everything can come back until they are erased, as with every deleted account; then accounts, record, contacts, notes and access disappear. The history stays, the number is not given again.",
    );
    let accounts: Vec<AnyView> = losses.accounts.iter().map(|account| lost(lang, account)).collect();
    let users = (!losses.users.is_empty()).then(|| {
        view! { <p>{lang.pick("Rôles sur le membre\u{a0}: ", "Roles on the member: ")}{roles(lang, &losses.users)}</p> }
    });
    let button = Action::new(
        format!("/members/{}/deletion", member.id),
        lang.pick("Demander la suppression", "Ask for the deletion"),
    )
    .about(lang, &member.name)
    .loss();
    let body = view! {
        <p>{words}</p>
        <ul>{accounts}</ul>
        {users}
        {button.view()}
    };
    fold_loss(lang.pick("Supprimer avec ses comptes…", "Delete with its accounts…"), false, body)
}

fn lost(lang: Lang, account: &LostAccount) -> AnyView {
    let sites: Vec<String> = account.sites.iter().map(SiteName::unicode).collect();
    let sites = match sites.is_empty() {
        true => lang.pick("aucun site", "no site").to_owned(),
        false => format!("{}{}{}", lang.pick("sites", "sites"), lang.colon(), sites.join(", ")),
    };
    let databases: Vec<&str> = account.databases.iter().map(|name| name.as_str()).collect();
    let databases = match databases.is_empty() {
        true => String::new(),
        false => {
            let word = lang.pick("bases de données", "databases");
            format!(" · {word}{}{}", lang.colon(), databases.join(", "))
        }
    };
    let users = match account.users.is_empty() {
        true => lang.pick("personne n’y a de rôle", "nobody has a role on it").to_owned(),
        false => format!("{}{}{}", lang.pick("accès", "access"), lang.colon(), roles(lang, &account.users)),
    };
    view! { <li><b>{account.name.to_string()}</b>{format!("{}{sites}{databases} · {users}", lang.colon())}</li> }
        .into_any()
}

fn roles(lang: Lang, roles: &[LostRole]) -> String {
    let roles: Vec<String> =
        roles.iter().map(|one| format!("{} ({})", one.email, one.role.word().pick(lang))).collect();
    roles.join(", ")
}

fn alone(lang: Lang, member: &MemberView) -> AnyView {
    let words = lang.pick(
        "Ce membre n’a aucun compte\u{a0}: sa fiche, ses contacts, ses notes et ses accès disparaissent\u{a0}; l’historique reste, son numéro n’est plus donné.",
        "This member has no account: its record, contacts, notes and access disappear; the history stays, its number is not given again.",
    );
    let button = Action::new(
        format!("/members/{}/delete", member.id),
        lang.pick("Supprimer le membre", "Delete the member"),
    )
    .loss();
    fold_loss(lang.pick("Supprimer…", "Delete…"), false, view! { <p>{words}</p>{button.view()} })
}

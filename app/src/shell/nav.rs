//! Navigation: what there is to open, by role.

use crate::{
    http::Face,
    parts::{Icon, icon},
};
use leptos::prelude::*;
use model::Duty;
use server::grant::On;

/// The part of the panel a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Home,
    Accounts,
    Members,
    Users,
    Mails,
    Plans,
    Hosts,
    Certificates,
    Changes,
    Tokens,
    Profile,
    /// Error pages and the like.
    Nowhere,
}

/// Place, sign, French, English, path.
type Entry = (Place, Icon, &'static str, &'static str, &'static str);

/// For staff, each with the duty it takes.
const STAFF: [(Entry, Option<Duty>); 11] = [
    ((Place::Home, Icon::Home, "Accueil", "Home", "/"), None),
    ((Place::Accounts, Icon::Account, "Comptes", "Accounts", "/accounts"), Some(Duty::SeeMembers)),
    ((Place::Members, Icon::Member, "Membres", "Members", "/members"), Some(Duty::SeeMembers)),
    ((Place::Users, Icon::Profile, "Utilisateurs", "Users", "/users"), Some(Duty::SeeUsers)),
    ((Place::Mails, Icon::Mail, "Courriels", "Mails", "/mails"), Some(Duty::SeeMails)),
    ((Place::Plans, Icon::Plan, "Offres", "Plans", "/plans"), Some(Duty::SeeMembers)),
    ((Place::Hosts, Icon::Host, "Hôtes", "Hosts", "/hosts"), Some(Duty::SeeHosts)),
    (
        (Place::Certificates, Icon::Lock, "Certificats", "Certificates", "/certificates"),
        Some(Duty::SeeMembers),
    ),
    ((Place::Changes, Icon::Change, "Modifications", "Changes", "/changes"), Some(Duty::SeeHosts)),
    ((Place::Tokens, Icon::Token, "Jetons d’API", "API tokens", "/tokens"), None),
    ((Place::Profile, Icon::Profile, "Mon profil", "My profile", "/profile"), None),
];

const MEMBER: [Entry; 4] = [
    (Place::Accounts, Icon::Account, "Mes comptes", "My accounts", "/accounts"),
    (Place::Members, Icon::Member, "Mes coordonnées", "My details", "/members/mine"),
    (Place::Profile, Icon::Profile, "Mon profil", "My profile", "/profile"),
    (Place::Tokens, Icon::Token, "Jetons d’API", "API tokens", "/tokens"),
];

pub fn nav(face: &Face, place: Place) -> AnyView {
    let lang = face.lang;
    let entries: Vec<Entry> = if face.is_staff() {
        let theirs = STAFF.iter().filter(|(_, duty)| duty.is_none_or(|duty| face.may(duty)));
        theirs.map(|(entry, _)| *entry).collect()
    } else {
        // What is one's own rests while one looks as others do.
        let shows = |place: Place| match face.viewing().map(|viewing| viewing.on) {
            None => true,
            Some(On::Account(_)) => place == Place::Accounts,
            Some(On::Member(_)) => matches!(place, Place::Accounts | Place::Members),
        };
        MEMBER.iter().filter(|(place, ..)| shows(*place)).copied().collect()
    };
    let entries = entries
        .into_iter()
        .map(|(there, sign, fr, en, path)| {
            let current = (there == place).then_some("true");
            view! { <li><a href=path aria-current=current>{icon(sign)}<span>{lang.pick(fr, en)}</span></a></li> }
        })
        .collect_view();
    view! {
        <nav class="nav" aria-label=lang.pick("Navigation principale", "Main navigation")><ul>{entries}</ul></nav>
    }
    .into_any()
}

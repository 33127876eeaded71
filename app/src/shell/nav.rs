//! Navigation: what there is to open, by role.

use crate::{
    http::Face,
    parts::{Icon, icon},
};
use leptos::prelude::*;

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
    Changes,
    Tokens,
    Profile,
    /// Error pages and the like.
    Nowhere,
}

/// Place, sign, French, English, path, for admins only.
type Entry = (Place, Icon, &'static str, &'static str, &'static str);

const ADMIN: [Entry; 10] = [
    (Place::Home, Icon::Home, "Accueil", "Home", "/"),
    (Place::Accounts, Icon::Account, "Comptes", "Accounts", "/accounts"),
    (Place::Members, Icon::Member, "Membres", "Members", "/members"),
    (Place::Users, Icon::Profile, "Utilisateurs", "Users", "/users"),
    (Place::Mails, Icon::Mail, "Courriels", "Mails", "/mails"),
    (Place::Plans, Icon::Plan, "Offres", "Plans", "/plans"),
    (Place::Hosts, Icon::Host, "Hôtes", "Hosts", "/hosts"),
    (Place::Changes, Icon::Change, "Modifications", "Changes", "/changes"),
    (Place::Tokens, Icon::Token, "Jetons d’API", "API tokens", "/tokens"),
    (Place::Profile, Icon::Profile, "Mon profil", "My profile", "/profile"),
];

const MEMBER: [Entry; 4] = [
    (Place::Accounts, Icon::Account, "Mes comptes", "My accounts", "/accounts"),
    (Place::Members, Icon::Member, "Mes coordonnées", "My details", "/members/mine"),
    (Place::Tokens, Icon::Token, "Jetons d’API", "API tokens", "/tokens"),
    (Place::Profile, Icon::Profile, "Mon profil", "My profile", "/profile"),
];

pub fn nav(face: &Face, place: Place) -> AnyView {
    let lang = face.lang;
    let entries: &[Entry] = if face.is_admin() { &ADMIN } else { &MEMBER };
    let entries = entries
        .iter()
        .map(|(there, sign, fr, en, path)| {
            let current = (*there == place).then_some("true");
            view! { <li><a href=*path aria-current=current>{icon(*sign)}<span>{lang.pick(*fr, *en)}</span></a></li> }
        })
        .collect_view();
    view! {
        <nav class="nav" aria-label=lang.pick("Navigation principale", "Main navigation")><ul>{entries}</ul></nav>
    }
    .into_any()
}

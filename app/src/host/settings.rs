//! What can be done with a host: renaming, closing to new accounts, enrolling again, revoking, retiring.

use crate::parts::{Action, Input, Typed, fold, fold_loss};
use leptos::prelude::*;
use model::Lang;
use server::host::{HostState, HostView};

pub fn section(lang: Lang, host: &HostView, typed: &Typed) -> Option<AnyView> {
    if host.state == HostState::Retired {
        return None;
    }
    Some(
        view! {
            <section class="folds" aria-label=lang.pick("Réglages de l’hôte", "Settings of the host")>
                {rename(lang, host, typed)}
                {closing(lang, host)}
                {enrol(lang, host)}
                {revoke(lang, host)}
                {retire(lang, host)}
            </section>
        }
        .into_any(),
    )
}

fn rename(lang: Lang, host: &HostView, typed: &Typed) -> AnyView {
    let wrong = ["name", "ipv4", "ipv6"].into_iter().any(|field| typed.error(field).is_some());
    let shown = if wrong {
        typed.clone()
    } else {
        Typed::new()
            .with("name", host.name.as_str())
            .with("ipv4", host.ipv4.clone().unwrap_or_default())
            .with("ipv6", host.ipv6.clone().unwrap_or_default())
    };
    let form = view! {
        <form class="form" method="post" action=format!("/hosts/{}", host.id) novalidate=true>
            {Input::text("name", lang.pick("Nom", "Name")).view(lang, &shown)}
            {Input::text("ipv4", lang.pick("Adresse IPv4", "IPv4 address")).optional().view(lang, &shown)}
            {Input::text("ipv6", lang.pick("Adresse IPv6", "IPv6 address")).optional().view(lang, &shown)}
            <button class="button" type="submit">{lang.pick("Enregistrer", "Save")}</button>
        </form>
    };
    fold(lang.pick("Nom et adresses…", "Name and addresses…"), wrong, form)
}

fn closing(lang: Lang, host: &HostView) -> Option<AnyView> {
    let path = |verb: &str| format!("/hosts/{}/{verb}", host.id);
    match host.state {
        HostState::Active => {
            let words = lang.pick(
                "Plus aucun nouveau compte n’y sera placé\u{a0}; ce qu’il sert continue.",
                "No new account will be placed on it; what it serves goes on.",
            );
            let act =
                Action::new(path("drain"), lang.pick("Fermer aux nouveaux comptes", "Close to new accounts"));
            Some(fold(
                lang.pick("Fermer aux nouveaux comptes…", "Close to new accounts…"),
                false,
                view! { <p>{words}</p>{act.view()} },
            ))
        }
        HostState::Draining => {
            let words = lang.pick("Il accueillera de nouveau des comptes.", "It will take accounts again.");
            let act = Action::new(
                path("activate"),
                lang.pick("Rouvrir aux nouveaux comptes", "Open to new accounts"),
            );
            Some(fold(
                lang.pick("Rouvrir aux nouveaux comptes…", "Open to new accounts…"),
                false,
                view! { <p>{words}</p>{act.view()} },
            ))
        }
        _ => None,
    }
}

fn enrol(lang: Lang, host: &HostView) -> AnyView {
    let words = lang.pick(
        "Après une réinstallation, ou si la commande est perdue. La nouvelle commande remplace les précédentes\u{a0}; une fois utilisée, l’ancien certificat de l’hôte ne vaut plus.",
        "After a reinstallation, or when the command is lost. The new command replaces earlier ones; once used, the host's former certificate is void.",
    );
    let act = Action::new(
        format!("/hosts/{}/enrol", host.id),
        lang.pick("Donner une nouvelle commande", "Give a new command"),
    );
    fold(
        lang.pick("Enrôler à nouveau…", "Enrol again…"),
        host.state == HostState::Waiting,
        view! { <p>{words}</p>{act.view()} },
    )
}

fn revoke(lang: Lang, host: &HostView) -> Option<AnyView> {
    if host.state == HostState::Revoked {
        return None;
    }
    let accounts = host.accounts;
    let words = lang.pick(
        format!("Son agent n’est plus admis\u{a0}: les modifications des {accounts} comptes de cet hôte attendront. Ses sites restent en service. Pour l’admettre à nouveau, enrôlez-le."),
        format!("Its agent is let in no more: changes of the {accounts} accounts on this host will wait. Its sites stay in service. To admit it again, enrol it."),
    );
    let act = Action::new(
        format!("/hosts/{}/revoke", host.id),
        lang.pick("Révoquer son accès", "Revoke its access"),
    )
    .loss();
    Some(fold_loss(
        lang.pick("Révoquer son accès…", "Revoke its access…"),
        false,
        view! { <p>{words}</p>{act.view()} },
    ))
}

fn retire(lang: Lang, host: &HostView) -> AnyView {
    let accounts = host.accounts;
    let words = if accounts > 0 {
        lang.pick(
            format!("Il porte encore {accounts} comptes\u{a0}: il ne peut être retiré qu’une fois vide."),
            format!("It still holds {accounts} accounts: it can be retired only once empty."),
        )
    } else {
        lang.pick(
            "Il quitte le panneau pour toujours\u{a0}; son historique reste. Rien n’est effacé sur le serveur.",
            "It leaves the panel for ever; its history stays. Nothing is erased on the server.",
        )
        .to_owned()
    };
    let act = (accounts == 0).then(|| {
        Action::new(format!("/hosts/{}/retire", host.id), lang.pick("Retirer l’hôte", "Retire the host"))
            .loss()
            .view()
    });
    fold_loss(lang.pick("Retirer…", "Retire…"), false, view! { <p>{words}</p>{act} })
}

//! The keys of an account, what to type into an SFTP program, and the form that lets a key in.

use crate::{
    account::{self, Part},
    http::{Answer, Face, on_form, see},
    parts::{
        self, Action, Area, Facts, Input, Tone, Typed, command, empty, errors, moment, next_page, notice,
    },
    shell,
};
use axum::extract::{Path, Query, State};
use leptos::prelude::*;
use model::{AccountId, Lang, Right, SshKeyId, files::SFTP_PORT};
use server::{
    Server,
    account::{AccountView, Standing},
    paging::Page,
    ssh_key::{self, NewSshKey, SshKeyView},
};

/// `GET /accounts/{account}/ssh-keys`
pub async fn list(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    Query(page): Query<parts::Page>,
) -> Answer {
    draw(&server, &face, id, &page, &Typed::new()).await
}

/// `POST /accounts/{account}/ssh-keys`
pub async fn create(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    typed: Typed,
) -> Answer {
    let new = NewSshKey { key: typed.get("key").to_owned(), label: typed.some("label").map(str::to_owned) };
    match ssh_key::create(&server, face.me()?, id, new).await {
        Ok(_) => see(format!("/accounts/{id}/ssh-keys"), "ssh_key_added"),
        Err(problem) => {
            let typed = typed.refused(on_form(problem)?);
            let face = face.at(format!("/accounts/{id}/ssh-keys"));
            draw(&server, &face, id, &parts::Page::default(), &typed).await
        }
    }
}

/// `POST /ssh-keys/{ssh_key}/delete`
pub async fn delete(State(server): State<Server>, face: Face, Path(id): Path<SshKeyId>) -> Answer {
    let done = ssh_key::delete(&server, face.me()?, id, None).await?;
    see(format!("/accounts/{}/ssh-keys", done.item.account.id), "ssh_key_deleted")
}

/// What the page shows.
struct Seen {
    account: AccountView,
    keys: Page<SshKeyView>,
    may: bool,
    /// Whoever looks is here in person: what a view put in would outlive it.
    in_person: bool,
    /// Where SFTP answers, if the host has it.
    address: Option<String>,
}

async fn draw(server: &Server, face: &Face, id: AccountId, page: &parts::Page, typed: &Typed) -> Answer {
    let me = face.me()?;
    let account = server::account::show(server, me, id).await?;
    let keys = ssh_key::list(server, me, id, &page.listing()).await?;
    let may = server::grant::access(server, me, id).await?.has(Right::Sites);
    let address = ssh_key::address(server, account.host.id).await?;
    let in_person = face.viewing().is_none();
    let seen = Seen { account, keys, may, in_person, address };
    let frame = account::frame(face, &seen.account, Part::Files).status(typed.status());
    Ok(shell::page(face, frame, shown(face.lang, &seen, page, typed)))
}

fn shown(lang: Lang, seen: &Seen, page: &parts::Page, typed: &Typed) -> impl IntoView + use<> {
    let Seen { account, keys, may, .. } = seen;
    let path = format!("/accounts/{}/ssh-keys", account.id);
    let next = next_page(lang, &path, page, keys.next.as_deref());
    let list = if keys.items.is_empty() {
        let words = lang.pick(
            "Ajoutez la clé publique de votre ordinateur\u{a0}: FileZilla, WinSCP, Cyberduck ou la commande sftp ouvriront alors les fichiers du compte.",
            "Add your computer's public key: FileZilla, WinSCP, Cyberduck or the command sftp then open the account's files.",
        );
        empty(lang.pick("Aucune clé", "No key"), words, None)
    } else {
        let items = keys.items.iter().map(|key| item(lang, key, *may)).collect_view();
        view! { <ul class="items">{items}</ul> }.into_any()
    };
    let open = *may && seen.in_person && seen.address.is_some() && account.state == Standing::Active;
    view! {
        <div class="stack">
            {account::standing_notice(lang, account)}
            {errors(lang, typed)}
            {connection(lang, seen)}
            <section class="card card-flat" aria-labelledby="keys">
                <div class="card-head">
                    <h2 id="keys">{lang.pick("Clés SSH", "SSH keys")}</h2>
                    <div class="acts">
                        {parts::link(
                            format!("/accounts/{}/sftp-logins", account.id),
                            lang.pick("Accès à un dossier, connexions", "Logins for a folder, sign-ins"),
                        )}
                    </div>
                </div>
                {list}
            </section>
            {next}
            {open.then(|| add(lang, account, typed))}
        </div>
    }
}

fn connection(lang: Lang, seen: &Seen) -> AnyView {
    let Some(address) = &seen.address else {
        let title =
            lang.pick("L’hôte de ce compte n’a pas encore SFTP", "This account's host has no SFTP yet");
        let words = lang.pick(
            "La coopérative doit d’abord y mettre à jour Alvéole.",
            "The cooperative has to update Alvéole there first.",
        );
        return notice(Tone::Know, title, view! { <p>{words}</p> });
    };
    let code = |words: String| view! { <code>{words}</code> };
    let user = seen.account.name.to_string();
    let facts = Facts::new()
        .line(lang.pick("Protocole", "Protocol"), "SFTP")
        .line(lang.pick("Serveur", "Server"), code(address.clone()))
        .line(lang.pick("Port", "Port"), code(SFTP_PORT.to_string()))
        .line(lang.pick("Utilisateur", "User"), code(user.clone()))
        .line(
            lang.pick("Mot de passe", "Password"),
            lang.pick("aucun\u{a0}: votre clé suffit", "none: your key is enough"),
        )
        .view();
    view! {
        <section class="card stack" aria-labelledby="sftp">
            <h2 id="sftp">{lang.pick("Connexion SFTP", "SFTP connection")}</h2>
            {facts}
            {command(lang, format!("sftp -P {SFTP_PORT} {user}@{address}"))}
        </section>
    }
    .into_any()
}

fn item(lang: Lang, key: &SshKeyView, may: bool) -> AnyView {
    let delete = may.then(|| {
        Action::new(format!("/ssh-keys/{}/delete", key.id), lang.pick("Retirer", "Remove"))
            .loss_small()
            .about(lang, &key.label)
            .view()
    });
    view! {
        <li>
            <div class="item">
                <p class="item-name">{key.label.clone()}</p>
                <p class="item-more"><code>{key.algorithm.clone()}</code>" "<code>{key.fingerprint.clone()}</code></p>
                <p class="item-more">{lang.pick("Ajoutée le ", "Added ")}{moment(lang, key.created_at)}{by(lang, key.made_by.as_ref())}</p>
                {key.maker_left.then(|| left(lang))}
            </div>
            {delete}
        </li>
    }
    .into_any()
}

/// Who added it, where that is known.
pub fn by(lang: Lang, who: Option<&String>) -> Option<String> {
    who.map(|who| lang.pick(format!(" par {who}"), format!(" by {who}")))
}

/// What somebody left behind whose access has ended.
pub fn left(lang: Lang) -> AnyView {
    let words = lang.pick(
        "Cette personne n’a plus accès au compte, mais ceci lui ouvre peut-être encore ses fichiers\u{a0}: retirez-le si personne d’autre ne s’en sert.",
        "This person has no access to the account any more, but this may still open its files to them: remove it if nobody else uses it.",
    );
    view! { <p class="item-more"><strong>{words}</strong></p> }.into_any()
}

fn add(lang: Lang, account: &AccountView, typed: &Typed) -> AnyView {
    let label = Input::text("label", lang.pick("Son nom", "Its name"))
        .hint(lang.pick(
            "Par exemple «\u{a0}portable d’Ana\u{a0}». Laissez vide pour prendre celui que la clé porte.",
            "Such as “Ana’s laptop”. Leave empty to take the one the key bears.",
        ))
        .optional();
    let key = Area::new("key", lang.pick("Clé publique", "Public key")).rows(4).needed().hint(lang.pick(
        "Le contenu d’un fichier qui finit par .pub, sur une ligne. Pas encore de clé\u{a0}? Tapez ssh-keygen -t ed25519 dans un terminal.",
        "The contents of a file that ends in .pub, on one line. No key yet? Type ssh-keygen -t ed25519 in a terminal.",
    ));
    view! {
        <section class="card stack" aria-labelledby="add">
            <h2 id="add">{lang.pick("Ajouter une clé", "Add a key")}</h2>
            <form class="form" method="post" action=format!("/accounts/{}/ssh-keys", account.id) novalidate=true>
                {key.view(lang, typed)}
                {label.view(lang, typed)}
                <button class="button button-main" type="submit">{lang.pick("Ajouter", "Add")}</button>
            </form>
        </section>
    }
    .into_any()
}

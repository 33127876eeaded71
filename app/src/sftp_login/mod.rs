//! Logins that reach one folder of an account over SFTP, and who came in of late.

use crate::{
    account::{self, Part},
    http::{Answer, Face, on_form, see},
    parts::{Action, Area, Input, Tone, Typed, ago, command, empty, errors, link, moment, notice, secret},
    shell,
    ssh_key::list::{by, left},
};
use axum::extract::{Path, State};
use leptos::prelude::*;
use model::{AccountId, Lang, Right, SftpLoginId, files::SFTP_PORT};
use server::{
    Server,
    account::{AccountView, Standing},
    sftp_login::{self, NewSftpLogin, SftpLoginView, SignInsView},
};

fn page(id: AccountId) -> String {
    format!("/accounts/{id}/sftp-logins")
}

/// `GET /accounts/{account}/sftp-logins`
pub async fn list(State(server): State<Server>, face: Face, Path(id): Path<AccountId>) -> Answer {
    draw(&server, &face, id, &Typed::new(), None).await
}

/// `POST /accounts/{account}/sftp-logins`: no redirect after a password was made, for it is shown once.
pub async fn create(
    State(server): State<Server>,
    face: Face,
    Path(id): Path<AccountId>,
    typed: Typed,
) -> Answer {
    let new = NewSftpLogin {
        name: typed.get("name").to_owned(),
        folder: typed.get("folder").to_owned(),
        key: typed.some("key").map(str::to_owned),
    };
    match sftp_login::create(&server, face.me()?, id, new).await {
        Ok(done) => match done.item.password {
            Some(password) => {
                let told = (done.item.login.name, password);
                draw(&server, &face.at(page(id)), id, &Typed::new(), Some(told)).await
            }
            None => see(page(id), "sftp_login_added"),
        },
        Err(problem) => {
            let typed = typed.refused(on_form(problem)?);
            draw(&server, &face.at(page(id)), id, &typed, None).await
        }
    }
}

/// `POST /sftp-logins/{sftp_login}/delete`
pub async fn delete(State(server): State<Server>, face: Face, Path(id): Path<SftpLoginId>) -> Answer {
    let done = sftp_login::delete(&server, face.me()?, id, None).await?;
    see(page(done.item.account.id), "sftp_login_deleted")
}

async fn draw(
    server: &Server,
    face: &Face,
    id: AccountId,
    typed: &Typed,
    told: Option<(String, model::Secret)>,
) -> Answer {
    let (lang, me) = (face.lang, face.me()?);
    let account = server::account::show(server, me, id).await?;
    let logins = sftp_login::list(server, me, id).await?;
    let may = server::grant::access(server, me, id).await?.has(Right::Sites);
    let address = server::ssh_key::address(server, account.host.id).await?;
    let seen = match may && account.state == Standing::Active {
        true => Some(sftp_login::sign_ins(server, me, id).await?),
        false => None,
    };
    let open = may && face.viewing().is_none() && address.is_some() && account.state == Standing::Active;
    let list = if logins.is_empty() {
        let words = lang.pick(
            "Pour qui ne doit voir qu’un dossier, ou n’a pas de clé\u{a0}: un nom d’utilisateur de plus, ouvert par une clé ou par un mot de passe.",
            "For who shall see one folder only, or has no key: a user name more, opened by a key or by a password.",
        );
        empty(lang.pick("Aucun accès", "No login"), words, None)
    } else {
        let items = logins.iter().map(|login| item(lang, login, address.as_deref(), may)).collect_view();
        view! { <ul class="items">{items}</ul> }.into_any()
    };
    let told = told.map(|(name, password)| {
        let title = lang.pick(format!("Mot de passe de {name}"), format!("Password of {name}"));
        let words = lang.pick(
            "Copiez-le maintenant\u{a0}: il n’est montré que cette fois.",
            "Copy it now: it is shown this once.",
        );
        notice(Tone::Good, title, view! { <p>{words}</p>{secret(lang, password.reveal())} })
    });
    let back = link(format!("/accounts/{id}/ssh-keys"), "SFTP");
    let body = view! {
        <div class="stack">
            {account::standing_notice(lang, &account)}
            {errors(lang, typed)}
            {told}
            <section class="card card-flat" aria-labelledby="logins">
                <div class="card-head">
                    <h2 id="logins">{lang.pick("Accès à un dossier", "Logins for a folder")}</h2>
                    <div class="acts">{back}</div>
                </div>
                {list}
            </section>
            {open.then(|| add(lang, &account, typed))}
            {seen.map(|seen| sign_ins(face, &seen))}
        </div>
    };
    Ok(shell::page(face, account::frame(face, &account, Part::Files).status(typed.status()), body))
}

fn item(lang: Lang, login: &SftpLoginView, address: Option<&str>, may: bool) -> AnyView {
    let delete = may.then(|| {
        Action::new(format!("/sftp-logins/{}/delete", login.id), lang.pick("Retirer", "Remove"))
            .loss_small()
            .about(lang, &login.name)
            .view()
    });
    let opens = match &login.fingerprint {
        Some(fingerprint) => {
            view! { {lang.pick("clé ", "key ")}<code>{fingerprint.clone()}</code> }.into_any()
        }
        None => lang.pick("mot de passe", "password").into_any(),
    };
    let to = address.map(|address| command(lang, format!("sftp -P {SFTP_PORT} {}@{address}", login.name)));
    view! {
        <li>
            <div class="item">
                <p class="item-name">{login.name.clone()}</p>
                <p class="item-more"><code>{login.folder.shown()}</code>" · "{opens}</p>
                <p class="item-more">{lang.pick("Ajouté le ", "Added ")}{moment(lang, login.created_at)}{by(lang, login.made_by.as_ref())}</p>
                {login.maker_left.then(|| left(lang))}
                {to}
            </div>
            {delete}
        </li>
    }
    .into_any()
}

fn add(lang: Lang, account: &AccountView, typed: &Typed) -> AnyView {
    let name = Input::text("name", lang.pick("Son nom", "Its name")).hint(lang.pick(
        format!("Après {}_\u{a0}: lettres minuscules, chiffres et tirets, par exemple photos.", account.name),
        format!("After {}_: lower-case letters, digits and hyphens, such as photos.", account.name),
    ));
    let folder = Input::text("folder", lang.pick("Son dossier", "Its folder")).hint(lang.pick(
        "Tout ce qu’il verra, par exemple sites/www.asso.example/public. Qui peut écrire là où un site exécute du PHP peut, par ce site, lire le reste du compte\u{a0}: choisissez un dossier d’images ou de documents pour qui n’a pas votre confiance.",
        "All it will see, such as sites/www.asso.example/public. Who can write where a site runs PHP can read the rest of the account through that site: choose a folder of images or documents for whom you do not trust.",
    ));
    let key = Area::new("key", lang.pick("Clé publique", "Public key")).rows(4).hint(lang.pick(
        "Le contenu d’un fichier qui finit par .pub. Laissez vide\u{a0}: un mot de passe est fait, et montré une fois.",
        "The contents of a file that ends in .pub. Leave empty: a password is made, and shown once.",
    ));
    view! {
        <section class="card stack" aria-labelledby="add">
            <h2 id="add">{lang.pick("Ajouter un accès", "Add a login")}</h2>
            <form class="form" method="post" action=page(account.id) novalidate=true>
                {name.view(lang, typed)}
                {folder.view(lang, typed)}
                {key.view(lang, typed)}
                <button class="button button-main" type="submit">{lang.pick("Ajouter", "Add")}</button>
            </form>
        </section>
    }
    .into_any()
}

fn sign_ins(face: &Face, seen: &SignInsView) -> AnyView {
    let lang = face.lang;
    let words = match &seen.text {
        Some(text) => Some(text.pick(lang).to_owned()),
        None if seen.sign_ins.is_empty() => Some(
            lang.pick("Personne ces trente derniers jours.", "Nobody in the last thirty days.").to_owned(),
        ),
        None => None,
    };
    let items = seen.sign_ins.iter().map(|one| {
        let way = one.fingerprint.clone().unwrap_or_else(|| lang.pick("mot de passe", "password").to_owned());
        view! {
            <li>
                <div class="item">
                    <p class="item-name">{one.name.clone()}</p>
                    <p class="item-more">{ago(lang, face.now_ms, one.at)}" · "{one.address.clone()}" · "<code>{way}</code></p>
                </div>
            </li>
        }
    });
    view! {
        <section class="card card-flat" aria-labelledby="came">
            <div class="card-head"><h2 id="came">{lang.pick("Connexions des trente derniers jours", "Sign-ins of the last thirty days")}</h2></div>
            {words.map(|words| view! { <p class="card-foot quiet">{words}</p> })}
            <ul class="items">{items.collect_view()}</ul>
        </section>
    }
    .into_any()
}

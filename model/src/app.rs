//! The resource `app`: an application that a host has as a Debian package, put into a site as the account's own copy.

use crate::{
    AccountId, AppId, DatabaseName, DatabaseUserName, DocumentRoot, EmailAddress, Lang, PhpVersion, Problem,
    SiteId, SiteName, Text, UnixName, newtype::string_newtype, text,
};
use serde::{Deserialize, Serialize};

/// Which application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Application {
    Wordpress,
    Spip,
    Dokuwiki,
}

impl Application {
    pub const ALL: [Application; 3] = [Application::Wordpress, Application::Spip, Application::Dokuwiki];

    pub fn code(self) -> &'static str {
        match self {
            Application::Wordpress => "wordpress",
            Application::Spip => "spip",
            Application::Dokuwiki => "dokuwiki",
        }
    }

    pub fn from_code(code: &str) -> Option<Application> {
        Application::ALL.into_iter().find(|application| application.code() == code)
    }

    /// As typed in a form or sent to the API.
    pub fn parse(code: &str) -> Result<Application, Problem> {
        Application::from_code(code.trim()).ok_or_else(|| {
            let text = Text::new(
                "Choisissez une application de la liste\u{a0}: wordpress, spip ou dokuwiki.",
                "Choose an application from the list: wordpress, spip or dokuwiki.",
            );
            Problem::invalid("application", "application_unknown", text)
        })
    }

    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Application::Wordpress => "WordPress",
            Application::Spip => "SPIP",
            Application::Dokuwiki => "DokuWiki",
        }
    }

    /// What an admin installs on a host, so that its accounts can have it. `php` is asked for by name: else apt takes the PHP of Apache, and
    /// with it an Apache that wants nginx's ports.
    pub fn packages(self) -> &'static str {
        match self {
            Application::Wordpress => "php wordpress wordpress-l10n",
            // Of the drivers it may have, the one for MariaDB.
            Application::Spip => "php php-mysql spip",
            Application::Dokuwiki => "php dokuwiki",
        }
    }

    pub fn needs_database(self) -> bool {
        self != Application::Dokuwiki
    }

    /// The script that does its scheduled tasks, below the folder its site shows.
    pub fn tasks(self) -> Option<&'static str> {
        match self {
            Application::Wordpress => Some("wp-cron.php"),
            Application::Spip => Some("config/cron.php"),
            Application::Dokuwiki => None,
        }
    }

    /// Whether it takes a password's hash as PHP's `password_verify` does. SPIP mixes a key of its own into those; it takes one as its versions
    /// before 4 kept it, and turns it into its own when its owner signs in.
    pub fn takes_argon2(self) -> bool {
        self != Application::Spip
    }

    /// Where its admins sign in, below the site's address.
    pub fn sign_in(self) -> &'static str {
        match self {
            Application::Wordpress => "wp-login.php",
            Application::Spip => "ecrire/",
            Application::Dokuwiki => "start?do=login",
        }
    }
}

/// An application a host has, and in which version of upstream's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackagedApp {
    pub application: Application,
    pub version: AppVersion,
}

/// A version as it is told: `6.8.3`, `2024-02-06b`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AppVersion(String);

string_newtype!(AppVersion);

impl AppVersion {
    pub fn parse(typed: &str) -> Result<AppVersion, Problem> {
        let fits = (1..=40).contains(&typed.len())
            && typed.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-+_~".contains(&byte));
        if fits {
            return Ok(AppVersion(typed.to_owned()));
        }
        let text = Text::new("Ce n’est pas un numéro de version.", "This is no version.");
        Err(Problem::invalid("version", "app_version", text))
    }
}

/// What the site is called by its application: one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AppTitle(String);

string_newtype!(AppTitle);

impl AppTitle {
    pub const LONGEST: usize = 100;

    pub fn parse(typed: &str) -> Result<AppTitle, Problem> {
        let title = typed.trim();
        let fits = (1..=AppTitle::LONGEST).contains(&title.chars().count());
        if fits && !title.chars().any(char::is_control) {
            return Ok(AppTitle(title.to_owned()));
        }
        Err(Problem::invalid(
            "title",
            "app_title",
            Text::new(
                "Un titre tient sur une ligne, de 1 à 100 caractères.",
                "A title is one line of 1 to 100 characters.",
            ),
        ))
    }
}

/// Whom the application's first admin signs in as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AppAdmin(String);

string_newtype!(AppAdmin);

impl AppAdmin {
    pub fn parse(typed: &str) -> Result<AppAdmin, Problem> {
        let name = typed.trim();
        let mut bytes = name.bytes();
        let begins = bytes.next().is_some_and(|byte| byte.is_ascii_lowercase());
        let follows = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        if begins && name.len() <= 60 && bytes.all(follows) && !name.ends_with(['.', '-', '_']) {
            return Ok(AppAdmin(name.to_owned()));
        }
        Err(Problem::invalid(
            "login",
            "app_login",
            Text::new(
                "Lettres minuscules sans accent, chiffres, points, tirets, 60 au plus, une lettre d’abord, par exemple ana.",
                "Plain lower-case letters, digits, dots and hyphens, 60 at most, a letter first, such as ana.",
            ),
        ))
    }
}

/// What an application keeps of its first admin's password: Argon2id as a PHC string, which PHP's `password_verify` takes; or
/// `sha256$SALT$HASH`, the SHA-256 of both in hexadecimal, which is enough for a password of 32 random letters, and for no other.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AppPasswordHash(String);

string_newtype!(AppPasswordHash);

impl AppPasswordHash {
    pub fn parse(text: &str) -> Result<AppPasswordHash, Problem> {
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"$=,+/".contains(&byte);
        let argon2 = text.starts_with("$argon2id$") && text.len() <= 200 && text.bytes().all(letter);
        if argon2 || is_salted(text) {
            return Ok(AppPasswordHash(text.to_owned()));
        }
        let text = Text::new("Ce n’est pas l’empreinte d’un mot de passe.", "This is not a password's hash.");
        Err(Problem::invalid("password", "password_hash", text))
    }
}

fn is_salted(text: &str) -> bool {
    let hex = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let parts = text.strip_prefix("sha256$").and_then(|rest| rest.split_once('$'));
    parts.is_some_and(|(salt, hash)| hex(salt, 32) && hex(hash, 64))
}

impl std::fmt::Debug for AppPasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AppPasswordHash(…)")
    }
}

/// Where its data is, and whom it signs in as there: by who it runs as, without a password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppDatabase {
    pub name: DatabaseName,
    pub user: DatabaseUserName,
}

/// The body of a resource of kind `app`; its key is `id`. What it says is how the application begins: it is put in place once, and is the
/// account's own from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawApp", deny_unknown_fields)]
pub struct App {
    pub id: AppId,
    pub account_id: AccountId,
    pub account: UnixName,
    pub site: SiteId,
    pub application: Application,
    /// The site's folder, and the one it shows where that is not `public`.
    pub folder: SiteName,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<DocumentRoot>,
    /// The address it knows itself by.
    pub https: bool,
    pub name: SiteName,
    pub php: PhpVersion,
    pub title: AppTitle,
    pub language: Lang,
    pub admin: AppAdmin,
    pub email: EmailAddress,
    pub password: AppPasswordHash,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<AppDatabase>,
}

impl App {
    pub fn address(&self) -> String {
        format!("{}://{}", if self.https { "https" } else { "http" }, self.name)
    }

    /// What its site shows, below the site's folder.
    pub fn shown(&self) -> &str {
        self.root.as_ref().map_or("public", |root| root.as_str())
    }
}

/// `App` before its parts have been compared.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawApp {
    id: AppId,
    account_id: AccountId,
    account: UnixName,
    site: SiteId,
    application: Application,
    folder: SiteName,
    #[serde(default)]
    root: Option<DocumentRoot>,
    https: bool,
    name: SiteName,
    php: PhpVersion,
    title: AppTitle,
    language: Lang,
    admin: AppAdmin,
    email: EmailAddress,
    password: AppPasswordHash,
    #[serde(default)]
    database: Option<AppDatabase>,
}

impl TryFrom<RawApp> for App {
    type Error = Problem;
    fn try_from(raw: RawApp) -> Result<App, Problem> {
        let theirs =
            |name: &str| name.strip_prefix(raw.account.as_str()).is_some_and(|rest| rest.starts_with('_'));
        let fits = match &raw.database {
            Some(database) => {
                raw.application.needs_database()
                    && theirs(database.name.as_str())
                    && theirs(database.user.as_str())
            }
            None => !raw.application.needs_database(),
        };
        if !fits {
            let (account, name) = (&raw.account, raw.application.name());
            return Err(Problem::invalid(
                "database",
                "app_database",
                text!(
                    "La base de données de {name} n’est pas du compte {account}.",
                    "The database of {name} is not of the account {account}."
                ),
            ));
        }
        if raw.application.takes_argon2() == is_salted(raw.password.as_str()) {
            let name = raw.application.name();
            let text = text!(
                "{name} ne connaît pas cette empreinte de mot de passe.",
                "{name} does not know this kind of password hash."
            );
            return Err(Problem::invalid("password", "password_hash", text));
        }
        let RawApp { id, account_id, account, site, application, folder, root, https, name, .. } = raw;
        let RawApp { php, title, language, admin, email, password, database, .. } = raw;
        Ok(App {
            id,
            account_id,
            account,
            site,
            application,
            folder,
            root,
            https,
            name,
            php,
            title,
            language,
            admin,
            email,
            password,
            database,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(change: impl FnOnce(&mut serde_json::Value)) -> Result<App, serde_json::Error> {
        let mut body = serde_json::json!({
            "id": AppId::new(1, &[1; 10]), "account_id": AccountId::new(1, &[1; 10]), "account": "asso",
            "site": SiteId::new(1, &[1; 10]), "application": "wordpress", "folder": "asso.example", "https": false,
            "name": "asso.example", "php": "8.4", "title": "Les amis", "language": "fr", "admin": "ana",
            "email": "ana@asso.example", "password": "$argon2id$v=19$m=19456,t=2,p=1$c2VsAAAA$aGFzaA",
            "database": { "name": "asso_wordpress", "user": "asso_wordpress" },
        });
        change(&mut body);
        serde_json::from_value(body)
    }

    #[test]
    fn an_application_has_the_database_it_needs_and_it_is_its_account_s() {
        assert!(body(|_| {}).is_ok());
        assert!(body(|body| body["database"] = serde_json::Value::Null).is_err());
        assert!(body(|body| body["database"]["name"] = "other_wordpress".into()).is_err());
        assert!(body(|body| body["application"] = "dokuwiki".into()).is_err());
        let wiki = body(|body| {
            body["application"] = "dokuwiki".into();
            body["database"] = serde_json::Value::Null;
        });
        assert_eq!(wiki.unwrap().address(), "http://asso.example");
        // Each with the hash it understands.
        assert!(body(|body| body["application"] = "spip".into()).is_err());
        let salted = format!("sha256${}${}", "a1".repeat(16), "0f".repeat(32));
        let spip = |application: &str| {
            body(|body| {
                body["application"] = application.into();
                body["password"] = salted.clone().into();
            })
        };
        assert!(spip("spip").is_ok() && spip("wordpress").is_err());
        assert!(body(|body| body["run"] = "x".into()).is_err());
    }

    #[test]
    fn what_is_typed_is_one_line_and_hashes_never_show_themselves() {
        for bad in ["", " ", "a\nb", "a\0b", &"a".repeat(101)] {
            assert!(AppTitle::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(AppTitle::parse(" L’été <b> & \"'$(x)\\ ").unwrap().as_str(), "L’été <b> & \"'$(x)\\");
        for bad in ["", "Ana", "1ana", "ana b", "ana:b", "-ana", "ana.", "an\na", "été", &"a".repeat(61)] {
            assert!(AppAdmin::parse(bad).is_err(), "{bad:?}");
        }
        let hash = AppPasswordHash::parse("$argon2id$v=19$m=1,t=1,p=1$AAAA$AAAA").unwrap();
        assert_eq!(format!("{hash:?}"), "AppPasswordHash(…)");
        for bad in ["", "secret", "$2y$10$abc", "$argon2id$a'b", "$argon2id$a\nb", "sha256$a$b"] {
            assert!(AppPasswordHash::parse(bad).is_err(), "{bad:?}");
        }
        assert!(AppVersion::parse("6.8.3").is_ok() && AppVersion::parse("6 8").is_err());
    }
}

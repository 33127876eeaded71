//! Redirects of a site: from a path, or all below it, to an address.

use crate::{Problem, SiteName, SitePath, Target, Text, site_path::decode, text};
use serde::{Deserialize, Serialize};

/// How a browser is told (RFC 9110 §15.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum RedirectCode {
    #[default]
    Moved,
    Found,
    Temporary,
    Permanent,
}

impl RedirectCode {
    pub const ALL: [RedirectCode; 4] =
        [RedirectCode::Moved, RedirectCode::Found, RedirectCode::Temporary, RedirectCode::Permanent];
}

impl From<RedirectCode> for u16 {
    fn from(code: RedirectCode) -> u16 {
        match code {
            RedirectCode::Moved => 301,
            RedirectCode::Found => 302,
            RedirectCode::Temporary => 307,
            RedirectCode::Permanent => 308,
        }
    }
}

impl TryFrom<u16> for RedirectCode {
    type Error = Problem;
    fn try_from(code: u16) -> Result<RedirectCode, Problem> {
        RedirectCode::ALL.into_iter().find(|known| u16::from(*known) == code).ok_or_else(|| {
            Problem::invalid(
                "code",
                "redirect_code",
                Text::new(
                    "Une redirection est 301, 302, 307 ou 308\u{a0}: choisissez l’un des quatre.",
                    "A redirect is 301, 302, 307 or 308: choose one of the four.",
                ),
            )
        })
    }
}

/// One redirect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawRedirect", deny_unknown_fields)]
pub struct Redirect {
    pub from: SitePath,
    /// All below it too; with `/`, the whole site.
    pub below: bool,
    pub to: Target,
    pub code: RedirectCode,
    /// What stands below `from` is kept below `to`.
    pub keep: bool,
}

/// `Redirect` before its parts have been held against each other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRedirect {
    from: SitePath,
    #[serde(default)]
    below: bool,
    to: Target,
    #[serde(default)]
    code: RedirectCode,
    #[serde(default)]
    keep: bool,
}

impl TryFrom<RawRedirect> for Redirect {
    type Error = Problem;
    fn try_from(raw: RawRedirect) -> Result<Redirect, Problem> {
        let RawRedirect { from, below, to, code, keep } = raw;
        Redirect { from, below, to, code, keep }.agreed()
    }
}

impl Redirect {
    /// The same, if its parts agree.
    pub fn agreed(self) -> Result<Redirect, Problem> {
        if self.keep && !self.below {
            return Err(Problem::invalid(
                "keep",
                "redirect_keep_exact",
                Text::new(
                    "Une redirection d’une seule page n’a pas de suite à garder\u{a0}: prenez tout ce qui est en dessous, ou ne gardez pas la suite.",
                    "A redirect of one page has no rest to keep: take all that lies below, or do not keep the rest.",
                ),
            ));
        }
        if self.keep && (self.to.has_query() || self.to.has_fragment()) {
            return Err(Problem::invalid(
                "keep",
                "redirect_keep_query",
                Text::new(
                    "La suite du chemin ne peut s’ajouter après «\u{a0}?\u{a0}» ou «\u{a0}#\u{a0}»\u{a0}: enlevez-les de l’adresse, ou ne gardez pas la suite.",
                    "The rest of the path cannot be added after “?” or “#”: remove them from the address, or do not keep the rest.",
                ),
            ));
        }
        Ok(self)
    }

    /// What of `path` stands below `from`; `None` where this redirect is not meant.
    fn rest<'a>(&self, path: &'a str) -> Option<&'a str> {
        if !self.below {
            return (self.from.as_str() == path).then_some("");
        }
        let rest = path.strip_prefix(self.from.stem())?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    }

    /// Where a visitor of `path` goes on this same site; the inner `None`: elsewhere.
    fn follow(&self, path: &str, names: &[SiteName]) -> Option<Option<String>> {
        let rest = self.rest(path)?;
        let here = self.to.host().is_none_or(|host| names.iter().any(|name| name.as_str() == host));
        let to = || {
            let to = self.to.path();
            if self.keep {
                format!("{}/{}", to.trim_end_matches('/'), rest.trim_start_matches('/'))
            } else {
                to
            }
        };
        Some(here.then(to))
    }
}

/// The most a site may have, and how long all of them may be together.
pub const MOST_REDIRECTS: usize = 100;
const LONGEST: usize = 32 * 1024;

/// Whether these can be a site's, in this order: not too many, and none that leads back to itself.
pub fn check_redirects(list: &[Redirect], names: &[SiteName]) -> Result<(), Problem> {
    let refused = |code, text| Err(Problem::invalid("redirects", code, text));
    let octets: usize = list.iter().map(|one| one.from.as_str().len() + one.to.as_str().len()).sum();
    if list.len() > MOST_REDIRECTS || octets > LONGEST {
        return refused(
            "redirects_limit",
            Text::new(
                "Un site a 100 redirections au plus, de 32\u{a0}Kio en tout\u{a0}: réunissez celles qui se ressemblent en une seule, avec tout ce qui est en dessous.",
                "A site has 100 redirects at most, of 32 KiB in all: join those that are alike into one, with all that lies below.",
            ),
        );
    }
    for (place, one) in list.iter().enumerate() {
        let twice = list[..place].iter().any(|other| (&other.from, other.below) == (&one.from, one.below));
        let from = one.from.as_str();
        if twice {
            return refused(
                "redirect_twice",
                text!(
                    "{from} est déjà redirigé\u{a0}: supprimez d’abord l’autre redirection.",
                    "{from} is redirected already: delete the other redirect first."
                ),
            );
        }
        let below = one.below.then(|| format!("{}/x", one.from.stem()));
        if [Some(from.to_owned()), below].into_iter().flatten().any(|path| loops(list, names, path)) {
            let to = decode(one.to.as_str());
            return refused(
                "redirect_loop",
                text!(
                    "De {from} vers {to}, un visiteur tournerait sans fin\u{a0}: redirigez vers une page qui n’est pas redirigée elle-même.",
                    "From {from} to {to} a visitor would go round for ever: redirect to a page that is not redirected itself."
                ),
            );
        }
    }
    Ok(())
}

/// Whether a visitor of this path is sent on and on.
fn loops(list: &[Redirect], names: &[SiteName], mut path: String) -> bool {
    for _ in 0..=list.len() {
        match list.iter().find_map(|one| one.follow(&path, names)) {
            Some(Some(next)) => path = next,
            Some(None) | None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redirect(from: &str, to: &str, below: bool, keep: bool) -> Redirect {
        Redirect {
            from: from.parse().unwrap(),
            below,
            to: to.parse().unwrap(),
            code: RedirectCode::Moved,
            keep,
        }
    }

    fn verdict(list: &[Redirect]) -> Result<(), &'static str> {
        check_redirects(list, &["a.example".parse().unwrap()]).map_err(|problem| problem.code)
    }

    #[test]
    fn what_leads_back_to_itself_is_refused() {
        let loops = Err("redirect_loop");
        assert_eq!(verdict(&[redirect("/a", "/a", false, false)]), loops);
        assert_eq!(verdict(&[redirect("/a", "https://a.example/a?x", false, false)]), loops);
        assert_eq!(verdict(&[redirect("/a", "/a/b", true, false)]), loops);
        assert_eq!(verdict(&[redirect("/a", "/a/b", true, true)]), loops);
        assert_eq!(verdict(&[redirect("/", "/new", true, false)]), loops);
        assert_eq!(verdict(&[redirect("/", "http://a.example/", true, true)]), loops);
        assert_eq!(verdict(&[redirect("/a", "/b", false, false), redirect("/b", "/a", false, false)]), loops);
        assert_eq!(verdict(&[redirect("/a%20b", "/a%20b", false, false)]), loops);
        // One that comes first keeps a visitor from going round.
        let stop = redirect("/new", "https://b.example/", false, false);
        assert_eq!(verdict(&[stop, redirect("/", "/new", true, false)]), Ok(()));
        assert_eq!(verdict(&[redirect("/a", "/ab", true, true)]), Ok(()));
        assert_eq!(verdict(&[redirect("/", "https://b.example/", true, true)]), Ok(()));
        assert_eq!(verdict(&[redirect("/a", "/a/", false, false)]), Ok(()));
        assert_eq!(
            verdict(&[redirect("/a", "/b", false, false), redirect("/a", "/c", false, false)]),
            Err("redirect_twice")
        );
        let many: Vec<_> =
            (0..101).map(|n| redirect(&format!("/{n}"), "https://b.example/", false, false)).collect();
        assert_eq!(verdict(&many[..100]), Ok(()));
        assert_eq!(verdict(&many), Err("redirects_limit"));
    }

    #[test]
    fn parts_that_do_not_agree_are_refused() {
        for json in [
            r#"{"from":"/a","to":"/b","keep":true}"#,
            r#"{"from":"/a","to":"/b?x","below":true,"keep":true}"#,
            r#"{"from":"/a","to":"/b","code":303}"#,
            r#"{"from":"/a","to":"/b","regex":true}"#,
        ] {
            assert!(serde_json::from_str::<Redirect>(json).is_err(), "{json}");
        }
        let one: Redirect =
            serde_json::from_str(r#"{"from":"/a/","to":"/b","code":308,"below":true,"keep":true}"#).unwrap();
        assert_eq!(serde_json::from_value::<Redirect>(serde_json::to_value(&one).unwrap()).unwrap(), one);
    }
}

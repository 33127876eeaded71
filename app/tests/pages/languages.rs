//! Both languages on every page, and never one in the other.

use crate::{
    html::{run_together, words},
    links::trouble,
    stage::{Person, Stage, is_page},
};
use app::routes::{TABLE, Verb};

/// Words that only one of the languages has.
const FRENCH: [&str; 24] = [
    " le ",
    " la ",
    " les ",
    " des ",
    " une ",
    " est ",
    " vous ",
    " pour ",
    " avec ",
    " sur ",
    " dans ",
    " qui ",
    " ne ",
    " ou ",
    " et ",
    " au ",
    " compte ",
    " hôte ",
    " modification ",
    " offre ",
    " membre ",
    " nom ",
    " votre ",
    " ce ",
];
const ENGLISH: [&str; 22] = [
    " the ",
    " of ",
    " your ",
    " is ",
    " are ",
    " and ",
    " for ",
    " with ",
    " from ",
    " this ",
    " that ",
    " will ",
    " not ",
    " account ",
    " host ",
    " changed ",
    " member ",
    " name ",
    " password ",
    " sign in ",
    " delete ",
    " search ",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_speaks_two_languages() {
    let stage = Stage::new().await;
    trouble(&stage).await;
    for person in [&stage.admin, &stage.member, &stage.nobody] {
        for route in TABLE.iter().filter(|route| route.method == Verb::Get && is_page(route)) {
            speaks(person, &stage.path(route)).await;
        }
        speaks(person, "/nowhere").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_forms_keep_the_language() {
    let stage = Stage::new().await;
    let sites = stage.filled("/accounts/{account}/sites");
    let (fr, en) = (stage.member.reading("fr"), stage.member.reading("en"));
    for name in [
        "",
        "a..example",
        "localhost",
        "*",
        "192.0.2.1",
        "asso.example",
        "x_y.example",
        "https://asso.example/",
    ] {
        only(&fr.post(&sites, &[("name", name)]).await.html, "fr", name);
        only(&en.post(&sites, &[("name", name)]).await.html, "en", name);
    }
}

async fn speaks(person: &Person, path: &str) {
    for lang in ["fr", "en"] {
        let got = person.reading(lang).get(path).await;
        if got.status.as_u16() != 303 {
            only(&got.html, lang, path);
        }
    }
}

pub fn only(html: &str, lang: &str, what: &str) {
    assert!(html.contains(&format!("<html lang=\"{lang}\">")), "{what} is not {lang}");
    spaced(&run_together(html), lang, what);
    // The switch names the other language in its own words.
    let said = words(html)
        .replace(['.', ',', ':', ';', '?', '!', '\u{a0}', '(', ')', '…', '\n'], " ")
        .to_lowercase();
    let said = format!(" {} ", said.split_whitespace().collect::<Vec<_>>().join(" "));
    let foreign: &[&str] = if lang == "fr" { &ENGLISH } else { &FRENCH };
    for word in foreign {
        assert!(!said.contains(word), "{what} in {lang} says {word:?}: {said}");
    }
    if lang == "en" {
        let said = said.replace("alvéole", "").replace("français", "");
        assert!(!said.chars().any(|c| "éèàùêôîçœ«".contains(c)), "{what} has French letters: {said}");
    }
}

/// Typography of the page as it was put together (model/tests/typography.rs reads the texts one by one): French has a no-break
/// space before its double signs, English no space at all.
fn spaced(said: &str, lang: &str, what: &str) {
    let said = said.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">");
    let said = said.replace("&amp;", "&");
    for (at, sign) in said.match_indices([':', ';', '?', '!', '»']) {
        let (before, after) = (said[..at].chars().next_back(), said[at + sign.len()..].chars().next());
        let right = match lang {
            "fr" => before == Some('\u{a0}'),
            _ => before.is_some_and(|c| !c.is_whitespace()),
        };
        let start = said[..at].char_indices().rev().nth(20).map_or(0, |(start, _)| start);
        let place = &said[start..at + sign.len()];
        assert!(after.is_some_and(|c| !c.is_whitespace()) || right, "{what} in {lang}: …{place}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_switch_keeps_the_language_and_comes_back() {
    let stage = Stage::new().await;
    let got = stage.nobody.post("/lang", &[("lang", "fr"), ("to", "/sign-in?to=%2Fhosts")]).await;
    assert_eq!(got.location(), "/sign-in?to=%2Fhosts");
    let cookie = got.headers.get("set-cookie").unwrap().to_str().unwrap();
    assert!(
        cookie.starts_with("lang=fr;") && cookie.contains("Secure") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    let got = stage.nobody.post("/lang", &[("lang", "en"), ("to", "https://evil.example/")]).await;
    assert_eq!(got.location(), "/");
}

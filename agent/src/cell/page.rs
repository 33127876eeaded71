//! The waker's pages: what a visitor reads when a site cannot answer. Both languages, no foreign bytes, no script.

use crate::cell::http::Answer;
use model::{Lang, Text};

/// Why the cell does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    Unknown,
    Suspended,
    DoesNotStart,
    TooBusy,
    BrokeOff,
    TookTooLong,
}

impl Reason {
    fn status(self) -> u16 {
        match self {
            Reason::Unknown => 404,
            Reason::Suspended | Reason::DoesNotStart | Reason::TooBusy => 503,
            Reason::BrokeOff => 502,
            Reason::TookTooLong => 504,
        }
    }

    fn retry_after(self) -> Option<u32> {
        match self {
            Reason::Suspended => Some(86_400),
            Reason::DoesNotStart => Some(60),
            Reason::TooBusy => Some(5),
            Reason::Unknown | Reason::BrokeOff | Reason::TookTooLong => None,
        }
    }

    fn title(self) -> Text {
        match self {
            Reason::Unknown => Text::new("Aucun site à cette adresse", "No site at this address"),
            Reason::Suspended => Text::new("Ce site est suspendu", "This site is suspended"),
            Reason::DoesNotStart => Text::new("Ce site ne répond pas", "This site does not answer"),
            Reason::TooBusy => Text::new("Un instant, s’il vous plaît", "One moment, please"),
            Reason::BrokeOff => Text::new("La réponse s’est interrompue", "The answer broke off"),
            Reason::TookTooLong => Text::new("La réponse tarde trop", "The answer takes too long"),
        }
    }

    fn words(self) -> Text {
        match self {
            Reason::Unknown => Text::new(
                "Ce nom mène bien à ce serveur, mais aucun site n’y porte ce nom. Vérifiez l’adresse\u{a0}; si ce site est le vôtre, ajoutez-lui ce nom.",
                "This name leads to this server, but no site here has it. Check the address; if the site is yours, add this name to it.",
            ),
            Reason::Suspended => Text::new(
                "Ce site est suspendu pour le moment. Rien n’est effacé. S’il est le vôtre, écrivez à votre hébergeur.",
                "This site is suspended for now. Nothing has been deleted. If it is yours, write to your hosting cooperative.",
            ),
            Reason::DoesNotStart => Text::new(
                "Ce site n’arrive pas à démarrer. Réessayez dans une minute\u{a0}; si cela dure, prévenez la personne qui s’en occupe.",
                "This site does not manage to start. Try again in a minute; if it lasts, tell the person who looks after it.",
            ),
            Reason::TooBusy => Text::new(
                "Le serveur reçoit trop de demandes à la fois. Réessayez dans quelques secondes.",
                "The server gets too many requests at once. Try again in a few seconds.",
            ),
            Reason::BrokeOff => Text::new(
                "Le site a commencé à traiter votre demande, puis s’est interrompu. Vérifiez si elle a été prise en compte avant de la renvoyer.",
                "The site began to work on your request, then broke off. Check whether it went through before sending it again.",
            ),
            Reason::TookTooLong => Text::new(
                "Le site n’a pas fini de traiter votre demande à temps. Vérifiez si elle a été prise en compte avant de la renvoyer.",
                "The site did not finish your request in time. Check whether it went through before sending it again.",
            ),
        }
    }
}

/// The page for a visitor: the language asked for first, the other below it when the visitor named neither.
pub fn page(reason: Reason, accept_language: &str) -> Answer {
    let first = Lang::negotiate(accept_language);
    let named = accept_language
        .split([',', ';', '-'])
        .any(|tag| Lang::from_code(&tag.trim().to_ascii_lowercase()).is_some());
    let mut sections = section(reason, first);
    if !named {
        sections += &section(reason, Lang::En);
    }
    let title = reason.title();
    let body = include_str!("page.html")
        .replace("{lang}", first.code())
        .replace("{title}", title.pick(first))
        .replace("{sections}", &sections);
    let mut answer = Answer::new(reason.status(), "text/html; charset=utf-8", body);
    answer.lang = Some(first);
    answer.retry_after = reason.retry_after();
    answer
}

fn section(reason: Reason, lang: Lang) -> String {
    let (title, words) = (reason.title(), reason.words());
    format!(
        "<section lang=\"{}\">\n<h1>{}</h1>\n<p>{}</p>\n</section>\n",
        lang.code(),
        title.pick(lang),
        words.pick(lang)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Reason; 6] = [
        Reason::Unknown,
        Reason::Suspended,
        Reason::DoesNotStart,
        Reason::TooBusy,
        Reason::BrokeOff,
        Reason::TookTooLong,
    ];

    #[test]
    fn one_language_when_named_both_when_not() {
        for reason in ALL {
            let french = page(reason, "fr-FR,fr;q=0.9").body;
            assert!(french.contains("<html lang=\"fr\">") && !french.contains("lang=\"en\""));
            let english = page(reason, "en-GB").body;
            assert!(english.contains("<html lang=\"en\">") && !english.contains("lang=\"fr\""));
            let both = page(reason, "de").body;
            assert!(both.find("lang=\"fr\"").unwrap() < both.find("<section lang=\"en\"").unwrap());
            assert!(!both.contains('{') || !both.contains("{title}") && !both.contains("{sections}"));
        }
    }

    #[test]
    fn statuses_and_when_to_come_back() {
        assert_eq!(page(Reason::Unknown, "").status, 404);
        let suspended = page(Reason::Suspended, "");
        assert_eq!((suspended.status, suspended.retry_after), (503, Some(86_400)));
        assert_eq!(page(Reason::BrokeOff, "").status, 502);
        assert_eq!(page(Reason::TookTooLong, "").status, 504);
    }

    #[test]
    fn no_break_space_before_double_punctuation() {
        for reason in ALL {
            for text in [reason.title().pick(Lang::Fr).to_owned(), reason.words().pick(Lang::Fr).to_owned()] {
                assert!(![" :", " ;", " !", " ?"].iter().any(|bad| text.contains(bad)), "{text}");
            }
        }
    }
}

//! How a state looks and what it is called: in colour, in a word and by a sign. Shared by both lanes, since the browser redraws it.

use leptos::prelude::*;
use model::{ChangeState, Lang};

/// The word for a state.
pub fn word(state: ChangeState, lang: Lang) -> &'static str {
    match state {
        ChangeState::Verified => lang.pick("vérifié", "verified"),
        ChangeState::Superseded => lang.pick("remplacé", "superseded"),
        ChangeState::Applied => lang.pick("en place", "in place"),
        ChangeState::Checked => lang.pick("contrôlé", "checked"),
        ChangeState::Wanted => lang.pick("demandé", "requested"),
        ChangeState::Waiting => lang.pick("attend l’hôte", "waiting for the host"),
        ChangeState::Held => lang.pick("attend un accord", "waiting for consent"),
        ChangeState::Failed => lang.pick("échoué", "failed"),
        ChangeState::Refused => lang.pick("refusé", "refused"),
    }
}

/// The word for the state of what stays: a site that stands well is in service, which is more than that its last change was checked.
pub fn standing(state: ChangeState, lang: Lang) -> &'static str {
    match state {
        ChangeState::Verified => lang.pick("en service", "in service"),
        other => word(other, lang),
    }
}

/// One sentence that says what a state means and whether something is to be done.
pub fn meaning(state: ChangeState, lang: Lang) -> &'static str {
    match state {
        ChangeState::Verified => lang.pick(
            "C’est fait, et vérifié de l’extérieur là où cela s’y voit.",
            "It is done, and checked from outside where it shows there.",
        ),
        ChangeState::Superseded => {
            lang.pick("Une modification plus récente a pris sa place.", "A later change took its place.")
        }
        ChangeState::Applied => lang.pick(
            "C’est en place sur l’hôte\u{a0}; la vérification de l’extérieur suit.",
            "It is in place on the host; the check from outside follows.",
        ),
        ChangeState::Checked => lang.pick(
            "La nouvelle configuration est juste\u{a0}; elle se met en place.",
            "The new configuration is correct; it is being put in place.",
        ),
        ChangeState::Wanted => {
            lang.pick("C’est enregistré et part vers l’hôte.", "It is recorded and on its way to the host.")
        }
        ChangeState::Waiting => lang.pick(
            "L’hôte est injoignable\u{a0}: cela s’appliquera à son retour, sans rien refaire.",
            "The host is away: it will be applied when it returns, with nothing to do again.",
        ),
        ChangeState::Held => lang.pick(
            "La coopérative doit donner son accord\u{a0}; jusque-là l’hôte reste comme il est. Les membres n’ont rien à faire.",
            "The cooperative has to give consent; until then the host stays as it is. Members need do nothing.",
        ),
        ChangeState::Failed => lang.pick(
            "Cela n’a pas pu se mettre en place\u{a0}; l’état précédent reste en service.",
            "It could not be put in place; the previous state stays in service.",
        ),
        ChangeState::Refused => lang.pick(
            "L’hôte n’en a pas voulu\u{a0}; l’état précédent reste en service.",
            "The host did not take it; the previous state stays in service.",
        ),
    }
}

/// The sign of a state, drawn inside a cell of the honeycomb; a path, so that it needs no font.
fn sign(state: ChangeState) -> &'static str {
    match state {
        ChangeState::Verified => "M7 12.5l3.4 3.4L17 9",
        ChangeState::Applied => "M8 12.5l2.8 2.8L16 9.8",
        ChangeState::Checked => "M8.5 12h7",
        ChangeState::Wanted => "M12 16V8M8.5 11.5L12 8l3.5 3.5",
        ChangeState::Superseded => "M8 9l4 3-4 3M13 9l4 3-4 3",
        ChangeState::Waiting => "M12 7.5V12l3 2",
        ChangeState::Held => "M10 8.5v7M14 8.5v7",
        ChangeState::Failed => "M9 9l6 6M15 9l-6 6",
        ChangeState::Refused => "M8 12h8M12 12h0",
    }
}

/// The outline of a cell in a 24 × 24 box.
pub const CELL: &str = "M12 1.8l8.8 5.1v10.2L12 22.2l-8.8-5.1V6.9z";

/// A sign in its cell, drawn for the eye only: the word stands beside it.
pub fn in_cell(mark: &'static str) -> impl IntoView {
    view! {
        <svg class="sign" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path class="cell" d=CELL></path>
            <path class="mark" d=mark></path>
        </svg>
    }
}

/// Where a state stands for the reader's eye; the style sheet gives each its colour.
pub fn class(state: ChangeState) -> &'static str {
    match state {
        ChangeState::Verified => "state state-good",
        ChangeState::Applied | ChangeState::Checked | ChangeState::Wanted => "state state-going",
        ChangeState::Superseded => "state state-past",
        ChangeState::Waiting => "state state-waiting",
        ChangeState::Held => "state state-held",
        ChangeState::Failed | ChangeState::Refused => "state state-bad",
    }
}

/// The state of a change, as colour, sign and word.
#[component]
pub fn StateBadge(state: ChangeState, lang: Lang) -> impl IntoView {
    badge(state, word(state, lang))
}

/// The state of a site or an account, as colour, sign and word.
#[component]
pub fn StandingBadge(state: ChangeState, lang: Lang) -> impl IntoView {
    badge(state, standing(state, lang))
}

fn badge(state: ChangeState, word: &'static str) -> impl IntoView {
    view! {
        <span class=class(state) data-state=state.code()>
            {in_cell(sign(state))}
            <span>{word}</span>
        </span>
    }
}

/// The four steps of a change that goes well, in order.
const STEPS: [ChangeState; 4] =
    [ChangeState::Wanted, ChangeState::Checked, ChangeState::Applied, ChangeState::Verified];

/// How many steps are done, and whether the next one is blocked.
fn reached(state: ChangeState) -> (usize, bool) {
    match state {
        ChangeState::Verified => (4, false),
        ChangeState::Applied => (3, false),
        ChangeState::Checked => (2, false),
        ChangeState::Wanted => (1, false),
        ChangeState::Superseded => (0, false),
        ChangeState::Waiting | ChangeState::Held | ChangeState::Failed | ChangeState::Refused => (1, true),
    }
}

/// The way of a change as four cells that fill with honey; what blocks it stands in the cell where it stopped.
#[component]
pub fn Stepper(state: ChangeState, lang: Lang) -> impl IntoView {
    let (done, blocked) = reached(state);
    let steps = STEPS
        .into_iter()
        .enumerate()
        .map(|(place, step)| {
            let step = word(step, lang);
            let (kind, step, said, mark) = if place < done {
                ("step step-done", step, lang.pick("fait", "done"), sign(ChangeState::Verified))
            } else if place == done && blocked {
                // What stands in the way takes the place of the step that it keeps from being done.
                ("step step-blocked", word(state, lang), lang.pick("arrêté ici", "stopped here"), sign(state))
            } else if place == done && state != ChangeState::Superseded {
                ("step step-next", step, lang.pick("en cours", "in progress"), "")
            } else {
                ("step", step, lang.pick("à venir", "to come"), "")
            };
            view! {
                <li class=kind>
                    {in_cell(mark)}
                    <span>{step}</span>
                    <span class="unseen">{lang.colon()}{said}</span>
                </li>
            }
        })
        .collect_view();
    let label = lang.pick("Avancement", "Progress");
    view! { <ol class=format!("steps {}", class(state)) aria-label=label>{steps}</ol> }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_its_own_word_in_each_language_and_its_own_sign() {
        for lang in Lang::ALL {
            let mut words: Vec<_> = ChangeState::ALL.iter().map(|state| word(*state, lang)).collect();
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), ChangeState::ALL.len());
            assert!(!words.contains(&standing(ChangeState::Verified, lang)));
        }
        let mut signs: Vec<_> = ChangeState::ALL.iter().map(|state| sign(*state)).collect();
        signs.sort_unstable();
        signs.dedup();
        assert_eq!(signs.len(), ChangeState::ALL.len());
    }

    #[test]
    fn a_blocked_change_shows_where_it_stopped() {
        let html = view! { <Stepper state=ChangeState::Failed lang=Lang::En/> }.to_html();
        assert!(html.contains("step-blocked") && html.contains("failed"), "{html}");
        let html = view! { <Stepper state=ChangeState::Verified lang=Lang::Fr/> }.to_html();
        assert_eq!(html.matches("step-done").count(), 4, "{html}");
    }
}

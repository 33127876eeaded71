//! How much of a limit is taken: in words, and as a bar. What is nearly or wholly taken says so with a sign and a sentence, not by
//! colour alone. The bar is for the eye; it is drawn, so that it stands on paper too.

use crate::state::in_cell;
use leptos::prelude::*;
use model::Lang;

/// From this share of the limit on, the end is announced: four fifths.
const NEAR: (u64, u64) = (4, 5);

/// How near the limit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    Enough,
    Little,
    None,
    /// More than the limit: the plan was made smaller.
    Above,
}

impl Room {
    pub fn of(used: u32, most: u32) -> Room {
        match used {
            used if used > most => Room::Above,
            used if used == most => Room::None,
            used if u64::from(used) * NEAR.1 >= u64::from(most) * NEAR.0 => Room::Little,
            _ => Room::Enough,
        }
    }

    fn said(self, lang: Lang, used: u32, most: u32) -> Option<String> {
        let (left, above) = (most.saturating_sub(used), used.saturating_sub(most));
        match self {
            Room::Enough => None,
            Room::Little => Some(lang.pick(
                format!("Presque tout est pris\u{a0}: il en reste {left}."),
                format!("Nearly all is taken: {left} left."),
            )),
            Room::None => Some(lang.pick("Tout est pris.", "All is taken.").to_owned()),
            Room::Above => Some(lang.pick(
                format!(
                    "{above} de plus que l’offre n’en permet\u{a0}: rien ne disparaît, rien ne s’ajoute."
                ),
                format!("{above} more than the plan allows: nothing goes away, nothing can be added."),
            )),
        }
    }

    fn look(self) -> (&'static str, &'static str) {
        match self {
            Room::Enough => ("meter", ""),
            Room::Little => ("meter meter-near", "M12 7.500v5.500M12 16.500v.01"),
            Room::None => ("meter meter-full", "M8 12h8"),
            Room::Above => ("meter meter-full", "M12 16V8M8.5 11.5L12 8l3.5 3.5"),
        }
    }
}

/// `label` of `most`, of which `used` are taken.
pub fn meter(lang: Lang, label: impl Into<String>, used: u32, most: u32) -> AnyView {
    let label: String = label.into();
    let room = Room::of(used, most);
    let (class, mark) = room.look();
    let filled = if most == 0 { 100 } else { (u64::from(used) * 100 / u64::from(most)).min(100) };
    let of = lang.pick(format!("{used} sur {most}"), format!("{used} of {most}"));
    let said = room
        .said(lang, used, most)
        .map(|said| view! { <p class="meter-said">{in_cell(mark)}<span>{said}</span></p> });
    view! {
        <div class=class>
            <p class="meter-words"><span>{label}<span class="unseen">{lang.colon()}</span></span><b class="num">{of}</b></p>
            <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                <rect class="meter-most" width="100" height="4"></rect>
                <rect class="meter-used" width=filled height="4"></rect>
            </svg>
            {said}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_announced_before_it_comes() {
        for (used, most, room) in [
            (0, 10, Room::Enough),
            (7, 10, Room::Enough),
            (8, 10, Room::Little),
            (10, 10, Room::None),
            (11, 10, Room::Above),
            (0, 0, Room::None),
            (3, 4, Room::Enough),
            (u32::MAX - 1, u32::MAX, Room::Little),
        ] {
            assert_eq!(Room::of(used, most), room, "{used} of {most}");
        }
    }

    #[test]
    fn a_bar_is_never_longer_than_whole_and_its_words_say_all() {
        let html = meter(Lang::En, "Sites", 15, 10).to_html();
        assert!(html.contains("15 of 10") && html.contains("5 more than the plan allows"), "{html}");
        assert!(
            html.contains("width=\"100\" height=\"4\" class=\"meter-used\"")
                || html.matches("width=\"100\"").count() == 2,
            "{html}"
        );
        assert!(!meter(Lang::En, "Sites", 1, 10).to_html().contains("meter-said"));
    }
}

//! Whether a new password will do: long enough, and not among what is guessed first. Judged here, offline, by zxcvbn's lists and patterns
//! and by what others know of its user.

use super::password::LONGEST_BYTES;
use crate::{
    Server,
    store::{internal, sql},
};
use model::{Problem, Secret, Text, UserId, text};
use zxcvbn::{Score, feedback::Warning, zxcvbn};

/// Characters of a password, at least.
pub const SHORTEST: usize = 12;
/// Guessing looks at no more: the work grows with the square of the length, and what follows can only make it better.
const LOOKED_AT: usize = 64;

/// Characters that have nothing to do with the user, at least.
const OWN: usize = 6;

/// What others know of a user: the parts of the address, the names of members and accounts.
pub(super) async fn hints(server: &Server, user: UserId, email: &str) -> Result<Vec<String>, Problem> {
    let mut hints = sql("SELECT m.name FROM grants g JOIN members m ON m.id = g.member_id WHERE g.user_id = $1
         UNION SELECT m.name FROM grants g JOIN accounts a ON a.id = g.account_id JOIN members m ON m.id = a.member_id WHERE g.user_id = $1
         UNION SELECT a.name FROM grants g JOIN accounts a ON a.id = g.account_id WHERE g.user_id = $1 LIMIT 50")
    .bind(user)
    .all(server.store.on(), |row| row.first::<String>())
    .await?;
    hints.push(email.to_owned());
    hints.push(server.config.origin.as_str().to_owned());
    let words: Vec<String> = hints
        .iter()
        .flat_map(|hint| hint.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() > 2)
        .map(str::to_owned)
        .collect();
    hints.extend(words);
    hints.push("alvéole".into());
    hints.push("alveole".into());
    Ok(hints)
}

/// Refused with reason and remedy, or good.
pub(super) async fn check(password: &Secret, hints: Vec<String>, field: &'static str) -> Result<(), Problem> {
    let password = password.clone();
    // A few milliseconds of work, beside the requests.
    let judged = tokio::task::spawn_blocking(move || judge(&password, &hints, field)).await;
    judged.map_err(|error| internal("judging a password", &error))?
}

fn judge(password: &Secret, hints: &[String], field: &'static str) -> Result<(), Problem> {
    let typed = password.reveal();
    if typed.len() > LONGEST_BYTES {
        let text = Text::new(
            "Ce mot de passe est trop long\u{a0}: 1024 octets au plus.",
            "This password is too long: 1024 octets at most.",
        );
        return Err(Problem::invalid(field, "password_long", text));
    }
    if typed.chars().count() < SHORTEST {
        let text = text!(
            "Il faut {SHORTEST} caractères au moins\u{a0}: quatre mots au hasard font très bien l’affaire.",
            "At least {SHORTEST} characters are needed: four random words do very well."
        );
        return Err(Problem::invalid(field, "password_short", text));
    }
    let looked_at: String = typed.chars().take(LOOKED_AT).collect();
    let hints: Vec<&str> = hints.iter().map(String::as_str).collect();
    let entropy = zxcvbn(&looked_at, &hints);
    if entropy.score() >= Score::Three && own(&looked_at, &hints) >= OWN {
        return Ok(());
    }
    let Text { fr, en } = why(entropy.feedback().and_then(|feedback| feedback.warning()));
    let text = text!(
        "Ce mot de passe se devine trop facilement\u{a0}: {fr}. Prenez quatre mots au hasard, sans rapport avec vous.",
        "This password is too easy to guess: {en}. Take four random words that have nothing to do with you."
    );
    Err(Problem::invalid(field, "password_guessable", text))
}

/// How many characters are left when all that others know of the user is taken out.
fn own(typed: &str, hints: &[&str]) -> usize {
    let mut hints: Vec<String> = hints.iter().map(|hint| hint.to_lowercase()).collect();
    hints.retain(|hint| hint.chars().count() > 2);
    hints.sort_by_key(|hint| std::cmp::Reverse(hint.len()));
    let left = hints.iter().fold(typed.to_lowercase(), |left, hint| left.replace(hint.as_str(), ""));
    left.chars().count()
}

fn why(warning: Option<Warning>) -> Text {
    match warning {
        Some(Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess) => {
            Text::new("des touches qui se suivent", "keys that follow one another")
        }
        Some(
            Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess,
        ) => Text::new("la même chose répétée", "the same thing repeated"),
        Some(Warning::SequencesLikeAbcAreEasyToGuess) => {
            Text::new("une suite de lettres ou de chiffres", "a sequence of letters or digits")
        }
        Some(Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess) => {
            Text::new("une date", "a date")
        }
        Some(
            Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
            | Warning::CommonNamesAndSurnamesAreEasyToGuess,
        ) => Text::new("un nom de personne", "a person's name"),
        Some(
            Warning::ThisIsATop10Password
            | Warning::ThisIsATop100Password
            | Warning::ThisIsACommonPassword
            | Warning::ThisIsSimilarToACommonlyUsedPassword,
        ) => {
            Text::new("il ressemble à un mot de passe répandu", "it is like a password that many people have")
        }
        Some(Warning::AWordByItselfIsEasyToGuess) => Text::new("un mot seul", "one word alone"),
        None => Text::new(
            "trop peu de hasard, ou des mots tirés de votre adresse et de vos noms",
            "too little chance in it, or words of your address and names",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        let hints = ["ana.martin@asso.example", "ana", "martin", "asso", "example"].map(str::to_owned);
        let code = |typed: &str| judge(&Secret::new(typed), &hints, "password").map_err(|p| p.code);
        for (typed, wanted) in [
            ("court", Err("password_short")),
            ("éèàéèàéèàéè", Err("password_short")),
            ("Ana.Martin@Asso.Example", Err("password_guessable")),
            ("anamartin123", Err("password_guessable")),
            ("Asso.2026-Martin", Ok(())),
            ("asso+martin!", Err("password_guessable")),
            ("aaaaaaaaaaaaaaaa", Err("password_guessable")),
            ("abcabcabcabcabc", Err("password_guessable")),
            ("azertyuiop123", Err("password_guessable")),
            ("password12345", Err("password_guessable")),
            ("quatre mots au hasard", Ok(())),
            ("correct horse battery staple", Ok(())),
            ("vG7#pQ2!xL9z", Ok(())),
        ] {
            assert_eq!(code(typed), wanted, "{typed}");
        }
        let repeated = judge(&Secret::new("aaaaaaaaaaaaaaaa"), &hints, "password").unwrap_err();
        assert!(repeated.text.fr.contains("répétée") && repeated.text.en.contains("repeated"));
    }

    /// threats.md 1.10: a megabyte of password shall cost nothing.
    #[test]
    fn however_long_it_is_it_takes_no_time() {
        let begun = std::time::Instant::now();
        for typed in ["a".repeat(1 << 20), "abcabc1991".repeat(100), "é".repeat(500), "p4$$w0rd".repeat(128)]
        {
            let _ = judge(&Secret::new(typed), &["é".repeat(254)], "password");
        }
        assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    }
}

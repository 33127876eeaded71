//! Hosting plans: the limits an account gets. For admins.

pub mod form;
pub mod list;

use model::Lang;

/// Megabytes as people say them: from a thousand on as gigabytes, whether whoever made the plan counted in thousands (10000) or as
/// machines do (10240).
pub fn space(lang: Lang, mb: u32) -> String {
    if mb < 1000 {
        return lang.pick(format!("{mb}\u{a0}Mo"), format!("{mb}\u{a0}MB"));
    }
    let of = if mb.is_multiple_of(100) { 1000 } else { 1024 };
    let tenths = (u64::from(mb) * 10 + of / 2) / of;
    let (whole, rest) = (tenths / 10, tenths % 10);
    if rest == 0 {
        return lang.pick(format!("{whole}\u{a0}Go"), format!("{whole}\u{a0}GB"));
    }
    lang.pick(format!("{whole},{rest}\u{a0}Go"), format!("{whole}.{rest}\u{a0}GB"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_as_people_say_them() {
        for (mb, fr, en) in [
            (512, "512\u{a0}Mo", "512\u{a0}MB"),
            (1000, "1\u{a0}Go", "1\u{a0}GB"),
            (1024, "1\u{a0}Go", "1\u{a0}GB"),
            (1500, "1,5\u{a0}Go", "1.5\u{a0}GB"),
            (1536, "1,5\u{a0}Go", "1.5\u{a0}GB"),
            (10_000, "10\u{a0}Go", "10\u{a0}GB"),
            (10_240, "10\u{a0}Go", "10\u{a0}GB"),
            (100_000_000, "100000\u{a0}Go", "100000\u{a0}GB"),
        ] {
            assert_eq!((space(Lang::Fr, mb).as_str(), space(Lang::En, mb).as_str()), (fr, en), "{mb}");
        }
    }
}

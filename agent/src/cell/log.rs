//! Lines for the journal: a priority systemd understands (`<3>`, see sd-daemon(3)), one line each, no control characters.

/// One line of a given priority. What a visitor or a tenant sent may stand in it, so control characters become spaces.
fn line(priority: u8, text: &str) {
    let text: String = text.chars().take(500).map(|c| if c.is_control() { ' ' } else { c }).collect();
    // A journal that is away must not stop a site from being served.
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("<{priority}>{text}\n").as_bytes());
}

pub fn error(text: impl AsRef<str>) {
    line(3, text.as_ref());
}

pub fn info(text: impl AsRef<str>) {
    line(6, text.as_ref());
}

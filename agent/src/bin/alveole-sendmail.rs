//! `alveole-sendmail`: see agent/src/outbox/client.rs. What programs of an account call as sendmail(1).

use agent::outbox::{
    client::{self, Called, Exit},
    place::SOCKET,
};
use std::{path::Path, process::ExitCode};

fn main() -> ExitCode {
    let given: Vec<String> =
        std::env::args_os().skip(1).map(|one| one.to_string_lossy().into_owned()).collect();
    let Called { mut ask, dots } = match client::arguments(&given) {
        Ok(called) => called,
        Err(what) => {
            eprintln!("alveole-sendmail: {what} n’existe pas ici / is not done here");
            return ExitCode::from(Exit::Usage as u8);
        }
    };
    ask.hint = std::env::current_dir().ok().map(|folder| folder.to_string_lossy().into_owned());
    let said = client::read(&mut std::io::stdin().lock(), dots)
        .and_then(|written| client::hand_over(Path::new(SOCKET), &ask, &written));
    let (exit, text) = client::end(&said);
    if let Some(text) = text {
        eprintln!("alveole-sendmail: {} / {}", text.fr, text.en);
    }
    ExitCode::from(exit as u8)
}

//! `alveole-dump DATABASE`: makes or takes a dump of a database, as the account's user, in a unit of its own. The agent starts it for one
//! session and speaks to it.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let database = arguments.next().and_then(|database| database.parse().ok());
    let (Some(database), None) = (database, arguments.next()) else {
        eprintln!("usage: alveole-dump DATABASE");
        return ExitCode::from(2);
    };
    match agent::database::dump::run(&database) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever asked is gone, or was cut off.
        Err(_) => ExitCode::FAILURE,
    }
}

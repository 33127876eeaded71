//! Applications: their card on a site's page, the form that puts one there, the page of one.

pub mod card;
pub mod form;
pub mod show;

use server::app::AppView;

/// Where its admins sign in.
fn sign_in(app: &AppView) -> String {
    format!("{}/{}", app.address, app.application.sign_in())
}

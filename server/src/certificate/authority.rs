//! What signs certificates, as the job knows it. Tests have one of their own.

use crate::Server;
use futures_util::future::BoxFuture;
use model::{Der, SiteName, Text, Thumbprint};

/// Why there is no certificate yet.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub text: Text,
    /// The authority itself asks not to be asked again soon.
    pub too_often: bool,
}

pub trait Authority: Send + Sync {
    /// What answers this panel's challenges.
    fn thumbprint<'a>(&'a self, server: &'a Server) -> BoxFuture<'a, Result<Thumbprint, Refusal>>;

    /// Has a request signed. The name's host answers the challenge by itself; gives the chain.
    fn order<'a>(
        &'a self,
        server: &'a Server,
        name: &'a SiteName,
        request: &'a Der,
    ) -> BoxFuture<'a, Result<Vec<Der>, Refusal>>;

    /// Between which times (milliseconds) it wishes a certificate of its own renewed (RFC 9773); `None`: it says nothing of it.
    fn advice<'a>(&'a self, server: &'a Server, own: &'a Der) -> BoxFuture<'a, Option<(i64, i64)>>;
}

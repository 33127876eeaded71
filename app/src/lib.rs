//! Alvéole's faces: what people see. Two lanes that never meet: `ssr` (the panel's pages, on the server) and `hydrate` (the small live
//! parts, in the browser, which know `model` alone).

pub mod state;

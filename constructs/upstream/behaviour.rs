//! What the operator and the software around it make of a resource: each fact once, with its source.
//!
//! Sources are files of the operator 2.0.1 unless another program is named; `docs/operator.md` has them with more around.

pub mod classes;
pub mod extensions;
pub mod filled;
pub mod former;
pub mod hba;
pub mod image;
pub mod impact;
pub mod made;
pub mod names;
pub mod operator;
pub mod parameters;
pub mod pods;
pub mod pooler;
pub mod retention;
pub mod roles;
pub mod secrets;
pub mod services;
pub mod settings;
pub mod variables;
pub mod windows;

//! YAML with places: text to a tree whose nodes know where they were written, and from the tree to types.

mod error;
mod reader;
mod tree;

pub(crate) use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::options::NonFiniteFloatPolicy;
use serde_saphyr::{Error, Options};

pub(crate) use reader::Reader;
pub(crate) use tree::{Node, Place, Value};

/// Largest text that is read.
pub(crate) const LARGEST: usize = 64 << 20;

fn options(duplicate_keys: DuplicateKeyPolicy) -> Options {
    serde_saphyr::options! {
        // Room for 5,000 clusters; expansion by anchors stays bounded, so that a small file cannot become a large one.
        budget: serde_saphyr::budget! {
            max_depth: 64,
            flow_nesting_limit: 64,
            max_events: 4_000_000,
            max_nodes: 4_000_000,
            max_aliases: 200_000,
            max_anchors: 50_000,
            max_merge_keys: 200_000,
            max_documents: 2,
            max_total_scalar_bytes: LARGEST,
            max_recorded_anchor_events: 500_000,
            enforce_alias_anchor_ratio: false,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 2_000_000 },
        duplicate_keys: duplicate_keys,
        strict_booleans: true,
        reject_unsupported_tags: true,
        underscored_numbers_as_strings: true,
        leading_zero_numbers_as_strings: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    }
}

/// The tree of a text.
pub(crate) fn tree(text: &str, duplicate_keys: DuplicateKeyPolicy) -> Result<Node<'_>, Error> {
    serde_saphyr::from_str_with_options(text, options(duplicate_keys))
}

/// The error itself, without where an anchor was used.
pub(crate) fn innermost(error: &Error) -> &Error {
    match error {
        Error::AliasError { error, .. } => innermost(error),
        Error::WithSnippet { error, .. } => innermost(error),
        error => error,
    }
}

/// What is wrong, in the words that all problems have.
pub(crate) fn message(error: &Error) -> String {
    match error {
        Error::RecursiveReferencesRequireWeakTypes { .. } => "an anchor cannot contain itself".to_owned(),
        Error::DuplicateMappingKey { key, .. } => match key {
            Some(key) => format!("duplicate key `{key}`: each key may appear only once"),
            None => "duplicate key: each key may appear only once".to_owned(),
        },
        Error::MultipleDocuments { .. } => {
            "more than one document: an app file holds one; put each into a file of its own".to_owned()
        }
        Error::Budget { .. } => "too large, too deeply nested or with too many expansions".to_owned(),
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => "too large once its anchors are expanded".to_owned(),
        Error::UnknownAnchor { .. } => "unknown anchor: `*name` needs `&name` before it".to_owned(),
        Error::MergeValueNotMapOrSeqOfMaps { .. } => {
            "`<<` takes a map, `<<: *name`, or a list of maps".to_owned()
        }
        Error::Message { msg, .. } => msg.clone(),
        error => {
            let text = error.to_string();
            // Its own location is ours already.
            text.split_once(" at line ").map_or(text.clone(), |(message, _)| message.to_owned())
        }
    }
}

/// A line of a merge that was left half done.
pub(crate) fn conflict(text: &str) -> Option<usize> {
    text.lines().position(|line| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> "))
}

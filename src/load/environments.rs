//! One app file for several environments: what is common stands in the file, and what differs below `environments`, laid over
//! it by the same strict types.

use std::borrow::Cow;

use pgsynth_constructs::base::{Kind, Problem};
use pgsynth_constructs::values::Id;

use super::at_place;
use crate::yaml::{Node, Place, Value};

/// The key below which environments stand.
const KEY: &str = "environments";

/// The trees of an app file, each with the name of its environment; one without a name where the file has none.
pub(super) fn split<'t>(
    file: &str,
    text: &'t str,
    mut root: Node<'t>,
) -> Result<Vec<(Option<String>, Node<'t>)>, Problem> {
    let Value::Map(entries) = &mut root.value else { return Ok(vec![(None, root)]) };
    let Some(index) = entries.iter().position(|(key, _)| key.key(text) == KEY) else {
        return Ok(vec![(None, root)]);
    };
    let (key, environments) = entries.remove(index);
    let wrong = |path: &str, place: Place, message: &str| Problem {
        place: Some(at_place(file, place)),
        ..Problem::new(Kind::Invalid, path, message)
    };
    let Value::Map(overlays) = environments.value else {
        return Err(wrong(
            KEY,
            key.place,
            "expected a map of environments, such as `{dev: {...}, prod: {...}}`",
        ));
    };
    if overlays.is_empty() {
        return Err(wrong(
            KEY,
            key.place,
            "no environment stands here, so that nothing would be rendered; name one, or leave the key out",
        ));
    }
    let mut apps = vec![];
    for (key, overlay) in overlays {
        let name = key.key(text).to_owned();
        let path = format!("{KEY}.{name}");
        if let Err(invalid) = name.parse::<Id>() {
            let problem = Problem::of_complaint(path, &invalid.to_string());
            return Err(Problem { place: Some(at_place(file, key.place)), ..problem });
        }
        // An environment that is the file as it stands says `{}`; a key with nothing behind it was forgotten.
        let Value::Map(own) = &overlay.value else {
            return Err(wrong(&path, key.place, "expected a map of what differs, such as `{}`"));
        };
        for forbidden in [KEY, "pgsynth", "templates"] {
            if let Some((key, _)) = own.iter().find(|(key, _)| key.key(text) == forbidden) {
                return Err(wrong(
                    &format!("{path}.{forbidden}"),
                    key.place,
                    "it stands once, for the whole file",
                ));
            }
        }
        let mut app = root.clone();
        named(&mut app, own, &name, key.place, text);
        lay(&mut app, overlay, text);
        apps.push((Some(name), app));
    }
    Ok(apps)
}

/// Gives the app the environment's name and an output of its own, where the overlay does not say them itself.
fn named<'t>(
    app: &mut Node<'t>,
    own: &[(Node<'t>, Node<'t>)],
    environment: &str,
    place: Place,
    text: &'t str,
) {
    let says = |key: &str| own.iter().any(|(name, _)| name.key(text) == key);
    let common = |key: &str| app.get(key, text).and_then(Node::as_text).map(str::to_owned);
    let mut derived = vec![];
    if let Some(name) = common("name").filter(|_| !says("name")) {
        derived.push(("name", format!("{name}-{environment}")));
    }
    if !says("output") {
        let output = common("output").unwrap_or_else(|| "dist".to_owned());
        derived.push(("output", format!("{output}/{environment}")));
    }
    for (key, value) in derived {
        let node = |text: String| Node { place, value: Value::Text(Cow::Owned(text)) };
        let entry = Node { place, value: Value::Map(vec![(node(key.to_owned()), node(value))]) };
        lay(app, entry, text);
    }
}

/// Lays a tree over another: maps join, everything else is replaced. A `null` that is spelt out takes away, later.
fn lay<'t>(under: &mut Node<'t>, over: Node<'t>, text: &'t str) {
    match (&mut under.value, over.value) {
        (Value::Map(entries), Value::Map(own)) => {
            for (key, value) in own {
                match entries.iter_mut().find(|(known, _)| known.key(text) == key.key(text)) {
                    Some((_, known)) => lay(known, value, text),
                    None => entries.push((key, value)),
                }
            }
        }
        (_, value) => *under = Node { place: over.place, value },
    }
}

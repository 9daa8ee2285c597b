//! Flux replaces `${name}` in whatever it applies, scripts and dashboards among it, unless the object says otherwise.

use super::Emitter;

const KEY: &str = "kustomize.toolkit.fluxcd.io/substitute:";

/// Adds Flux's annotation to the object that was written last, from `start` on, where it holds `${`.
pub(super) fn disable(emitter: &mut Emitter, start: usize) {
    let object = &emitter.bytes()[start..];
    if find(object, "${").is_none() {
        return;
    }
    // Every object has `metadata`, at its own level.
    let head = "\nmetadata:\n";
    let Some(at) = find(object, head).map(|at| at + head.len()) else { return };
    let end = object[at..].windows(2).position(|pair| pair[0] == b'\n' && pair[1] != b' ');
    let metadata = &object[at..end.map_or(object.len(), |end| at + end + 1)];
    if find(metadata, KEY).is_some() {
        return;
    }
    let (given, empty) = ("  annotations:\n", "  annotations: {}\n");
    let line = format!("    {KEY} disabled\n");
    let (range, text) = if let Some(own) = line_at(metadata, given) {
        (own + given.len()..own + given.len(), line)
    } else if let Some(own) = line_at(metadata, empty) {
        (own..own + empty.len(), format!("{given}{line}"))
    } else {
        (0..0, format!("{given}{line}"))
    };
    emitter.replace(start + at + range.start..start + at + range.end, &text);
}

/// Where a whole line stands.
fn line_at(bytes: &[u8], line: &str) -> Option<usize> {
    match bytes.starts_with(line.as_bytes()) {
        true => Some(0),
        false => find(bytes, &format!("\n{line}")).map(|at| at + 1),
    }
}

fn find(bytes: &[u8], text: &str) -> Option<usize> {
    let first = text.as_bytes()[0];
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|byte| *byte == first) {
        at += next;
        if bytes[at..].starts_with(text.as_bytes()) {
            return Some(at);
        }
        at += 1;
    }
    None
}

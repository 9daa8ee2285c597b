//! kubectl reads back what the emitter wrote: arbitrary texts, keys and nested values.

use std::process::Command;

use libtest_mimic::{Failed, Trial};
use pgsynth::synth::Emitter;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

#[path = "../it/values.rs"]
mod values;

use super::parts::{self, needing};

pub fn trials() -> Vec<Trial> {
    vec![needing(&["kubectl"], "readback::kubectl", || read_back(2000))]
}

fn read_back(count: usize) -> Result<(), Failed> {
    let mut runner = TestRunner::deterministic();
    let mut payloads: Vec<Value> = values::odd_texts()
        .into_iter()
        .map(|text| json!({ "text": text, "list": [text], text: 1 }))
        .collect();
    for _ in 0..count {
        payloads
            .push(values::any_value().new_tree(&mut runner).map_err(|error| error.to_string())?.current());
    }
    let mut emitter = Emitter::default();
    for (index, payload) in payloads.iter().enumerate() {
        if index > 0 {
            emitter.raw("---\n");
        }
        emitter.object(&json!({ "kind": "Test", "payload": payload, "metadata": { "name": format!("t{index}") }, "apiVersion": "example.com/v1" }));
    }
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("objects.yaml");
    std::fs::write(&file, emitter.bytes())?;
    // `--local` asks no server and reads unknown kinds too.
    let output = Command::new(parts::get("kubectl"))
        .args(["annotate", "--local", "-o", "json", "x=y", "-f"])
        .arg(&file)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let read: Vec<Value> =
        serde_json::Deserializer::from_slice(&output.stdout).into_iter().collect::<Result<_, _>>()?;
    let read: Vec<Value> = read
        .into_iter()
        .flat_map(|value| match value.get("items") {
            Some(items) => items.as_array().cloned().unwrap_or_default(),
            None => vec![value],
        })
        .collect();
    if read.len() != payloads.len() {
        return Err(format!("{} objects came back of {}", read.len(), payloads.len()).into());
    }
    for (written, read) in payloads.iter().zip(&read) {
        if *written != read["payload"] {
            return Err(format!("written {written}\nread    {}", read["payload"]).into());
        }
    }
    Ok(())
}

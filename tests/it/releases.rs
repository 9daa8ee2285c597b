//! A release that is out renders the same bytes in every later pgsynth: all that reaches a pod, and the operator's CRDs.
//!
//! Rules and dashboards (`60-`) restart nothing and go on changing; they are left out.

use std::collections::BTreeMap;
use std::path::Path;

use pgsynth::load;

use crate::apps::rendered;

#[test]
fn each_release_renders_its_golden_folder() {
    let releases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/releases");
    let mut seen = 0;
    for entry in std::fs::read_dir(releases).unwrap() {
        let folder = entry.unwrap().path();
        let text = std::fs::read(folder.join("app.yaml")).unwrap();
        let app = load::app("app.yaml", &text).unwrap_or_else(|problem| panic!("{problem}"));
        let golden = folder.join("dist");
        let files: BTreeMap<_, _> =
            rendered(&app).into_iter().filter(|(name, _)| !name.starts_with("60-")).collect();
        // Made once, when the release is cut; from then on it is only compared.
        if !golden.exists() && std::env::var_os("PGSYNTH_UPDATE").is_some() {
            std::fs::create_dir_all(golden.join("crds")).unwrap();
            files.iter().for_each(|(name, text)| std::fs::write(golden.join(name), text).unwrap());
        }
        let mut known = vec![];
        for below in [golden.clone(), golden.join("crds")] {
            let entries = std::fs::read_dir(below).unwrap().map(|entry| entry.unwrap().path());
            known.extend(entries.filter(|path| path.is_file()));
        }
        let names: Vec<_> =
            known.iter().map(|path| path.strip_prefix(&golden).unwrap().display().to_string()).collect();
        for name in &names {
            let wanted = std::fs::read_to_string(golden.join(name)).unwrap();
            let text = files.get(name).unwrap_or_else(|| panic!("`{name}` is no longer rendered"));
            assert!(
                *text == wanted,
                "{}: `{name}` changed, and every database would restart",
                folder.display()
            );
        }
        assert_eq!(names.len(), files.len(), "{names:?}");
        seen += 1;
    }
    assert_eq!(seen, pgsynth::constructs::release::ReleaseName::WORDS.len(), "each release has a folder");
}

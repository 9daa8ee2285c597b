//! What a shell completes, by a real bash, and manual pages.

use std::process::Command;

use crate::project::Project;

/// Asks bash what it would offer behind these words.
const ASK: &str = r#"
source <(pgsynth completions bash)
function=$(complete -p pgsynth | sed 's/.*-F \([^ ]*\) .*/\1/')
COMP_WORDS=(pgsynth "$@"); COMP_CWORD=$#; COMP_TYPE=9
$function pgsynth "${COMP_WORDS[$#]}" "${COMP_WORDS[$#-1]}"
printf '%s\n' "${COMPREPLY[@]}"
"#;

fn offered(project: &Project, words: &[&str]) -> Vec<String> {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_pgsynth"));
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("bash")
        .current_dir(project.path(""))
        .env("PATH", format!("{}:{path}", binary.parent().unwrap().display()))
        .args(["-c", ASK, "bash"])
        .args(words)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.trim_end().to_owned()).filter(|line| !line.starts_with('-')).collect()
}

#[test]
fn a_shell_offers_what_the_project_has() {
    let project = Project::with_app();
    assert_eq!(offered(&project, &["syn"]), ["synth"]);
    assert_eq!(offered(&project, &["synth", "--app", ""]), ["shop"]);
    assert_eq!(offered(&project, &["restore", ""]), ["main"]);
    assert_eq!(offered(&project, &["restore", "main", "--database", ""]), ["shop"]);
    // An app that is wrong offers nothing, and says nothing either.
    assert!(
        offered(&Project::new().app("pgsynth: v1\nname: [\n"), &["synth", "--app", ""]).concat().is_empty()
    );
}

#[test]
fn every_verb_has_a_page_and_every_shell_its_lines() {
    let project = Project::new();
    let help = project.run(&["help"]).out;
    let verbs =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let verbs: Vec<_> = verbs.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(verbs.len() > 10, "{help}");
    for verb in verbs.iter().filter(|verb| **verb != "help") {
        let page = project.run(&["man", verb]);
        assert!(
            page.code == 0 && page.out.contains(&format!(".TH pgsynth-{verb} 1")),
            "{verb}: {}",
            page.out
        );
    }
    for shell in ["bash", "zsh", "fish", "powershell"] {
        assert!(project.run(&["completions", shell]).out.contains("PGSYNTH_COMPLETE"), "{shell}");
    }
    let said = project.run(&["man", "snyth"]);
    assert!(said.code == 2 && said.err.contains("no verb `snyth`"), "{}", said.err);
}

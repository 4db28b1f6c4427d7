//! Rules about documents: links lead somewhere, and changes are told.

use std::{
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
};

use super::Repository;
use crate::run::root;

pub(super) fn links(repository: &Repository) -> Vec<String> {
    let mut breaches = Vec::new();
    for text in repository.with_extension("md") {
        for target in relative_links(&text.content) {
            if let Some(why) = dead(repository, &text.path, target) {
                breaches.push(format!("{}: `{target}` {why}", text.path));
            }
        }
    }
    breaches
}

/// Why a link in the document at `from` leads nowhere, if it does.
fn dead(repository: &Repository, from: &str, target: &str) -> Option<&'static str> {
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let path = if file.is_empty() { from.to_owned() } else { resolve(from, file) };
    if !root().join(&path).exists() {
        return Some("leads to no file");
    }
    if heading.is_empty() {
        return None;
    }
    let known = repository.text(&path).is_none_or(|content| headings(content).contains(heading));
    (!known).then_some("leads to no heading")
}

fn resolve(from: &str, file: &str) -> String {
    let mut path = PathBuf::from(from);
    path.pop();
    for component in Path::new(file).components() {
        match component {
            Component::ParentDir => {
                path.pop();
            }
            Component::Normal(name) => path.push(name),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    path.to_string_lossy().into_owned()
}

/// Targets of links in `markdown` that stay inside the repository; code is not searched.
fn relative_links(markdown: &str) -> Vec<&str> {
    prose(markdown)
        .flat_map(|line| line.split('`').step_by(2))
        .flat_map(|text| text.split("](").skip(1))
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target)
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        .collect()
}

/// Anchors of the headings of `markdown`, formed as code hosts form them.
fn headings(markdown: &str) -> BTreeSet<String> {
    prose(markdown)
        .filter(|line| line.starts_with('#'))
        .map(|line| line.trim_start_matches('#').trim().to_lowercase())
        .map(|title| {
            let kept =
                title.chars().filter(|character| character.is_alphanumeric() || " -_".contains(*character));
            kept.map(|character| if character == ' ' { '-' } else { character }).collect()
        })
        .collect()
}

/// The lines of `markdown` outside fenced code.
fn prose(markdown: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    markdown.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fence && !fenced
    })
}

pub(super) fn changelog(repository: &Repository) -> Vec<String> {
    let told = repository.text("CHANGELOG.md").is_some_and(tells_what_is_coming);
    if told {
        Vec::new()
    } else {
        vec!["CHANGELOG.md has no `## [Unreleased]` section with entries".to_owned()]
    }
}

fn tells_what_is_coming(changelog: &str) -> bool {
    changelog
        .lines()
        .skip_while(|line| line.trim() != "## [Unreleased]")
        .skip(1)
        .take_while(|line| !line.starts_with("## "))
        .any(|line| line.starts_with("- "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_stay_here_are_found_and_code_is_not_searched() {
        let text = "[a](docs/a.md) [b](https://example.org) `[c](no.md)`\n```\n[d](no.md)\n```\n[e](#part)\n";
        assert_eq!(relative_links(text), ["docs/a.md", "#part"]);
    }

    #[test]
    fn paths_are_resolved_from_the_document() {
        assert_eq!(resolve("docs/adr/0001-x.md", "../index.md"), "docs/index.md");
        assert_eq!(resolve("README.md", "./docs/"), "docs");
    }

    #[test]
    fn anchors_are_formed_from_headings() {
        let found = headings("# Data flow, in words\n```\n# not this\n```\n## 2. Words\n");
        assert_eq!(found, BTreeSet::from(["data-flow-in-words".to_owned(), "2-words".to_owned()]));
    }

    #[test]
    fn an_empty_unreleased_section_tells_nothing() {
        assert!(tells_what_is_coming("# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A gate.\n"));
        assert!(!tells_what_is_coming("## [Unreleased]\n\n## [0.1.0]\n\n- A gate.\n"));
        assert!(!tells_what_is_coming("- A gate.\n"));
    }
}

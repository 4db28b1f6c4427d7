//! Rules about libraries of others: each says why it is here, and none is carried for nothing.

use cargo_metadata::{DependencyKind, Package};

use super::Repository;

pub(super) fn purposes(repository: &Repository) -> Vec<String> {
    repository.text("Cargo.toml").map(without_purpose).unwrap_or_default()
}

/// Lines of the workspace's table of dependencies that end without a comment.
fn without_purpose(manifest: &str) -> Vec<String> {
    table(manifest)
        .filter(|line| !line.contains("path = \"crates/"))
        .filter(|line| line.rsplit_once('#').is_none_or(|(_, purpose)| purpose.trim().len() < 4))
        .map(|line| format!("say on the same line what this is for: {line}"))
        .collect()
}

/// The entries of the workspace's table of dependencies, one line each.
fn table(manifest: &str) -> impl Iterator<Item = &str> {
    manifest
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != "[workspace.dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

pub(super) fn unused(repository: &Repository) -> Vec<String> {
    let packages = &repository.metadata.packages;
    let mut breaches: Vec<String> =
        packages.iter().flat_map(|package| unused_by(repository, package)).collect();
    let manifest = repository.text("Cargo.toml").unwrap_or_default();
    for name in table(manifest).filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim()) {
        let taken = |package: &Package| package.dependencies.iter().any(|dependency| dependency.name == name);
        if !packages.iter().any(taken) {
            breaches.push(format!("no crate uses `{name}`: take it out of the workspace's table"));
        }
    }
    breaches
}

/// Dependencies that the sources of `package` never name.
fn unused_by(repository: &Repository, package: &Package) -> Vec<String> {
    let Some(folder) = package.manifest_path.parent().and_then(|folder| folder.file_name()) else {
        return Vec::new();
    };
    let source = format!("crates/{folder}/src/");
    let everything = format!("crates/{folder}/");
    let mut breaches = Vec::new();
    for dependency in &package.dependencies {
        let area = if dependency.kind == DependencyKind::Normal { &source } else { &everything };
        let name = dependency.rename.as_deref().unwrap_or(&dependency.name).replace('-', "_");
        let mut sources =
            repository.with_extension("rs").filter(|text| text.path.starts_with(area)).peekable();
        let committed = sources.peek().is_some();
        if committed && !sources.any(|text| names(&text.content, &name)) {
            breaches.push(format!("`{folder}` never names its dependency `{}`", dependency.name));
        }
    }
    breaches
}

/// Whether `word` stands in `source` as a whole word.
fn names(source: &str, word: &str) -> bool {
    let part_of_a_word = |character: char| character.is_alphanumeric() || character == '_';
    source.match_indices(word).any(|(start, found)| {
        let (before, rest) = source.split_at(start);
        let after = rest.strip_prefix(found).unwrap_or_default();
        !before.ends_with(part_of_a_word) && !after.starts_with(part_of_a_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_without_a_purpose_is_found() {
        let manifest = "[workspace]\nx = 1\n[workspace.dependencies]\n# Values.\nours = { path = \"crates/ours\" }\n\
            good = \"1\" # reads good\nbad = \"1\"\nlazy = \"1\" # x\n[profile.dev]\ndebug = 1\n";
        let found = without_purpose(manifest);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().any(|line| line.ends_with("bad = \"1\"")));
    }

    #[test]
    fn a_name_is_a_whole_word() {
        assert!(names("use serde::Serialize;", "serde"));
        assert!(!names("use serde_json::Value;", "serde"));
        assert!(!names("let deserde = 1;", "serde"));
        assert!(names("use serde_json::Value; serde::x()", "serde"));
    }
}

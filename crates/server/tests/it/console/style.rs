//! The style sheet and the vendored script: contrast in both themes, size, and that nothing was exchanged unseen.

use std::collections::BTreeMap;

use tenantry_server::console::assets::{ASSETS, Asset};

/// Hash of `dist/htmx.min.js` in the npm package `htmx.org@4.0.1`.
const HTMX_SHA256: &str = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130";
/// Upper bound of the style sheet, in bytes, before compression.
const CSS_BYTES_MAX: usize = 24 * 1024;

fn asset(name: &str) -> &'static Asset {
    ASSETS.iter().find(|asset| asset.name == name).expect("asset")
}

fn css() -> &'static str {
    std::str::from_utf8(asset("console.css").bytes).expect("style sheet is UTF-8")
}

/// Each colour by name, light and dark.
fn colours() -> BTreeMap<&'static str, [&'static str; 2]> {
    css()
        .lines()
        .filter_map(|line| line.trim().strip_prefix("--"))
        .filter_map(|line| {
            let (name, value) = line.split_once(": light-dark(")?;
            let (light, dark) = value.trim_end_matches([')', ';']).split_once(", ")?;
            Some((name, [light, dark]))
        })
        .collect()
}

fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).expect("#rrggbb")) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn contrast_of_known_colours() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.01);
    assert!((contrast("#767676", "#ffffff") - 4.54).abs() < 0.01);
}

#[test]
fn declared_pairs_have_their_contrast_in_both_themes() {
    let colours = colours();
    let mut checked = 0;
    for pair in css().lines().filter_map(|line| line.trim().strip_prefix("pair: ")) {
        let [front, back, least] =
            pair.split(' ').collect::<Vec<_>>().try_into().expect("pair: front back least");
        let least: f64 = least.parse().expect("number");
        for (theme, name) in ["light", "dark"].iter().enumerate() {
            let ratio = contrast(colours[front][theme], colours[back][theme]);
            assert!(ratio >= least, "{front} on {back}, {name}: {ratio:.2} < {least}");
        }
        checked += 1;
    }
    assert!(checked >= 40, "only {checked} pairs are declared");
}

#[test]
fn every_rule_that_sets_both_colours_is_declared() {
    let declared: Vec<&str> = css().lines().filter_map(|line| line.trim().strip_prefix("pair: ")).collect();
    let variable = |rule: &str, property: &str| {
        let after = rule.split(&format!("{property}: var(--")).nth(1)?;
        Some(after.split(')').next()?.to_owned())
    };
    let mut found = 0;
    for rule in css().split('}').filter_map(|part| part.rsplit_once('{')).map(|(_, body)| body) {
        let (Some(front), Some(back)) = (variable(rule, " color"), variable(rule, "background")) else {
            continue;
        };
        assert!(
            declared.iter().any(|pair| pair.starts_with(&format!("{front} {back} "))),
            "{front} on {back} is not declared"
        );
        found += 1;
    }
    assert!(found >= 15, "only {found} rules were understood");
}

#[test]
fn style_sheet_stays_small_and_loads_nothing() {
    println!(
        "console.css {} bytes of {CSS_BYTES_MAX}, keys.js {} bytes",
        css().len(),
        asset("keys.js").bytes.len()
    );
    assert!(css().len() <= CSS_BYTES_MAX);
    for loading in ["url(", "@import", "@font-face", "http:", "https:"] {
        assert!(!css().contains(loading), "{loading} in the style sheet");
    }
}

#[test]
fn htmx_is_the_published_file() {
    assert_eq!(asset("htmx.min.js").sha256(), HTMX_SHA256);
}

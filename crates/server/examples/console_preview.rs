//! Writes every page of the console, filled with invented data, to a folder, together with its assets:
//! `cargo run -p tenantry-server --example console_preview -- /tmp/preview`, then serve the folder at `/`.

#[expect(clippy::wildcard_imports, reason = "a sample names most of what its views module holds")]
#[path = "../tests/it/console/samples/mod.rs"]
mod samples;

use std::path::PathBuf;

use tenantry_server::console::assets::ASSETS;
use tenantry_server::console::theme::Theme;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "console-preview".to_owned()));
    let assets = folder.join("console/assets");
    std::fs::create_dir_all(&assets)?;
    for asset in ASSETS {
        std::fs::write(assets.join(asset.name), asset.bytes)?;
    }
    for theme in [Theme::System, Theme::Light, Theme::Dark] {
        let themed = folder.join(theme.word());
        std::fs::create_dir_all(&themed)?;
        for (name, html) in samples::pages(theme) {
            std::fs::write(themed.join(format!("{name}.html")), html)?;
        }
    }
    Ok(())
}

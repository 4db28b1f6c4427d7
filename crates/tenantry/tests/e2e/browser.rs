//! The page that a package carries, in a real browser. Files are chosen and buttons pressed as a person would.

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Longest wait for an answer of the page.
const WAIT_MAX: Duration = Duration::from_mins(1);

/// A window with the page; driver and browser end with it.
pub(crate) struct Browser {
    runtime: Runtime,
    client: Option<Client>,
    driver: Child,
    page: String,
    _profile: TempDir,
}

impl Browser {
    /// Opens the page from the disk. `None`, said aloud, when driver or browser are not installed.
    pub(crate) fn start(page: &Path) -> Option<Self> {
        let chromium = ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| find(name));
        let (Some(driver), Some(chromium)) = (find("chromedriver"), chromium) else {
            let advice = "SKIPPED: verify.html is not run: apt-get install chromium chromium-driver";
            assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{advice}");
            println!("{advice}");
            return None;
        };
        let mut driver = Command::new(driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.by_ref().find_map(|line| {
            let line = line.unwrap();
            line.split("started successfully on port ")
                .nth(1)
                .map(|port| port.trim_end_matches('.').to_owned())
        });
        std::thread::spawn(move || lines.for_each(drop));
        let profile = tempfile::tempdir().unwrap();
        // Every host is unreachable: the page must not need one.
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--window-size=1100,1400",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let wanted = json!({ "goog:chromeOptions": { "args": arguments, "binary": chromium } });
        let Value::Object(wanted) = wanted else { panic!("capabilities are an object") };
        let capabilities: Capabilities = wanted;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let address = format!("http://127.0.0.1:{}", port.unwrap());
        let page = format!("file://{}", page.display());
        let client = runtime.block_on(async {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder.capabilities(capabilities).connect(&address).await.unwrap()
        });
        Some(Self { runtime, client: Some(client), driver, page, _profile: profile })
    }

    /// Chooses the files, presses the button, and answers the word the page shows.
    pub(crate) fn check(&mut self, package: &Path, policy: &Path, receipt: Option<&Path>) -> String {
        let client = self.client.as_ref().unwrap();
        self.runtime.block_on(async {
            client.goto(&self.page).await.unwrap();
            let files = [("#package", Some(package)), ("#policy", Some(policy)), ("#receipt", receipt)];
            for (field, file) in files {
                let Some(file) = file else { continue };
                let field = client.find(Locator::Css(field)).await.unwrap();
                field.send_keys(file.to_str().unwrap()).await.unwrap();
            }
            client.find(Locator::Css("#start")).await.unwrap().click().await.unwrap();
            let word =
                client.wait().at_most(WAIT_MAX).for_element(Locator::Css("#answer .word")).await.unwrap();
            word.text().await.unwrap()
        })
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            let _ = self.runtime.block_on(client.close());
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

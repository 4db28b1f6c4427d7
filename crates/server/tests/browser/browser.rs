//! A browser steered over WebDriver: the program behind it, and what a test does with a page.

use fantoccini::key::Key;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Longest wait for a page or a state of it.
const WAIT_MAX: Duration = Duration::from_secs(20);
const ARGUMENTS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1360,900",
];
const CHROMIUM: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The driver's process, ended with the test.
pub(crate) struct Driver {
    child: Child,
    address: String,
    chromium: PathBuf,
    profiles: TempDir,
}

impl Driver {
    /// Starts the driver on a free port. `None`, said aloud, when it or the browser is not installed; a failure under CI.
    pub(crate) fn start() -> Option<Self> {
        let (driver, chromium) = (find("chromedriver"), CHROMIUM.iter().find_map(|name| find(name)));
        let (Some(driver), Some(chromium)) = (driver, chromium) else {
            let advice = "SKIPPED: no browser. Install it with: apt-get install chromium chromium-driver";
            assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{advice}");
            eprintln!("{advice}");
            return None;
        };
        let mut child = Command::new(driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.by_ref().find_map(|line| {
            let line = line.unwrap();
            let after = line.split("started successfully on port ").nth(1)?;
            Some(after.trim_end_matches('.').to_owned())
        });
        // What the driver prints later is read to its end, so that it never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        let address = format!("http://127.0.0.1:{}", port.unwrap());
        Some(Self { child, address, chromium, profiles: tempfile::tempdir().unwrap() })
    }

    /// Opens a browser with a profile of its own.
    pub(crate) async fn open(&self, base: &str, name: &str, further: &[&str]) -> Page {
        let mut arguments: Vec<String> =
            ARGUMENTS.iter().chain(further).map(|text| (*text).to_owned()).collect();
        arguments.push(format!("--user-data-dir={}", self.profiles.path().join(name).display()));
        let wanted = json!({
            "goog:chromeOptions": { "args": arguments, "binary": self.chromium },
            "goog:loggingPrefs": { "performance": "ALL" },
        });
        let Value::Object(wanted) = wanted else { panic!("capabilities are an object") };
        let capabilities: Capabilities = wanted;
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(capabilities).connect(&self.address).await.unwrap();
        Page { client, base: base.to_owned() }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// A window.
pub(crate) struct Page {
    client: Client,
    base: String,
}

impl Page {
    pub(crate) async fn goto(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.unwrap();
    }

    pub(crate) async fn close(self) {
        self.client.close().await.unwrap();
    }

    pub(crate) async fn click(&self, css: &str) {
        let element = self.client.wait().at_most(WAIT_MAX).for_element(Locator::Css(css)).await.unwrap();
        element.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    pub(crate) async fn type_into(&self, css: &str, text: &str) {
        self.client.find(Locator::Css(css)).await.unwrap().send_keys(text).await.unwrap();
    }

    pub(crate) async fn choose(&self, css: &str, value: &str) {
        self.client.find(Locator::Css(css)).await.unwrap().select_by_value(value).await.unwrap();
    }

    /// Presses a key wherever the page has its focus.
    pub(crate) async fn press(&self, key: &str) {
        let focused = self.client.active_element().await.unwrap();
        focused.send_keys(key).await.unwrap();
    }

    /// Leaves the field one is in, then presses a key.
    pub(crate) async fn press_outside(&self, key: &str) {
        self.press(&String::from(char::from(Key::Escape))).await;
        self.client.find(Locator::Css("main")).await.unwrap().send_keys(key).await.unwrap();
    }

    pub(crate) async fn script(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// Waits until the window is at this path.
    pub(crate) async fn wait_for(&self, path: &str) {
        let wanted = format!("{}{path}", self.base);
        let url = wanted.parse().unwrap();
        let arrived = self.client.wait().at_most(WAIT_MAX).for_url(&url).await.is_ok();
        let now = self.client.current_url().await.unwrap();
        assert!(arrived, "not at {wanted} but at {now}:\n{}", self.text().await);
    }

    /// The page is drawn whole: its heading and its foot are there, and it is no refusal.
    pub(crate) async fn draws(&self, path: &str) {
        let foot = self.client.wait().at_most(WAIT_MAX).for_element(Locator::Css("footer")).await;
        let heading = self.client.find(Locator::Css("main h1")).await;
        assert!(foot.is_ok() && heading.is_ok(), "{path} is not drawn");
        let refusal = self.client.find(Locator::Css("main .errorpage")).await;
        assert!(refusal.is_err(), "{path} is refused:\n{}", self.text().await);
    }

    async fn text(&self) -> String {
        self.client.wait().at_most(WAIT_MAX).for_element(Locator::Css("footer")).await.unwrap();
        self.client.find(Locator::Css("body")).await.unwrap().text().await.unwrap()
    }

    pub(crate) async fn shows(&self, wanted: &str) {
        let path = format!("//*[contains(text(), \"{wanted}\")]");
        let found = self.client.wait().at_most(WAIT_MAX).for_element(Locator::XPath(&path)).await;
        assert!(found.is_ok(), "{wanted} is not shown:\n{}", self.text().await);
    }

    pub(crate) async fn hides(&self, unwanted: &str) {
        assert!(!self.text().await.contains(unwanted), "{unwanted} is shown");
    }

    pub(crate) async fn shows_chosen(&self, css: &str) {
        let chosen = self.client.find(Locator::Css(css)).await.unwrap().prop("checked").await.unwrap();
        assert_eq!(chosen.as_deref(), Some("true"), "{css}");
    }

    /// Waits until an attribute has this value.
    pub(crate) async fn attribute_becomes(&self, css: &str, name: &str, value: &str) {
        let wanted = format!("{css}[{name}={value}]");
        self.client.wait().at_most(WAIT_MAX).for_element(Locator::Css(&wanted)).await.unwrap();
    }

    /// Everything that holds for a page: no violation that axe-core knows, no request to anybody else; and a picture.
    pub(crate) async fn check(&self, name: &str) {
        self.photograph(name).await;
        let foreign = self
            .script("return performance.getEntriesByType('resource').map(e => e.name).filter(u => !u.startsWith(location.origin))")
            .await;
        assert_eq!(foreign, json!([]), "{name} asks others");
        self.axe(name).await;
    }

    async fn axe(&self, name: &str) {
        let file = target().join("axe.min.js");
        let Ok(axe) = std::fs::read_to_string(&file) else {
            let advice = format!(
                "SKIPPED axe-core on {name}: {} is missing; cargo xtask puts it there",
                file.display()
            );
            assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{advice}");
            eprintln!("{advice}");
            return;
        };
        self.script(&axe).await;
        let run = "const done = arguments[arguments.length - 1]; \
             axe.run(document, { resultTypes: ['violations'] }).then(r => done(r.violations.map(v => \
             v.id + ': ' + v.help + ' @ ' + v.nodes.map(n => n.target.join(' ')).slice(0, 4).join(' | '))), e => done(['' + e]))";
        let violations = self.client.execute_async(run, Vec::new()).await.unwrap();
        assert_eq!(violations, json!([]), "axe-core on {name}");
    }

    /// Pictures of the page: wide and narrow, light and dark as the system says.
    pub(crate) async fn photograph(&self, name: &str) {
        let folder = target().join("screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        for (width, suffix) in [(1360, ""), (390, "-narrow")] {
            self.client.set_window_size(width, 900).await.unwrap();
            let height = self.script("return Math.min(document.documentElement.scrollHeight, 2400)").await;
            let height = u32::try_from(height.as_u64().unwrap_or(900)).unwrap_or(900);
            self.client.set_window_size(width, height.max(700) + 140).await.unwrap();
            std::fs::write(
                folder.join(format!("{name}{suffix}.png")),
                self.client.screenshot().await.unwrap(),
            )
            .unwrap();
        }
        self.client.set_window_size(1360, 900).await.unwrap();
    }
}

/// The build folder of the workspace.
fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target")
}

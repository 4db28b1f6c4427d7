//! The two things a reader may choose about the console itself: colours and single-key shortcuts.
//!
//! Both live in a cookie that holds nothing else, so they work before log-in and without JavaScript.

/// Name of the cookie.
pub const COOKIE: &str = "tenantry_look";
/// How long the choice is remembered, in seconds (one year).
const MAX_AGE_S: u32 = 31_536_000;

/// Colours of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// Whether single-key shortcuts are listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Keys {
    /// They are.
    #[default]
    On,
    /// Only keys with a modifier work.
    Off,
}

impl Theme {
    /// The word used in forms, in the cookie and on the root element.
    pub fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of this word; none for any other word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::System, Self::Light, Self::Dark].into_iter().find(|theme| theme.word() == word)
    }
}

impl Keys {
    /// The word used in forms, in the cookie and on the root element.
    pub fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }

    /// The setting of this word; none for any other word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::On, Self::Off].into_iter().find(|keys| keys.word() == word)
    }
}

/// Both choices together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Look {
    /// Colours.
    pub theme: Theme,
    /// Shortcuts.
    pub keys: Keys,
}

impl Look {
    /// Reads the choices from a `Cookie` request header; anything unknown counts as not chosen.
    ///
    /// ```
    /// use tenantry_server::console::theme::{Keys, Look, Theme};
    /// let look = Look::from_cookies("a=b; tenantry_look=dark.off");
    /// assert_eq!(look, Look { theme: Theme::Dark, keys: Keys::Off });
    /// ```
    pub fn from_cookies(header: &str) -> Self {
        let value = header
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == COOKIE).then_some(value));
        let Some((theme, keys)) = value.and_then(|value| value.split_once('.')) else {
            return Self::default();
        };
        Self {
            theme: Theme::from_word(theme).unwrap_or_default(),
            keys: Keys::from_word(keys).unwrap_or_default(),
        }
    }

    /// The `Set-Cookie` value that remembers the choices.
    pub fn to_set_cookie(self) -> String {
        format!(
            "{COOKIE}={}.{}; Path=/console; Max-Age={MAX_AGE_S}; SameSite=Lax; HttpOnly",
            self.theme.word(),
            self.keys.word()
        )
    }
}

/// Where a switch may return to: a path inside the console, never another host.
///
/// ```
/// use tenantry_server::console::theme::safe_return;
/// assert_eq!(safe_return("/console/queue?state=open"), "/console/queue?state=open");
/// assert_eq!(safe_return("//elsewhere.example/"), "/console");
/// ```
pub fn safe_return(wanted: &str) -> &str {
    let inside = wanted == "/console" || wanted.starts_with("/console/") || wanted.starts_with("/console?");
    let plain = wanted.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    if inside && plain { wanted } else { "/console" }
}

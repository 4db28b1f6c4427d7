//! The letters: how wide a text is, where it breaks, whether it can be shown at all.

use krilla::text::Font;

use crate::EvidenceError;

const REGULAR: &[u8] = include_bytes!("../../fonts/NotoSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../fonts/NotoSans-Bold.ttf");

/// How heavy letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// One weight of the typeface.
pub(super) struct Face {
    pub(super) font: Font,
    metrics: ttf_parser::Face<'static>,
}

impl Face {
    pub(super) fn new(weight: Weight) -> Result<Self, EvidenceError> {
        let bytes = match weight {
            Weight::Regular => REGULAR,
            Weight::Bold => BOLD,
        };
        let font = Font::new(bytes.into(), 0);
        match (font, ttf_parser::Face::parse(bytes, 0)) {
            (Some(font), Ok(metrics)) => Ok(Self { font, metrics }),
            _ => Err(EvidenceError::build("the typeface of the report cannot be read")),
        }
    }

    /// Whether every letter of the text can be shown.
    pub(super) fn shows(&self, text: &str) -> bool {
        text.chars().all(|letter| self.has(letter))
    }

    /// Whether a letter can be shown.
    pub(super) fn has(&self, letter: char) -> bool {
        self.metrics.glyph_index(letter).is_some()
    }

    /// Width in points.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        let units: u32 = text.chars().map(|letter| u32::from(self.advance(letter))).sum();
        units as f32 * size / f32::from(self.metrics.units_per_em())
    }

    fn advance(&self, letter: char) -> u16 {
        let glyph = self.metrics.glyph_index(letter);
        glyph.and_then(|glyph| self.metrics.glyph_hor_advance(glyph)).unwrap_or(0)
    }

    /// Breaks a text into lines of at most `width` points: between words, and within a word that is wider than a line.
    pub(super) fn lines(&self, text: &str, size: f32, width: f32) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in text.split('\n') {
            let mut line = String::new();
            for word in paragraph.split(' ') {
                let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
                if self.width(&longer, size) <= width {
                    line = longer;
                    continue;
                }
                if !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                for letter in word.chars() {
                    line.push(letter);
                    if self.width(&line, size) > width && line.chars().count() > 1 {
                        line.pop();
                        lines.push(std::mem::replace(&mut line, letter.to_string()));
                    }
                }
            }
            lines.push(line);
        }
        lines
    }
}

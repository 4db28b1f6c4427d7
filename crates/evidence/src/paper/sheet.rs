//! A document in the making: headings, paragraphs, pairs, tables and blanks flow onto numbered pages.

use krilla::Document;
use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::text::TextDirection;
use krilla::{Data, SerializeSettings};

use super::face::{Face, Weight};
use crate::EvidenceError;

/// As wide as A4, as high as Letter, in points.
const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 792.0;
const MARGIN: f32 = 54.0;
const BOTTOM: f32 = HEIGHT - 60.0;
pub(super) const TEXT_WIDTH: f32 = WIDTH - 2.0 * MARGIN;
const BODY: f32 = 9.5;
const SMALL: f32 = 8.0;
const LABEL_WIDTH: f32 = 128.0;

/// Red, green, blue.
type Tone = [u8; 3];
const INK: Tone = [0x1b, 0x1f, 0x24];
const SOFT: Tone = [0x5b, 0x63, 0x6e];
const LINE: Tone = [0xcf, 0xd4, 0xda];
const SHADE: Tone = [0xf3, 0xf5, 0xf7];

enum Mark {
    Text { x: f32, y: f32, size: f32, weight: Weight, color: Tone, text: String },
    Fill { x: f32, y: f32, width: f32, height: f32, color: Tone },
}

/// One column of a table: its title and its width in points.
pub(super) struct Column(pub(super) &'static str, pub(super) f32);

/// A file attached to the document.
pub(super) struct Attached {
    pub(super) name: &'static str,
    pub(super) media_type: &'static str,
    pub(super) description: &'static str,
    pub(super) bytes: Vec<u8>,
}

pub(super) struct Sheet {
    regular: Face,
    bold: Face,
    pages: Vec<Vec<Mark>>,
    /// Distance of the next line from the top, in points.
    y: f32,
}

impl Sheet {
    pub(super) fn new() -> Result<Self, EvidenceError> {
        let (regular, bold) = (Face::new(Weight::Regular)?, Face::new(Weight::Bold)?);
        Ok(Self { regular, bold, pages: vec![Vec::new()], y: MARGIN })
    }

    /// Whether every letter of the text can be printed.
    pub(super) fn shows(&self, text: &str) -> bool {
        self.regular.shows(text) && self.bold.shows(text)
    }

    pub(super) fn title(&mut self, text: &str, below: &str) {
        self.write(text, 20.0, Weight::Bold, INK, 0.0, TEXT_WIDTH);
        self.y += 2.0;
        self.write(below, 11.0, Weight::Regular, SOFT, 0.0, TEXT_WIDTH);
        self.y += 10.0;
    }

    pub(super) fn heading(&mut self, text: &str) {
        // A heading is not left alone at the foot of a page.
        self.room(70.0);
        self.y += 12.0;
        self.write(text, 12.5, Weight::Bold, INK, 0.0, TEXT_WIDTH);
        self.y += 3.0;
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        self.y += 2.0;
        self.write(text, BODY, Weight::Regular, INK, 0.0, TEXT_WIDTH);
        self.y += 5.0;
    }

    pub(super) fn item(&mut self, mark: &str, text: &str) {
        self.room(BODY * 1.4);
        self.mark(mark, BODY, Weight::Regular, SOFT, 4.0, self.y);
        self.write(text, BODY, Weight::Regular, INK, 20.0, TEXT_WIDTH - 20.0);
        self.y += 2.5;
    }

    /// A framed sentence that must not be overlooked.
    pub(super) fn notice(&mut self, text: &str) {
        let lines = self.bold.lines(text, BODY, TEXT_WIDTH - 20.0).len() as f32;
        let height = lines * BODY * 1.4 + 14.0;
        self.room(height + 8.0);
        self.fill(0.0, self.y, TEXT_WIDTH, height, SHADE);
        self.fill(0.0, self.y, 3.0, height, INK);
        self.y += 7.0;
        self.write(text, BODY, Weight::Bold, INK, 12.0, TEXT_WIDTH - 20.0);
        self.y += 13.0;
    }

    /// What stands behind a label; lines stay together.
    pub(super) fn pair(&mut self, label: &str, value: &str) {
        let lines = self.regular.lines(value, BODY, TEXT_WIDTH - LABEL_WIDTH).len() as f32;
        self.room(lines * BODY * 1.4);
        self.mark(label, BODY, Weight::Regular, SOFT, 0.0, self.y);
        self.write(value, BODY, Weight::Regular, INK, LABEL_WIDTH, TEXT_WIDTH - LABEL_WIDTH);
        self.y += 2.5;
    }

    /// A line to be filled in by hand.
    pub(super) fn blank(&mut self, label: &str) {
        self.room(28.0);
        self.y += 12.0;
        self.mark(label, BODY, Weight::Regular, SOFT, 0.0, self.y);
        self.fill(LABEL_WIDTH, self.y + BODY * 1.25, TEXT_WIDTH - LABEL_WIDTH, 0.6, INK);
        self.y += BODY * 1.4 + 2.0;
    }

    pub(super) fn table(&mut self, columns: &[Column], rows: impl Iterator<Item = Vec<String>>) {
        self.room(60.0);
        self.table_head(columns);
        for row in rows {
            let cells: Vec<Vec<String>> = row
                .iter()
                .zip(columns)
                .map(|(text, Column(_, width))| self.regular.lines(text, SMALL, width - 6.0))
                .collect();
            let lines = cells.iter().map(Vec::len).max().unwrap_or(0) as f32;
            let height = lines * SMALL * 1.35 + 5.0;
            if self.y + height > BOTTOM {
                self.new_page();
                self.table_head(columns);
            }
            let (top, mut x) = (self.y, 0.0);
            for (cell, Column(_, width)) in cells.into_iter().zip(columns) {
                for (line, place) in cell.into_iter().zip(0_u16..) {
                    let y = top + 2.5 + f32::from(place) * SMALL * 1.35;
                    self.mark(&line, SMALL, Weight::Regular, INK, x + 3.0, y);
                }
                x += width;
            }
            self.y = top + height;
            self.fill(0.0, self.y, TEXT_WIDTH, 0.4, LINE);
        }
        self.y += 6.0;
    }

    fn table_head(&mut self, columns: &[Column]) {
        self.fill(0.0, self.y, TEXT_WIDTH, SMALL * 1.35 + 6.0, SHADE);
        let mut x = 0.0;
        for Column(title, width) in columns {
            self.mark(title, SMALL, Weight::Bold, INK, x + 3.0, self.y + 3.0);
            x += width;
        }
        self.y += SMALL * 1.35 + 6.0;
    }

    fn write(&mut self, text: &str, size: f32, weight: Weight, color: Tone, x: f32, width: f32) {
        let face = if weight == Weight::Bold { &self.bold } else { &self.regular };
        for line in face.lines(text, size, width) {
            self.room(size * 1.4);
            self.mark(&line, size, weight, color, x, self.y);
            self.y += size * 1.4;
        }
    }

    /// Goes to a new page unless so many points are left on this one.
    pub(super) fn room(&mut self, height: f32) {
        if self.y + height > BOTTOM {
            self.new_page();
        }
    }

    fn new_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = MARGIN;
    }

    /// Letters that the typeface lacks come as question marks: callers have asked [`Sheet::shows`] where it matters.
    fn mark(&mut self, text: &str, size: f32, weight: Weight, color: Tone, x: f32, y: f32) {
        let face = if weight == Weight::Bold { &self.bold } else { &self.regular };
        let text = text.chars().map(|letter| if face.has(letter) { letter } else { '?' }).collect();
        self.put(Mark::Text { x: MARGIN + x, y: y + size, size, weight, color, text });
    }

    fn fill(&mut self, x: f32, y: f32, width: f32, height: f32, color: Tone) {
        self.put(Mark::Fill { x: MARGIN + x, y, width, height, color });
    }

    fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// The document. `date` is `YYYY-MM-DD`.
    pub(super) fn finish(
        mut self,
        title: &str,
        footer: &str,
        date: &str,
        attached: Vec<Attached>,
    ) -> Result<Vec<u8>, EvidenceError> {
        let count = self.pages.len();
        for (page, number) in self.pages.iter_mut().zip(1_usize..) {
            let foot = |x: f32, text: String| Mark::Text {
                x,
                y: HEIGHT - 30.0,
                size: SMALL,
                weight: Weight::Regular,
                color: SOFT,
                text,
            };
            let number = format!("page {number} of {count}");
            let right = WIDTH - MARGIN - self.regular.width(&number, SMALL);
            let footer = footer.chars().map(|letter| if self.regular.has(letter) { letter } else { '?' });
            page.push(foot(MARGIN, footer.collect()));
            page.push(foot(right, number));
        }
        let refused = || EvidenceError::build("the report cannot be set as PDF/A-3");
        let configuration = ConfigurationBuilder::new()
            .with_archival_validator(Archival::A3_U)
            .finish()
            .map_err(|_| refused())?;
        let mut document =
            Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
        let day = day(date);
        let metadata = Metadata::new()
            .title(title.to_owned())
            .language("en".to_owned())
            .producer(concat!("tenantry ", env!("CARGO_PKG_VERSION")).to_owned())
            .creation_date(day);
        document.set_metadata(metadata);
        for file in attached {
            let embedded = EmbeddedFile {
                path: file.name.to_owned(),
                mime_type: MimeType::new(file.media_type),
                description: Some(file.description.to_owned()),
                association_kind: AssociationKind::Data,
                data: Data::from(file.bytes),
                modification_date: Some(day),
                compress: Some(true),
                location: None,
            };
            document.embed_file(embedded).ok_or_else(refused)?;
        }
        for marks in &self.pages {
            let settings = PageSettings::from_wh(WIDTH, HEIGHT).ok_or_else(refused)?;
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            for mark in marks {
                match mark {
                    Mark::Text { x, y, size, weight, color, text } => {
                        let face = if *weight == Weight::Bold { &self.bold } else { &self.regular };
                        surface.set_fill(Some(fill_of(*color)));
                        surface.draw_text(
                            Point::from_xy(*x, *y),
                            face.font.clone(),
                            *size,
                            text,
                            false,
                            TextDirection::LeftToRight,
                        );
                    }
                    Mark::Fill { x, y, width, height, color } => {
                        let mut path = PathBuilder::new();
                        path.push_rect(Rect::from_xywh(*x, *y, *width, *height).ok_or_else(refused)?);
                        surface.set_fill(Some(fill_of(*color)));
                        surface.draw_path(&path.finish().ok_or_else(refused)?);
                    }
                }
            }
            surface.finish();
            page.finish();
        }
        document.finish().map_err(|_| refused())
    }
}

fn fill_of([red, green, blue]: Tone) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() }
}

/// A day as PDF writes it.
fn day(date: &str) -> DateTime {
    let mut parts = date.split('-').map(|part| part.parse::<u16>().unwrap_or(0));
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    DateTime::new(year.unwrap_or(0))
        .month(month.unwrap_or(1) as u8)
        .day(day.unwrap_or(1) as u8)
        .hour(0)
        .minute(0)
        .second(0)
        .utc_offset_hour(0)
}

//! A text with its name, in whatever encoding kubectl takes.

use pgsynth_constructs::base::{Code, Kind, Location, Problem};

use crate::yaml::LARGEST;

/// A text with manifests.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name for messages.
    pub name: String,
    /// The text.
    pub(crate) text: String,
    /// Lines of the file before it, where it stands in another file.
    pub(crate) offset: usize,
}

impl Source {
    /// A file's bytes: UTF-8 or UTF-16, with or without a byte order mark.
    ///
    /// # Errors
    /// The bytes are no text, or too many.
    pub fn read(name: impl Into<String>, bytes: &[u8]) -> Result<Self, Problem> {
        let name = name.into();
        let unreadable = |message: String| Problem {
            code: Code::named("unreadable-file"),
            place: Some(Location { file: name.clone(), line: 1, column: 1 }),
            ..Problem::new(Kind::Invalid, "", message)
        };
        if bytes.len() > LARGEST {
            return Err(unreadable(format!(
                "{} bytes are too many; at most {LARGEST} are read",
                bytes.len()
            )));
        }
        let text = match bytes {
            [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
            [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
            bytes => String::from_utf8(bytes.to_vec()).ok(),
        };
        let text =
            text.ok_or_else(|| unreadable("neither UTF-8 nor UTF-16; save the file as UTF-8".to_owned()))?;
        Ok(Self { name, text, offset: 0 })
    }

    /// How many lines the text has.
    pub fn lines(&self) -> usize {
        self.text.lines().count()
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    String::from_utf16(&units).ok().filter(|_| rest.is_empty())
}

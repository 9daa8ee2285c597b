//! Texts: plain where every reader takes them for a text, else quoted or as a block.

use super::{Emitter, Place};

/// What a byte does to a text without quotes.
const LATER: u8 = 1; // may not begin one
const NEVER: u8 = 2; // may not stand in one
const CAREFUL: u8 = 4; // may stand in one, but not everywhere: `:` and `#`
const WIDE: u8 = 8; // a part of a letter beyond ASCII
const WORD: u8 = 16; // a letter that no number, date or time has

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let letter = byte as u8;
        classes[byte] = match letter {
            b'e' | b'E' | b't' | b'T' | b'z' | b'Z' => 0,
            b'a'..=b'z' | b'A'..=b'Z' => WORD,
            b'_' | b'/' | b'(' | b'$' | b'^' | b';' | b'\\' => 0,
            b':' | b'#' => LATER | CAREFUL,
            b' '..=b'~' => LATER,
            0x80.. => WIDE,
            _ => LATER | NEVER,
        };
        byte += 1;
    }
    classes
};

/// Words that a reader of YAML 1.1 takes for something else, in any case.
const RESERVED: [&str; 11] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"];

/// Keys above this length need a `?` before them.
const LONGEST_KEY: usize = 1024;

impl Emitter {
    pub(super) fn key(&mut self, key: &str) {
        let explicit = key.len() > LONGEST_KEY;
        if explicit {
            self.raw("? ");
        }
        match is_plain(key) && !key.as_bytes().contains(&b':') {
            true => self.raw(key),
            false => self.quoted(key),
        }
        if explicit {
            self.raw("\n");
            self.indent(self.level);
        }
        self.raw(":");
    }

    pub(super) fn text(&mut self, text: &str) {
        self.before_scalar();
        if is_plain(text) {
            self.raw(text);
            self.raw("\n");
        } else if is_block(text) {
            self.block(text);
        } else {
            self.quoted(text);
            self.raw("\n");
        }
    }

    pub(super) fn before_scalar(&mut self) {
        if self.place != Place::Document {
            self.raw(" ");
        }
    }

    fn block(&mut self, text: &str) {
        let body = text.trim_end_matches('\n');
        self.raw(match text.len() - body.len() {
            0 => "|-\n",
            1 => "|\n",
            _ => "|+\n",
        });
        let columns = self.level + 2;
        for line in body.split('\n') {
            if !line.is_empty() {
                self.indent(columns);
                self.raw(line);
            }
            self.raw("\n");
        }
        for _ in body.len() + 1..text.len() {
            self.raw("\n");
        }
    }

    fn quoted(&mut self, text: &str) {
        self.raw("\"");
        let mut buffer = [0; 4];
        for letter in text.chars() {
            match letter {
                '"' => self.raw("\\\""),
                '\\' => self.raw("\\\\"),
                '\n' => self.raw("\\n"),
                '\r' => self.raw("\\r"),
                '\t' => self.raw("\\t"),
                _ if is_printable(letter) => self.raw(letter.encode_utf8(&mut buffer)),
                _ => {
                    let code = u32::from(letter);
                    let escape = match code {
                        0..=0xff => format!("\\x{code:02X}"),
                        0x100..=0xffff => format!("\\u{code:04X}"),
                        _ => format!("\\U{code:08X}"),
                    };
                    self.raw(&escape);
                }
            }
        }
        self.raw("\"");
    }
}

/// Whether a text can stand without quotes.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let [first, .., last] = bytes else { return matches!(bytes, [only] if is_plain_letter(*only)) };
    let all = bytes.iter().fold(0, |all, byte| all | CLASSES[usize::from(*byte)]);
    if all & NEVER != 0 || matches!(last, b' ' | b':') {
        return false;
    }
    let begins = match first {
        b'0'..=b'9' => is_no_number(bytes),
        0x80.. => text.chars().next().is_some_and(char::is_alphabetic),
        _ => CLASSES[usize::from(*first)] & LATER == 0,
    };
    begins
        && !(bytes.len() <= 5 && is_reserved(text))
        && (all & CAREFUL == 0 || !bytes.windows(2).any(|pair| matches!(pair, b": " | b" #")))
        && (all & WIDE == 0 || text.chars().all(is_printable))
}

/// A text of one letter: any but those that stand for a boolean.
fn is_plain_letter(letter: u8) -> bool {
    CLASSES[usize::from(letter)] & (LATER | NEVER | WIDE) == 0
        && !matches!(letter, b'0'..=b'9' | b'y' | b'Y' | b'n' | b'N')
}

fn is_reserved(text: &str) -> bool {
    // Few texts begin like one of the words.
    matches!(text.as_bytes()[0] | 0x20, b'y' | b'n' | b'o' | b't' | b'f' | b'i')
        && RESERVED.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Whether a text that begins with a digit is surely no number, date or time: it has a letter that none of these has,
/// and no prefix of another base.
fn is_no_number(bytes: &[u8]) -> bool {
    let base = bytes[0] == b'0' && matches!(bytes.get(1), Some(b'x' | b'X' | b'o' | b'O' | b'b' | b'B'));
    !base && bytes.iter().any(|byte| CLASSES[usize::from(*byte)] & WORD != 0)
}

/// Whether a text of several lines can stand as a literal block.
fn is_block(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\t', '\n'])
        && text.chars().all(|letter| matches!(letter, '\n' | '\t') || is_printable(letter))
}

/// Letters that need no escape: no control characters, no line ends of other scripts, no byte-order mark.
fn is_printable(letter: char) -> bool {
    match u32::from(letter) {
        0x20..=0x7e
        | 0xa0..=0x2027
        | 0x202a..=0xd7ff
        | 0xe000..=0xfdcf
        | 0xfdf0..=0xfefe
        | 0xff00..=0xfffd => true,
        code @ 0x1_0000.. => code & 0xfffe != 0xfffe,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::emit;

    fn written(text: &str) -> String {
        String::from_utf8(emit(text)).unwrap().trim_end_matches('\n').to_owned()
    }

    #[test]
    fn what_yaml_1_1_takes_for_something_else_is_quoted() {
        for text in [
            "y",
            "N",
            "yes",
            "No",
            "on",
            "OFF",
            "true",
            "null",
            "~",
            "nan",
            ".inf",
            "-.INF",
            "",
            " ",
            "a ",
            "a:",
            "a: b",
            "a #b",
            "1_000",
            "0o7",
            "0x1F",
            "0b1",
            "1:20",
            "1e3",
            "12e03",
            "2026-11-24",
            "2026-11-24T10:00:00Z",
            "<<",
            "=",
            "---",
            "-",
            "- a",
            "? a",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a",
            "{a",
            "[a",
            "'a",
            "+1",
            ".5",
            "10.0.0.0/8",
            "a\tb",
            "a\rb",
            "\u{feff}",
            "\u{85}",
            "\u{2028}",
            "#a",
            "|",
            ">",
            ",a",
            "0777",
            "1.5",
            "12,345",
        ] {
            assert!(written(text).starts_with('"'), "{text:?} is written as {}", written(text));
        }
    }

    #[test]
    fn what_nobody_misreads_is_plain() {
        for text in [
            "acme-orders",
            "500m",
            "50Gi",
            "14d",
            "30s",
            "1Gi",
            "a:b",
            "a#b",
            "/path",
            "$(NAME)",
            "é",
            "10s",
            "it's",
            "a, b",
            "ons",
            "hostssl all all all md5",
        ] {
            assert_eq!(written(text), text);
        }
    }

    #[test]
    fn lines_stand_as_a_block_that_keeps_their_end() {
        assert_eq!(String::from_utf8(emit("a\nb")).unwrap(), "|-\n  a\n  b\n");
        assert_eq!(String::from_utf8(emit("a\n\nb\n")).unwrap(), "|\n  a\n\n  b\n");
        assert_eq!(String::from_utf8(emit("a\n\n\n")).unwrap(), "|+\n  a\n\n\n");
        assert_eq!(String::from_utf8(emit(" a\nb")).unwrap(), "\" a\\nb\"\n");
    }
}

//! What the name of an image says of Spilo's.

/// The newest major version of PostgreSQL in an image of Spilo's, which is named after it: `spilo-17:4.0-p3`.
pub fn newest_major(image: &str) -> Option<u32> {
    let name = image.rsplit('/').next()?.strip_prefix("spilo-")?;
    name.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

/// Whether the image archives by WAL-E unless it is told otherwise: Spilo up to 4.0.
pub fn knows_wal_e(image: &str) -> bool {
    image.rsplit(':').next().is_some_and(|tag| tag.starts_with("4.0") || tag.starts_with("3."))
}

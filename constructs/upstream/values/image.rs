//! References of images (`distribution/reference`).

use super::checked_text;

checked_text!(
    /// The reference of an image: a registry, a path, a tag and a digest.
    Image, "image", |text| {
        is_reference(text).then_some(()).ok_or_else(|| "expected the reference of an image, such as `registry.example.org/team/image:1.2`".to_owned())
    }
);
checked_text!(
    /// A registry, with the folder of a mirror in it: `mirror.example.org`, `registry.example.org:5000/mirror`.
    Registry, "registry", |text| {
        let host = text.split('/').next().unwrap_or_default();
        let fits = (host.contains(['.', ':']) || host == "localhost") && is_reference(&format!("{text}/image"));
        fits.then_some(()).ok_or_else(|| "expected a host, perhaps with a port and a folder, such as `registry.example.org:5000/mirror`".to_owned())
    }
);

/// The last part of an image's path with its tag, without a digest: the same in every mirror.
pub fn image_name(image: &str) -> &str {
    let name = image.rsplit('/').next().unwrap_or_default();
    name.split('@').next().unwrap_or_default()
}

/// Whether a text is the reference of an image.
fn is_reference(image: &str) -> bool {
    let (rest, digest) = image.split_once('@').map_or((image, None), |(rest, digest)| (rest, Some(digest)));
    let slash = rest.rfind('/').map_or(0, |at| at + 1);
    let (repository, tag) = match rest[slash..].split_once(':') {
        Some((name, tag)) => (&rest[..slash + name.len()], Some(tag)),
        None => (rest, None),
    };
    let word = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
            && text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
    };
    let (host, name) = match repository.split_once('/') {
        Some((host, name)) if host.contains(['.', ':']) || host == "localhost" => (Some(host), name),
        _ => (None, repository),
    };
    let host_fits = host.is_none_or(|host| {
        let (name, port) = host.rsplit_once(':').unwrap_or((host, "1"));
        !name.is_empty() && name.split('.').all(word) && port.parse::<u16>().is_ok()
    });
    let part = |part: &str| {
        let ends =
            |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        ends(part.as_bytes().first())
            && ends(part.as_bytes().last())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.-".contains(&byte))
    };
    host_fits
        && name.split('/').all(part)
        && tag.is_none_or(|tag| tag.len() <= 128 && word(tag))
        && digest.is_none_or(|digest| {
            digest.split_once(':').is_some_and(|(algorithm, hex)| {
                !algorithm.is_empty() && hex.len() >= 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_and_registries_are_told_from_other_texts() {
        let digest = format!("a/b:1@sha256:{}", "0".repeat(64));
        for image in ["a", "a/b:1", "h.org:5000/a/b", "localhost/a", digest.as_str()] {
            assert!(image.parse::<Image>().is_ok(), "{image}");
        }
        for image in ["", "A", "https://h.org/a", "a b", "a:b:c", "a@sha256:0"] {
            assert!(image.parse::<Image>().is_err(), "{image}");
        }
        assert!(
            "mirror.example.org/ghcr".parse::<Registry>().is_ok() && "mirror".parse::<Registry>().is_err()
        );
        assert_eq!(image_name(&format!("h.org/{digest}")), "b:1");
    }
}

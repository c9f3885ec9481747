//! Names of keys, as operations and descriptions write them: x, y, z, k3, k4, ...

const FIRST: [&str; 3] = ["x", "y", "z"];

/// How many keys have a letter.
pub(super) const LETTERS: u32 = FIRST.len() as u32;

/// The name of a key.
pub fn name(key: impl Into<u64>) -> String {
    let key = key.into();
    FIRST.get(usize::try_from(key).unwrap_or(usize::MAX)).map_or_else(|| format!("k{key}"), |name| (*name).to_owned())
}

/// The key of a name; what a key is called in this system (`key`, `account`) stands in the answer if it is none.
pub(super) fn number(name: &str, noun: &str) -> Result<u32, String> {
    if let Some(known) = FIRST.iter().position(|key| *key == name) {
        return Ok(known as u32);
    }
    let number = name.strip_prefix('k').and_then(|digits| digits.parse::<u32>().ok());
    let number = number.filter(|number| *number >= LETTERS);
    number.ok_or_else(|| format!("\"{name}\" is no {noun}; known: x, y, z, k3, k4, ..."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_one_name_each() {
        for key in 0..10_u32 {
            assert_eq!(number(&name(key), "key"), Ok(key));
        }
        assert!(number("k2", "key").is_err() && number("", "key").is_err() && number("cart", "key").is_err());
    }
}

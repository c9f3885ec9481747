//! JavaScript values as Rust values, whatever they are. Nothing here throws, and nothing here touches a lab.

use super::answers::Answer;
use crate::base::plain::Plain;
use crate::scenario::link::PACKED_MAX;
use crate::view::problem::Problem;
use crate::view::words::Lang;
use js_sys::{Array, ArrayBuffer, JSON, Object, Reflect, Uint8Array};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

/// The greatest whole number that is exact in JavaScript.
pub(super) const WHOLE_MAX: u64 = (1 << 53) - 1;

/// Longest object in JSON that is read, UTF-16 units; a plan with a hundred thousand interventions is shorter.
const LENGTH_MAX: u32 = 1 << 24;
/// Deepest nesting of an object that is read.
const DEPTH_MAX: usize = 64;
/// Longest text that is read, UTF-16 units.
const TEXT_MAX: u32 = 1 << 16;

/// Reads arguments; errors speak its language.
#[derive(Clone, Copy)]
pub(super) struct Arguments {
    pub(super) lang: Lang,
}

impl Arguments {
    #[inline(never)]
    pub(super) fn problem(self, code: &'static str, place: &str, args: &[(&str, &str)]) -> Problem {
        Problem::new(self.lang, code, place, args)
    }

    /// A whole number from 0 to `max`.
    #[inline(never)]
    pub(super) fn whole(self, value: &JsValue, place: &str, max: u64) -> Answer<u64> {
        let wrong = || self.problem("bad-number", place, &[("min", "0"), ("max", &max.to_string())]);
        let number = value.as_f64().filter(|number| number.fract() == 0.0 && *number >= 0.0).ok_or_else(wrong)?;
        if number <= max.min(WHOLE_MAX) as f64 { Ok(number as u64) } else { Err(wrong()) }
    }

    /// A whole number from 0 to `max`, or `default` for undefined and null.
    pub(super) fn whole_or(self, value: &JsValue, place: &str, max: u64, default: u64) -> Answer<u64> {
        if is_absent(value) { Ok(default) } else { self.whole(value, place, max) }
    }

    /// A seed: a number, a BigInt or digits.
    #[inline(never)]
    pub(super) fn seed(self, value: &JsValue, place: &str) -> Answer<u64> {
        let seed = if value.is_bigint() {
            u64::try_from(value.clone()).ok()
        } else if let Some(digits) = self.text(value, place).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit())) {
            digits.parse().ok()
        } else {
            self.whole(value, place, WHOLE_MAX).ok()
        };
        seed.ok_or_else(|| self.problem("bad-number", place, &[("min", "0"), ("max", &u64::MAX.to_string())]))
    }

    /// A text that is not too long.
    #[inline(never)]
    pub(super) fn text(self, value: &JsValue, place: &str) -> Answer<String> {
        match value.dyn_ref::<js_sys::JsString>() {
            Some(text) if text.length() <= TEXT_MAX => Ok(String::from(text)),
            _ => Err(self.problem("bad-text", place, &[("max", &TEXT_MAX.to_string())])),
        }
    }

    /// A list of bytes, as long as a packed link at most.
    #[inline(never)]
    pub(super) fn bytes(self, value: &JsValue, place: &str) -> Answer<Vec<u8>> {
        let wrong = |why: &str| self.problem("bad-data", place, &[("why", why)]);
        let list = ArrayBuffer::is_view(value).then(|| value.dyn_ref::<Uint8Array>()).flatten();
        let list = list.ok_or_else(|| wrong("not a Uint8Array"))?;
        // What it says of its length may be anything; its copy knows better.
        let length = Reflect::get(list, &"length".into()).ok().and_then(|length| length.as_f64());
        if length.is_none_or(|length| length > PACKED_MAX as f64) {
            return Err(wrong("too long"));
        }
        Ok(Uint8Array::new(list).to_vec())
    }

    /// A text, or nothing for undefined and null.
    #[inline(never)]
    pub(super) fn text_or_none(self, value: &JsValue, place: &str) -> Answer<Option<String>> {
        if is_absent(value) { Ok(None) } else { self.text(value, place).map(Some) }
    }

    /// One of these words.
    pub(super) fn choice<T: Copy>(self, value: &JsValue, place: &str, choices: &[(&str, T)]) -> Answer<T> {
        let word = value.as_string();
        let found = choices.iter().find(|(name, _)| word.as_deref() == Some(*name)).map(|(_, choice)| *choice);
        found.ok_or_else(|| {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.problem("bad-choice", place, &[("choices", &names.join(", "))])
        })
    }

    /// A language by its code; English for undefined and null.
    pub(super) fn lang(self, value: &JsValue, place: &str) -> Answer<Lang> {
        let all = Lang::ALL.map(|lang| (lang.code(), lang));
        if is_absent(value) { Ok(Lang::En) } else { self.choice(value, place, &all) }
    }

    /// True or false.
    #[inline(never)]
    pub(super) fn flag(self, value: &JsValue, place: &str) -> Answer<bool> {
        value.as_bool().ok_or_else(|| self.problem("bad-choice", place, &[("choices", "true, false")]))
    }

    /// Plain data, as JSON would carry it. Getters run, proxies answer and cycles end before anything of it is looked at.
    pub(super) fn flag_or_not(self, value: &JsValue, place: &str) -> Answer<bool> {
        if is_absent(value) { Ok(false) } else { self.flag(value, place) }
    }

    pub(super) fn data<T: DeserializeOwned>(self, value: &JsValue, place: &str) -> Answer<T> {
        let plain = self.plain(value, place)?;
        plain.read().map_err(|wrong| self.problem("bad-data", &[place, &wrong.place].concat(), &[("why", &wrong.why)]))
    }

    #[inline(never)]
    fn plain(self, value: &JsValue, place: &str) -> Answer<Plain> {
        let wrong = |why: &str| self.problem("bad-data", place, &[("why", why)]);
        let json = JSON::stringify(value).map_err(|thrown| wrong(&reason(&thrown)))?;
        // What has no JSON (undefined, a function) comes back as undefined.
        if !json.is_string() {
            return Err(wrong("not plain data"));
        }
        if json.length() > LENGTH_MAX {
            return Err(wrong("too long"));
        }
        let text = String::from(&json);
        if depth(&text) > DEPTH_MAX {
            return Err(wrong("nested too deep"));
        }
        JSON::parse(&text).map(|value| tree(&value)).map_err(|thrown| wrong(&reason(&thrown)))
    }

    /// A property of an object; undefined if it has none, or if `value` is undefined or null.
    #[inline(never)]
    pub(super) fn property(self, value: &JsValue, key: &str, place: &str) -> Answer<JsValue> {
        if is_absent(value) {
            return Ok(JsValue::UNDEFINED);
        }
        if !value.is_object() {
            return Err(self.problem("bad-data", place, &[("why", "not an object")]));
        }
        Reflect::get(value, &key.into()).map_err(|thrown| self.problem("bad-data", place, &[("why", &reason(&thrown))]))
    }
}

/// What `JSON.parse` gave, whose depth was looked at before.
fn tree(value: &JsValue) -> Plain {
    if let Some(number) = value.as_f64() {
        Plain::Number(number)
    } else if let Some(text) = value.as_string() {
        Plain::Text(text)
    } else if let Some(value) = value.as_bool() {
        Plain::Bool(value)
    } else if let Some(list) = value.dyn_ref::<Array>() {
        Plain::List(list.iter().map(|item| tree(&item)).collect())
    } else if let Some(object) = value.dyn_ref::<Object>() {
        let entry = |entry: JsValue| {
            let entry: Array = entry.unchecked_into();
            (entry.get(0).as_string().unwrap_or_default(), tree(&entry.get(1)))
        };
        Plain::Object(Object::entries(object).iter().map(entry).collect())
    } else {
        Plain::Null
    }
}

/// Undefined or null.
pub(super) fn is_absent(value: &JsValue) -> bool {
    value.is_undefined() || value.is_null()
}

/// The message of something thrown, if it has one that can be read.
fn reason(thrown: &JsValue) -> String {
    let message = Reflect::get(thrown, &"message".into()).ok().and_then(|message| message.as_string());
    message.or_else(|| thrown.as_string()).unwrap_or_else(|| "not readable".to_owned())
}

/// How deep JSON is nested.
#[inline(never)]
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

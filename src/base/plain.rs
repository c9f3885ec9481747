//! Plain data: how rows, plans and options pass between this crate and a page.
//!
//! Outwards as JSON text, inwards as a tree of values. Both are serde formats, so that types need nothing but their derives.
//! They are here, and not from a crate, because they are small: nothing in them formats or parses floating-point numbers
//! in general, and no error of theirs is built before it is needed. `serde_json` says the same of every type (see the tests).

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, Error, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::ser::{self, Serialize};
use std::fmt::{self, Display};

/// The greatest whole number that is exact as a number in JSON and in JavaScript.
const WHOLE_MAX: u64 = (1 << 53) - 1;

// ---- outwards

/// A value as JSON. Whole numbers that a JavaScript number cannot hold are written as text, as seeds are.
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    let mut json = Json { text: String::new() };
    let Ok(()) = value.serialize(&mut json);
    json.text
}

struct Json {
    text: String,
}

/// Writing text cannot fail.
#[derive(Debug)]
enum Never {}

impl Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    /// Only for what has no plain form: locks, paths, times of day. Nothing in this crate that is written holds one.
    fn custom<T: Display>(_: T) -> Never {
        unreachable!()
    }
}

impl Json {
    #[inline(never)]
    fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// A comma, unless this is the first of its list or object. No value ends in an opening bracket.
    #[inline(never)]
    fn next(&mut self) {
        if !self.text.ends_with(['[', '{']) {
            self.text.push(',');
        }
    }

    #[inline(never)]
    fn key(&mut self, key: &str) {
        self.next();
        self.quoted(key);
        self.raw(":");
    }

    /// `{"variant":`, and what its contents begin with.
    #[inline(never)]
    fn variant(&mut self, variant: &str, opening: &str) {
        self.raw("{");
        self.key(variant);
        self.raw(opening);
    }

    #[inline(never)]
    fn quoted(&mut self, text: &str) {
        self.text.push('"');
        for letter in text.chars() {
            match letter {
                '"' | '\\' => self.text.extend(['\\', letter]),
                '\0'..='\x1f' => {
                    self.raw("\\u00");
                    let digit = |digit: u32| char::from_digit(digit, 16).unwrap_or('0');
                    self.text.extend([digit(letter as u32 >> 4), digit(letter as u32 & 15)]);
                }
                _ => self.text.push(letter),
            }
        }
        self.text.push('"');
    }

    #[inline(never)]
    fn whole(&mut self, negative: bool, size: u64) {
        let quote = if size > WHOLE_MAX { "\"" } else { "" };
        self.raw(quote);
        self.digits(if negative { "-" } else { "" }, size, 1);
        self.raw(quote);
    }

    /// At least `least` digits.
    #[inline(never)]
    fn digits(&mut self, sign: &str, mut number: u64, least: usize) {
        let mut digits = [b'0'; 24];
        let mut at = digits.len();
        while number > 0 || digits.len() - at < least {
            at -= 1;
            digits[at] += (number % 10) as u8;
            number /= 10;
        }
        self.raw(sign);
        self.text.extend(digits[at..].iter().map(|digit| *digit as char));
    }

    /// The shortest decimals that read back as the same number; for the few that need more than 15 digits, a neighbour.
    #[inline(never)]
    fn number(&mut self, number: f64) {
        let sign = if number < 0.0 { "-" } else { "" };
        let size = number.abs();
        // Not a number, or too large for any use here.
        if size.is_nan() || size >= 1e15 {
            return self.raw("null");
        }
        let (mut places, mut scale) = (0, 1.0);
        loop {
            let scaled = (size * scale).round();
            if scaled / scale == size || places == 15 || scaled >= 1e15 {
                let (whole, part) = ((scaled / scale) as u64, scale as u64);
                self.digits(sign, whole, 1);
                if places > 0 {
                    self.digits(".", scaled as u64 - whole * part, places);
                }
                return;
            }
            (places, scale) = (places + 1, scale * 10.0);
        }
    }
}

macro_rules! whole_numbers {
    ($($name:ident: $type:ty),*) => {$(
        fn $name(self, number: $type) -> Result<(), Never> {
            self.whole(false, u64::from(number));
            Ok(())
        }
    )*};
}

macro_rules! signed_numbers {
    ($($name:ident: $type:ty),*) => {$(
        fn $name(self, number: $type) -> Result<(), Never> {
            let number = i64::from(number);
            self.whole(number < 0, number.unsigned_abs());
            Ok(())
        }
    )*};
}

impl ser::Serializer for &mut Json {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    whole_numbers!(serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64);
    signed_numbers!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64);

    fn serialize_bool(self, value: bool) -> Result<(), Never> {
        self.raw(if value { "true" } else { "false" });
        Ok(())
    }
    fn serialize_f32(self, number: f32) -> Result<(), Never> {
        self.number(f64::from(number));
        Ok(())
    }
    fn serialize_f64(self, number: f64) -> Result<(), Never> {
        self.number(number);
        Ok(())
    }
    fn serialize_char(self, letter: char) -> Result<(), Never> {
        self.quoted(letter.encode_utf8(&mut [0; 4]));
        Ok(())
    }
    fn serialize_str(self, text: &str) -> Result<(), Never> {
        self.quoted(text);
        Ok(())
    }
    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Never> {
        bytes.serialize(self)
    }
    fn serialize_none(self) -> Result<(), Never> {
        self.serialize_unit()
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Never> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), Never> {
        self.raw("null");
        Ok(())
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Never> {
        self.serialize_unit()
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Never> {
        self.quoted(variant);
        Ok(())
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Never> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        self.variant(variant, "");
        value.serialize(&mut *self)?;
        self.raw("}");
        Ok(())
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Never> {
        self.raw("[");
        Ok(self)
    }
    fn serialize_tuple(self, _: usize) -> Result<Self, Never> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Self, Never> {
        self.variant(variant, "[");
        Ok(self)
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Self, Never> {
        self.raw("{");
        Ok(self)
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        self.serialize_map(None)
    }
    fn serialize_struct_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Self, Never> {
        self.variant(variant, "{");
        Ok(self)
    }
}

macro_rules! compound {
    ($($part:ident, $method:ident($($key:ident)?), $end:literal;)*) => {$(
        impl ser::$part for &mut Json {
            type Ok = ();
            type Error = Never;
            fn $method<T: Serialize + ?Sized>(&mut self, $($key: &'static str,)? value: &T) -> Result<(), Never> {
                compound!(@begin self $($key)?);
                value.serialize(&mut **self)
            }
            fn end(self) -> Result<(), Never> {
                self.raw($end);
                Ok(())
            }
        }
    )*};
    (@begin $self:ident $key:ident) => { $self.key($key) };
    (@begin $self:ident) => { $self.next() };
}
compound! {
    SerializeSeq, serialize_element(), "]";
    SerializeTuple, serialize_element(), "]";
    SerializeTupleStruct, serialize_field(), "]";
    SerializeTupleVariant, serialize_field(), "]}";
    SerializeStruct, serialize_field(key), "}";
    SerializeStructVariant, serialize_field(key), "}}";
}

impl ser::SerializeMap for &mut Json {
    type Ok = ();
    type Error = Never;
    /// Keys are texts, as everywhere in this crate.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Never> {
        self.next();
        key.serialize(&mut **self)
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        self.raw(":");
        value.serialize(&mut **self)
    }
    fn end(self) -> Result<(), Never> {
        self.raw("}");
        Ok(())
    }
}

// ---- inwards

/// A value as JSON can say it.
#[derive(Clone, Debug, PartialEq)]
pub enum Plain {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number as JavaScript has them.
    Number(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Plain>),
    /// An object: keys and values in their order.
    Object(Vec<(String, Plain)>),
}

/// Why a value is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The way to it: `.faults[2].at_us`; empty for the whole.
    pub place: String,
    /// What is wrong there.
    pub why: String,
}

impl Plain {
    /// Reads a value of this type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Wrong> {
        T::deserialize(self)
    }

    #[inline(never)]
    fn found(&self) -> Unexpected<'_> {
        match self {
            Plain::Null => Unexpected::Unit,
            Plain::Bool(value) => Unexpected::Bool(*value),
            Plain::Number(number) => Unexpected::Float(*number),
            Plain::Text(text) => Unexpected::Str(text),
            Plain::List(_) => Unexpected::Seq,
            Plain::Object(_) => Unexpected::Map,
        }
    }

    #[inline(never)]
    fn no(&self, expected: &dyn de::Expected) -> Wrong {
        Wrong::invalid_type(self.found(), expected)
    }

    /// A whole number, or its digits: sign and size.
    #[inline(never)]
    fn whole(&self) -> Option<(bool, u64)> {
        match self {
            Plain::Number(number) if number.fract() == 0.0 && number.abs() <= WHOLE_MAX as f64 => {
                Some((*number < 0.0, number.abs() as u64))
            }
            Plain::Text(text) => {
                let digits = text.strip_prefix('-').unwrap_or(text);
                let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
                plain.then(|| digits.parse().ok()).flatten().map(|size| (digits.len() < text.len(), size))
            }
            _ => None,
        }
    }
}

impl Wrong {
    #[inline(never)]
    fn new(why: String) -> Wrong {
        Wrong { place: String::new(), why }
    }

    #[inline(never)]
    fn within(mut self, dot: &str, key: &str, end: &str) -> Wrong {
        self.place = [dot, key, end, &self.place].concat();
        self
    }

    #[inline(never)]
    fn at(self, index: usize) -> Wrong {
        self.within("[", &index.to_string(), "]")
    }
}

impl Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for Wrong {}

impl de::Error for Wrong {
    fn custom<T: Display>(why: T) -> Wrong {
        Wrong::new(why.to_string())
    }
    #[inline(never)]
    fn invalid_type(found: Unexpected<'_>, expected: &dyn de::Expected) -> Wrong {
        let found = match found {
            Unexpected::Bool(_) => "true or false",
            Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number that is none of these",
            Unexpected::Str(_) => "a text",
            Unexpected::Seq => "a list",
            Unexpected::Map => "an object",
            Unexpected::Unit => "nothing",
            _ => "something else",
        };
        Wrong::new(format!("expected {expected}, found {found}"))
    }
    fn invalid_value(found: Unexpected<'_>, expected: &dyn de::Expected) -> Wrong {
        Wrong::invalid_type(found, expected)
    }
    #[inline(never)]
    fn invalid_length(length: usize, expected: &dyn de::Expected) -> Wrong {
        Wrong::new(format!("expected {expected}, found {length} of them"))
    }
    #[inline(never)]
    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Wrong {
        Wrong::new(format!("there is no `{variant}`; one of: {}", expected.join(", ")))
    }
    #[inline(never)]
    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Wrong {
        Wrong::unknown_variant(field, expected)
    }
    #[inline(never)]
    fn missing_field(field: &'static str) -> Wrong {
        Wrong::new(format!("`{field}` is missing"))
    }
    #[inline(never)]
    fn duplicate_field(field: &'static str) -> Wrong {
        Wrong::new(format!("`{field}` stands there twice"))
    }
}

macro_rules! read_numbers {
    ($($name:ident)*) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            match self.whole() {
                Some((false, size)) => visitor.visit_u64(size),
                Some((true, size)) if size <= i64::MAX as u64 => visitor.visit_i64(-(size as i64)),
                _ => Err(self.no(&visitor)),
            }
        }
    )*};
}

macro_rules! read_floats {
    ($($name:ident)*) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            match self {
                Plain::Number(number) => visitor.visit_f64(*number),
                _ => Err(self.no(&visitor)),
            }
        }
    )*};
}

macro_rules! read_texts {
    ($($name:ident)*) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            match self {
                Plain::Text(text) => visitor.visit_str(text),
                _ => Err(self.no(&visitor)),
            }
        }
    )*};
}

impl<'de> de::Deserializer<'de> for &Plain {
    type Error = Wrong;

    read_numbers! {
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
    }
    read_floats! { deserialize_f32 deserialize_f64 }
    read_texts! { deserialize_char deserialize_str deserialize_string deserialize_identifier }

    /// For what reads numbers and texts alike.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            Plain::Text(text) => visitor.visit_str(text),
            _ => self.deserialize_u64(visitor),
        }
    }
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            Plain::Bool(value) => visitor.visit_bool(*value),
            _ => Err(self.no(&visitor)),
        }
    }
    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        Err(self.no(&visitor))
    }
    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        Err(self.no(&visitor))
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if *self == Plain::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }
    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if *self == Plain::Null { visitor.visit_unit() } else { Err(self.no(&visitor)) }
    }
    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_unit(visitor)
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            Plain::List(list) => visitor.visit_seq(Items { list, at: 0 }),
            _ => Err(self.no(&visitor)),
        }
    }
    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            Plain::List(list) if list.len() == length => visitor.visit_seq(Items { list, at: 0 }),
            Plain::List(list) => Err(Wrong::invalid_length(list.len(), &visitor)),
            _ => Err(self.no(&visitor)),
        }
    }
    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, length: usize, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_tuple(length, visitor)
    }
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            Plain::Object(entries) => visitor.visit_map(Entries { entries, at: 0 }),
            _ => Err(self.no(&visitor)),
        }
    }
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.deserialize_map(visitor)
    }
    /// `"variant"`, or `{"variant": contents}`.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        match self {
            Plain::Text(variant) => visitor.visit_enum(Variant { variant, contents: &Plain::Null }),
            Plain::Object(entries) if let [(variant, contents)] = entries.as_slice() => {
                visitor.visit_enum(Variant { variant, contents })
            }
            _ => Err(self.no(&visitor)),
        }
    }
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_unit()
    }
}

struct Items<'a> {
    list: &'a [Plain],
    at: usize,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Wrong;
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        let Some(item) = self.list.get(self.at) else { return Ok(None) };
        self.at += 1;
        seed.deserialize(item).map(Some).map_err(|wrong| wrong.at(self.at - 1))
    }
    fn size_hint(&self) -> Option<usize> {
        Some(self.list.len() - self.at)
    }
}

struct Entries<'a> {
    entries: &'a [(String, Plain)],
    at: usize,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Wrong;
    fn next_key_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        let Some((key, _)) = self.entries.get(self.at) else { return Ok(None) };
        self.at += 1;
        seed.deserialize(Key(key)).map(Some)
    }
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Wrong> {
        // Serde asks for a value after its key.
        let Some((key, value)) = self.entries.get(self.at.wrapping_sub(1)) else { return seed.deserialize(&Plain::Null) };
        seed.deserialize(value).map_err(|wrong| wrong.within(".", key, ""))
    }
}

/// A key of an object or the name of a variant.
struct Key<'a>(&'a str);

impl<'de> de::Deserializer<'de> for Key<'_> {
    type Error = Wrong;
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_str(self.0)
    }
    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Variant<'a> {
    variant: &'a str,
    contents: &'a Plain,
}

impl<'de> EnumAccess<'de> for Variant<'_> {
    type Error = Wrong;
    type Variant = Self;
    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self), Wrong> {
        seed.deserialize(Key(self.variant)).map(|variant| (variant, self))
    }
}

impl Variant<'_> {
    #[inline(never)]
    fn wrong(&self, wrong: Wrong) -> Wrong {
        wrong.within(".", self.variant, "")
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = Wrong;
    fn unit_variant(self) -> Result<(), Wrong> {
        de::Deserialize::deserialize(self.contents).map_err(|wrong| self.wrong(wrong))
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Wrong> {
        seed.deserialize(self.contents).map_err(|wrong| self.wrong(wrong))
    }
    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Wrong> {
        de::Deserializer::deserialize_tuple(self.contents, length, visitor).map_err(|wrong| self.wrong(wrong))
    }
    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Wrong> {
        de::Deserializer::deserialize_map(self.contents, visitor).map_err(|wrong| self.wrong(wrong))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Kind {
        Bare,
        Of(u16),
        Pair(i64, Option<bool>),
        Named { list: Vec<u8>, letter: char },
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Row {
        kind: Kind,
        text: String,
        size: u64,
        #[serde(default)]
        pair: Option<(u32, i8)>,
        #[serde(default)]
        flags: Vec<bool>,
        share: f64,
    }

    fn plain(value: &Value) -> Plain {
        match value {
            Value::Null => Plain::Null,
            Value::Bool(value) => Plain::Bool(*value),
            Value::Number(number) => Plain::Number(number.as_f64().unwrap()),
            Value::String(text) => Plain::Text(text.clone()),
            Value::Array(list) => Plain::List(list.iter().map(plain).collect()),
            Value::Object(entries) => Plain::Object(entries.iter().map(|(key, value)| (key.clone(), plain(value))).collect()),
        }
    }

    fn kinds() -> impl Strategy<Value = Kind> {
        prop_oneof![
            Just(Kind::Bare),
            any::<u16>().prop_map(Kind::Of),
            (any::<i64>(), any::<Option<bool>>()).prop_map(|(n, flag)| Kind::Pair(n, flag)),
            (any::<Vec<u8>>(), any::<char>()).prop_map(|(list, letter)| Kind::Named { list, letter }),
        ]
    }

    fn rows() -> impl Strategy<Value = Row> {
        let share = (0u32..100_000_000, 1u32..9).prop_map(|(n, places)| f64::from(n) / 10f64.powi(places as i32));
        (kinds(), any::<String>(), any::<u64>(), any::<Option<(u32, i8)>>(), any::<Vec<bool>>(), share)
            .prop_map(|(kind, text, size, pair, flags, share)| Row { kind, text, size, pair, flags, share })
    }

    proptest! {
        #[test]
        fn what_is_written_is_json_and_reads_back(row in rows()) {
            let json: Value = serde_json::from_str(&to_json(&row)).unwrap();
            prop_assert_eq!(plain(&json).read::<Row>(), Ok(row.clone()));
            // Numbers that JavaScript holds are what serde_json makes of them.
            let (exact, small) = (Row { size: row.size >> 11, kind: Kind::Bare, ..row }, 0.5);
            let exact = Row { share: small, ..exact };
            prop_assert_eq!(serde_json::from_str::<Value>(&to_json(&exact)).unwrap(), serde_json::to_value(&exact).unwrap());
        }

        #[test]
        fn any_number_is_written_as_a_number_near_it(number in -1e14f64..1e14) {
            let read: f64 = to_json(&number).parse().unwrap();
            prop_assert!((read - number).abs() <= 1e-14 * number.abs().max(1.0), "{} {}", read, number);
        }
    }

    #[track_caller]
    fn wrong(value: Value, place: &str, why: &str) {
        let wrong = plain(&value).read::<Row>().unwrap_err();
        assert_eq!((wrong.place.as_str(), wrong.why.as_str()), (place, why));
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        let row = |kind: Value| json!({"kind": kind, "text": "", "size": 1, "share": 0.5});
        let kinds = "there is no `other`; one of: bare, of, pair, named";
        wrong(row(json!("other")), ".kind", kinds);
        wrong(row(json!({"other": 1})), ".kind", kinds);
        wrong(row(json!({"of": 65_536})), ".kind.of", "expected u16, found a number that is none of these");
        wrong(row(json!({"of": -1})), ".kind.of", "expected u16, found a number that is none of these");
        wrong(row(json!({"of": 1.5})), ".kind.of", "expected u16, found a number that is none of these");
        wrong(row(json!({"of": "many"})), ".kind.of", "expected u16, found a text");
        wrong(row(json!({"named": {"list": [1, null]}})), ".kind.named.list[1]", "expected u8, found nothing");
        wrong(row(json!({"named": {"list": []}})), ".kind.named", "`letter` is missing");
        wrong(row(json!({"of": 1, "pair": 2})), ".kind", "expected enum Kind, found an object");
        wrong(row(json!({"bare": 1})), ".kind.bare", "expected unit, found a number that is none of these");
        wrong(json!([]), "", "expected struct Row, found a list");
        wrong(json!({}), "", "`kind` is missing");
    }

    #[test]
    fn numbers_that_are_none_are_null() {
        assert_eq!(to_json(&[f64::NAN, f64::INFINITY, 1e300, -0.25, 3.0, 1e-300]), "[null,null,null,-0.25,3,0.000000000000000]");
    }
}

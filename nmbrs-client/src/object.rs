//! JSON objects, and nothing that only looks like one.
//!
//! A decoder made by serde also fills a struct from an array, value by value: `[[]]` would be a page without rows. An
//! [`Object`] is read from an object or not at all, so an answer that has lost its keys can never be taken for one that
//! has them.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// What was read from an object with keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        decoder.deserialize_map(Keys(PhantomData))
    }
}

struct Keys<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Keys<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::value::RawValue;

    use super::*;

    #[derive(Deserialize)]
    struct Pair<'a> {
        #[serde(borrow)]
        a: Option<&'a RawValue>,
        b: Option<u8>,
    }

    #[test]
    fn an_object_is_read_as_if_it_were_not_wrapped() {
        let Object(pair) = serde_json::from_str::<Object<Pair<'_>>>(r#"{"b":2,"a":[1, 1]}"#).unwrap();
        assert_eq!((pair.a.map(RawValue::get), pair.b), (Some("[1, 1]"), Some(2)));
        assert!(serde_json::from_str::<Object<Pair<'_>>>(r#"{"b":1,"b":2}"#).is_err(), "a key comes once");
    }

    #[test]
    fn an_array_of_the_right_values_is_no_object() {
        for json in ["[1,2]", "[]", "null", "7", "\"a\""] {
            assert!(serde_json::from_str::<Object<Pair<'_>>>(json).is_err(), "{json}");
        }
    }
}

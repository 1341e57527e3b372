//! Writes whatever serialises as canonical JSON, without building a tree of it first.
//!
//! In: a value, as serde walks it. Out: bytes, kept or passed on. Never: a member of an object before the whole object
//! is there, unless its members come in canonical order by themselves.

use std::fmt::Display;

use serde::ser::{self, Serialize, Serializer};

use super::members::{Member, arrange, order, slice};

/// Bytes are passed on by so many, about.
const PIECE: usize = 16 * 1024;

/// Why a value cannot be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stuck {
    #[error("members do not come in canonical order, and earlier ones are passed on already")]
    OutOfOrder,
    #[error("a key of an object is no text")]
    Key,
    #[error("{0}")]
    Refused(String),
}

impl ser::Error for Stuck {
    fn custom<T: Display>(message: T) -> Self {
        Self::Refused(message.to_string())
    }
}

type Pass<'a> = &'a mut dyn FnMut(&[u8]);

/// Where canonical bytes are written.
pub(super) struct Writer<'a> {
    /// What is not passed on yet.
    bytes: Vec<u8>,
    /// Members of all objects that are open, those of the innermost last.
    members: Vec<Member>,
    /// Is what is written inside of something already? Only the outermost object may be passed on before it is whole.
    inside: bool,
    /// How many open objects must be whole before anything is passed on.
    held: usize,
    pass: Option<Pass<'a>>,
    spare: Vec<u8>,
}

impl<'a> Writer<'a> {
    /// Keeps everything.
    pub(super) const fn keeping() -> Self {
        Self { bytes: Vec::new(), members: Vec::new(), inside: false, held: 0, pass: None, spare: Vec::new() }
    }

    /// Passes on what is written, in pieces.
    pub(super) fn passing_to(pass: Pass<'a>) -> Self {
        Self { pass: Some(pass), ..Self::keeping() }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Passes on what is left.
    pub(super) fn pass_all(&mut self) {
        if let Some(pass) = &mut self.pass {
            pass(&self.bytes);
            self.bytes.clear();
        }
    }

    fn pass_piece(&mut self) {
        if self.held == 0 && self.bytes.len() >= PIECE {
            self.pass_all();
        }
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn text(&mut self, text: &str) {
        let escaped = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
        if text.bytes().fold(false, |some, byte| some | escaped(byte)) {
            self.leaf(text);
        } else {
            self.bytes.reserve(text.len() + 2);
            self.bytes.push(b'"');
            self.raw(text.as_bytes());
            self.bytes.push(b'"');
        }
    }

    /// A text or a number as the library writes it; it escapes texts as the RFC asks.
    fn leaf<T: Serialize + ?Sized>(&mut self, value: &T) {
        #[expect(clippy::expect_used, reason = "writing into memory does not fail")]
        serde_json::to_writer(&mut self.bytes, value).expect("memory takes all bytes");
    }

    /// What comes before the content of a variant that has some.
    fn variant(&mut self, variant: &str) {
        self.raw(b"{");
        self.text(variant);
        self.raw(b":");
    }

    fn items(&mut self, close: &'static [u8]) -> Items<'_, 'a> {
        self.raw(b"[");
        self.inside = true;
        Items { writer: self, some: false, close }
    }

    fn object(&mut self, close: &'static [u8]) -> Object<'_, 'a> {
        self.raw(b"{");
        let passing = self.pass.is_some() && !self.inside;
        self.inside = true;
        if !passing {
            self.held += 1;
        }
        let (start, first) = (self.bytes.len(), self.members.len());
        Object { start, first, passing, last: Vec::new(), in_order: true, some: false, close, writer: self }
    }
}

/// A list that is being written.
pub(super) struct Items<'w, 'a> {
    writer: &'w mut Writer<'a>,
    some: bool,
    close: &'static [u8],
}

impl Items<'_, '_> {
    fn item<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Stuck> {
        if self.some {
            self.writer.raw(b",");
        }
        self.some = true;
        item.serialize(&mut *self.writer)?;
        self.writer.pass_piece();
        Ok(())
    }

    fn close(self) {
        self.writer.raw(self.close);
    }
}

/// An object that is being written.
pub(super) struct Object<'w, 'a> {
    writer: &'w mut Writer<'a>,
    /// Where its members begin among the bytes, unless it is passing.
    start: usize,
    /// Where they begin among the members.
    first: usize,
    /// Its members are passed on as they come, and must come in order.
    passing: bool,
    /// The last key, if it is passing.
    last: Vec<u8>,
    in_order: bool,
    some: bool,
    close: &'static [u8],
}

impl Object<'_, '_> {
    fn key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Stuck> {
        if self.some {
            self.writer.raw(b",");
        }
        let start = self.writer.bytes.len();
        key.serialize(&mut *self.writer)?;
        self.quoted(start)?;
        let key = start..self.writer.bytes.len();
        self.writer.raw(b":");
        let written = slice(&self.writer.bytes, &key);
        if self.passing {
            if self.some && order(&self.last, written).is_ge() {
                return Err(Stuck::OutOfOrder);
            }
            self.last = written.to_vec();
        } else {
            let open = self.writer.members.get(self.first..).unwrap_or_default();
            let before = open.last().map(|member| slice(&self.writer.bytes, &member.key));
            self.in_order = self.in_order && before.is_none_or(|before| order(before, written).is_lt());
            self.writer.members.push(Member { whole: start..start, key });
        }
        self.some = true;
        Ok(())
    }

    /// A key that is a number or a truth is written as a text.
    fn quoted(&mut self, start: usize) -> Result<(), Stuck> {
        match self.writer.bytes.get(start) {
            Some(b'"') => {}
            Some(b'-' | b'0'..=b'9' | b't' | b'f') => {
                self.writer.bytes.insert(start, b'"');
                self.writer.raw(b"\"");
            }
            _ => return Err(Stuck::Key),
        }
        Ok(())
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stuck> {
        value.serialize(&mut *self.writer)?;
        let end = self.writer.bytes.len();
        if self.passing {
            self.writer.pass_piece();
        } else if let Some(member) = self.writer.members.last_mut() {
            member.whole.end = end;
        }
        Ok(())
    }

    fn close(self) {
        let Writer { bytes, members, held, spare, .. } = self.writer;
        if !self.passing {
            if !self.in_order {
                arrange(bytes, self.start, members.get_mut(self.first..).unwrap_or_default(), spare);
            }
            members.truncate(self.first);
            *held -= 1;
        }
        bytes.extend_from_slice(self.close);
    }
}

impl<'w, 'a> Serializer for &'w mut Writer<'a> {
    type Ok = ();
    type Error = Stuck;
    type SerializeSeq = Items<'w, 'a>;
    type SerializeTuple = Items<'w, 'a>;
    type SerializeTupleStruct = Items<'w, 'a>;
    type SerializeTupleVariant = Items<'w, 'a>;
    type SerializeMap = Object<'w, 'a>;
    type SerializeStruct = Object<'w, 'a>;
    type SerializeStructVariant = Object<'w, 'a>;

    fn serialize_bool(self, value: bool) -> Result<(), Stuck> {
        self.raw(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), Stuck> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Stuck> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Stuck> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Stuck> {
        self.leaf(&value);
        Ok(())
    }

    fn serialize_u8(self, value: u8) -> Result<(), Stuck> {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Stuck> {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Stuck> {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Stuck> {
        self.leaf(&value);
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Stuck> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Stuck> {
        self.leaf(&value);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Stuck> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Stuck> {
        self.text(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Stuck> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<(), Stuck> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Stuck> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Stuck> {
        self.raw(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Stuck> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), Stuck> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Stuck> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Stuck> {
        self.variant(variant);
        value.serialize(&mut *self)?;
        self.raw(b"}");
        Ok(())
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Items<'w, 'a>, Stuck> {
        Ok(self.items(b"]"))
    }

    fn serialize_tuple(self, _len: usize) -> Result<Items<'w, 'a>, Stuck> {
        Ok(self.items(b"]"))
    }

    fn serialize_tuple_struct(self, _name: &'static str, _len: usize) -> Result<Items<'w, 'a>, Stuck> {
        Ok(self.items(b"]"))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Items<'w, 'a>, Stuck> {
        self.variant(variant);
        Ok(self.items(b"]}"))
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Object<'w, 'a>, Stuck> {
        Ok(self.object(b"}"))
    }

    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Object<'w, 'a>, Stuck> {
        Ok(self.object(b"}"))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Object<'w, 'a>, Stuck> {
        self.variant(variant);
        Ok(self.object(b"}}"))
    }
}

/// The four kinds of list differ in nothing but the names of their methods.
macro_rules! items {
    ($($kind:ident $item:ident;)*) => {$(
        impl ser::$kind for Items<'_, '_> {
            type Ok = ();
            type Error = Stuck;

            fn $item<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Stuck> {
                self.item(item)
            }

            fn end(self) -> Result<(), Stuck> {
                self.close();
                Ok(())
            }
        }
    )*};
}

items! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

/// The two kinds of object with known fields differ in nothing but their names.
macro_rules! fields {
    ($($kind:ident)*) => {$(
        impl ser::$kind for Object<'_, '_> {
            type Ok = ();
            type Error = Stuck;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Stuck> {
                self.key(key)?;
                self.value(value)
            }

            fn end(self) -> Result<(), Stuck> {
                self.close();
                Ok(())
            }
        }
    )*};
}

fields! { SerializeStruct SerializeStructVariant }

impl ser::SerializeMap for Object<'_, '_> {
    type Ok = ();
    type Error = Stuck;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Stuck> {
        self.key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stuck> {
        self.value(value)
    }

    fn end(self) -> Result<(), Stuck> {
        self.close();
        Ok(())
    }
}

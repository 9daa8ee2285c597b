//! One definition of a construct's fields: the struct, how it is read and written, what is required, and a method for each
//! field, so that a Rust app reads like its YAML twin.

use indexmap::IndexMap;
use pgsynth_upstream::crds::Named;

use crate::values::Section;

/// Defines a construct. Each field says in brackets what it is:
///
/// | kind | in YAML | in Rust |
/// |---|---|---|
/// | `[required]` | must be there | an argument of `new`, in order |
/// | `[required number]` | may be written as a number | the same |
/// | `[optional]` | may be left out, and is no `null` | `Option`, none |
/// | `[value]` | the same, of a number or a boolean | the same, without conversion |
/// | `[optional number]` | may be written as a number | the same |
/// | `[or two "two"]` | may be left out | the function's value |
/// | `[default]` | may be left out, always written | the type's default |
/// | `[flag]` | may be left out | false |
/// | `[map]`, `[list]` | may be left out | empty; the method adds one entry |
/// | `[other]` | may be left out | empty; the method sets the whole |
/// | `[read]` | read, and never written | the type's default |
/// | `[fixed]` | must be there | the type's default, no method |
/// | `[hidden]` | is not there | the type's default, no method |
///
/// `as "key"` gives a field another name in YAML than its own in camel case.
macro_rules! construct {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident {
            $(
                $(#[doc = $fdoc:literal])+
                [$($kind:tt)+] $field:ident $(as $key:literal)? : $ty:ty
            ),* $(,)?
        }
    ) => {
        construct!(@struct [$(#[doc = $doc])+] $name {}
            $( { [$(#[doc = $fdoc])+] [$($kind)+] $field [$(#[serde(rename = $key)])?] {$ty} } )*);
        construct!(@new $name [] [] $( { [$($kind)+] $field {$ty} } )*);

        impl $crate::values::Described for $name {
            fn json_schema() -> serde_json::Value {
                let fields = $crate::values::Fields::default();
                $( let fields = construct!(@describe [$($kind)+] fields, construct!(@key $field $($key)?), concat!($($fdoc, "\n"),+), {$ty}); )*
                fields.object(concat!($($doc, "\n"),+))
            }
        }

        impl $name {
            $( construct!(@method [$($kind)+] [$(#[doc = $fdoc])+] $field {$ty}); )*
        }
    };

    // A field in the schema.
    (@key $field:ident) => { $crate::values::camel(stringify!($field)) };
    (@key $field:ident $key:literal) => { $key.to_owned() };
    (@describe [hidden] $fields:ident, $key:expr, $doc:expr, {$ty:ty}) => { $fields };
    (@describe [read] $fields:ident, $key:expr, $doc:expr, {$ty:ty}) => {
        $fields.field(&$key, $doc, serde_json::json!({}), false)
    };
    (@describe [required] $fields:ident, $key:expr, $doc:expr, {$ty:ty}) => {
        $fields.field(&$key, $doc, <$ty as $crate::values::Described>::json_schema(), true)
    };
    (@describe [fixed] $fields:ident, $key:expr, $doc:expr, {$ty:ty}) => {
        construct!(@describe [required] $fields, $key, $doc, {$ty})
    };
    (@describe [required number] $fields:ident, $key:expr, $doc:expr, {$ty:ty}) => {
        $fields.field(&$key, $doc, $crate::values::or_number(<$ty as $crate::values::Described>::json_schema()), true)
    };
    (@describe [optional number] $fields:ident, $key:expr, $doc:expr, {$ty:ty}) => {
        $fields.field(&$key, $doc, $crate::values::or_number(<$ty as $crate::values::Described>::json_schema()), false)
    };
    (@describe [$($kind:tt)+] $fields:ident, $key:expr, $doc:expr, {$ty:ty}) => {
        $fields.field(&$key, $doc, <$ty as $crate::values::Described>::json_schema(), false)
    };

    // The struct, a field at a time.
    (@struct [$($doc:tt)+] $name:ident { $($done:tt)* }) => {
        $($doc)+
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[non_exhaustive]
        pub struct $name { $($done)* }
    };
    (@struct $doc:tt $name:ident { $($done:tt)* } { [$($fdoc:tt)+] [required] $field:ident [$($key:tt)*] {$ty:ty} } $($rest:tt)*) => {
        construct!(@struct $doc $name { $($done)* $($fdoc)+ $($key)* pub $field: $ty, } $($rest)*);
    };
    (@struct $doc:tt $name:ident { $($done:tt)* } { [$($fdoc:tt)+] [fixed] $field:ident [$($key:tt)*] {$ty:ty} } $($rest:tt)*) => {
        construct!(@struct $doc $name { $($done)* $($fdoc)+ pub $field: $ty, } $($rest)*);
    };
    (@struct $doc:tt $name:ident { $($done:tt)* } { [$($fdoc:tt)+] [required number] $field:ident [$($key:tt)*] {$ty:ty} } $($rest:tt)*) => {
        construct!(@struct $doc $name { $($done)* $($fdoc)+ $($key)*
            #[serde(deserialize_with = "crate::values::from_number")]
            pub $field: $ty, } $($rest)*);
    };
    (@struct $doc:tt $name:ident { $($done:tt)* } { [$($fdoc:tt)+] [optional] $field:ident [$($key:tt)*] {$ty:ty} } $($rest:tt)*) => {
        construct!(@struct $doc $name { $($done)* $($fdoc)+ $($key)*
            #[serde(default, deserialize_with = "crate::values::given", skip_serializing_if = "Option::is_none")]
            pub $field: Option<$ty>, } $($rest)*);
    };
    (@struct $doc:tt $name:ident { $($done:tt)* } { [$($fdoc:tt)+] [value] $field:ident $key:tt $ty:tt } $($rest:tt)*) => {
        construct!(@struct $doc $name { $($done)* } { [$($fdoc)+] [optional] $field $key $ty } $($rest)*);
    };
    (@struct $doc:tt $name:ident { $($done:tt)* } { [$($fdoc:tt)+] [optional number] $field:ident [$($key:tt)*] {$ty:ty} } $($rest:tt)*) => {
        construct!(@struct $doc $name { $($done)* $($fdoc)+ $($key)*
            #[serde(default, deserialize_with = "crate::values::number_or_text", skip_serializing_if = "Option::is_none")]
            pub $field: Option<$ty>, } $($rest)*);
    };
    (@struct $doc:tt $name:ident { $($done:tt)* } { [$($fdoc:tt)+] [or $value:ident $path:literal] $field:ident [$($key:tt)*] {$ty:ty} } $($rest:tt)*) => {
        construct!(@struct $doc $name { $($done)* $($fdoc)+ $($key)*
            #[serde(default = $path)]
            pub $field: $ty, } $($rest)*);
    };
    (@struct $doc:tt $name:ident { $($done:tt)* } { [$($fdoc:tt)+] [default] $field:ident [$($key:tt)*] {$ty:ty} } $($rest:tt)*) => {
        construct!(@struct $doc $name { $($done)* $($fdoc)+ $($key)* #[serde(default)] pub $field: $ty, } $($rest)*);
    };
    (@struct $doc:tt $name:ident { $($done:tt)* } { [$($fdoc:tt)+] [flag] $field:ident [$($key:tt)*] {$ty:ty} } $($rest:tt)*) => {
        construct!(@struct $doc $name { $($done)* $($fdoc)+ $($key)*
            #[serde(default, skip_serializing_if = "std::ops::Not::not")]
            pub $field: $ty, } $($rest)*);
    };
    (@struct $doc:tt $name:ident { $($done:tt)* } { [$($fdoc:tt)+] [read] $field:ident [$($key:tt)*] {$ty:ty} } $($rest:tt)*) => {
        construct!(@struct $doc $name { $($done)* $($fdoc)+ $($key)* #[serde(default, skip_serializing)] pub $field: $ty, } $($rest)*);
    };
    (@struct $doc:tt $name:ident { $($done:tt)* } { [$($fdoc:tt)+] [hidden] $field:ident [$($key:tt)*] {$ty:ty} } $($rest:tt)*) => {
        construct!(@struct $doc $name { $($done)* $($fdoc)+ #[serde(skip)] pub(crate) $field: $ty, } $($rest)*);
    };
    (@struct $doc:tt $name:ident { $($done:tt)* } { [$($fdoc:tt)+] [$kind:ident] $field:ident [$($key:tt)*] {$ty:ty} } $($rest:tt)*) => {
        construct!(@struct $doc $name { $($done)* $($fdoc)+ $($key)*
            #[serde(default, skip_serializing_if = "crate::base::Emptiness::is_empty")]
            pub $field: $ty, } $($rest)*);
    };

    // `new` with what is required; a construct without anything required has a default instead.
    (@new $name:ident [] [$($init:tt)*]) => {
        impl Default for $name {
            fn default() -> Self {
                Self { $($init)* }
            }
        }
    };
    (@new $name:ident [$($param:tt)+] [$($init:tt)*]) => {
        impl $name {
            /// With what is required, in the order of the fields; everything else has its default.
            pub fn new($($param)+) -> Self {
                Self { $($init)* }
            }
        }
    };
    (@new $name:ident [$($param:tt)*] [$($init:tt)*] { [required $($number:ident)?] $field:ident {$ty:ty} } $($rest:tt)*) => {
        construct!(@new $name [$($param)* $field: impl Into<$ty>,] [$($init)* $field: $field.into(),] $($rest)*);
    };
    (@new $name:ident [$($param:tt)*] [$($init:tt)*] { [or $value:ident $path:literal] $field:ident {$ty:ty} } $($rest:tt)*) => {
        construct!(@new $name [$($param)*] [$($init)* $field: $value(),] $($rest)*);
    };
    (@new $name:ident [$($param:tt)*] [$($init:tt)*] { [$($kind:tt)+] $field:ident {$ty:ty} } $($rest:tt)*) => {
        construct!(@new $name [$($param)*] [$($init)* $field: Default::default(),] $($rest)*);
    };

    // The method of a field.
    (@method [hidden] [$($fdoc:tt)+] $field:ident {$ty:ty}) => {};
    (@method [fixed] [$($fdoc:tt)+] $field:ident {$ty:ty}) => {};
    (@method [read] [$($fdoc:tt)+] $field:ident {$ty:ty}) => {};
    (@method [optional $($number:ident)?] [$($fdoc:tt)+] $field:ident {$ty:ty}) => {
        $($fdoc)+
        pub fn $field(mut self, value: impl Into<$ty>) -> Self {
            self.$field = Some(value.into());
            self
        }
    };
    (@method [value] [$($fdoc:tt)+] $field:ident {$ty:ty}) => {
        $($fdoc)+
        pub fn $field(mut self, value: $ty) -> Self {
            self.$field = Some(value);
            self
        }
    };
    (@method [or $value:ident $path:literal] [$($fdoc:tt)+] $field:ident {$ty:ty}) => {
        $($fdoc)+
        pub fn $field(mut self, value: impl Into<$ty>) -> Self {
            self.$field = value.into();
            self
        }
    };
    (@method [map] [$($fdoc:tt)+] $field:ident {$ty:ty}) => {
        $($fdoc)+
        pub fn $field(
            mut self,
            key: impl Into<String>,
            value: impl Into<<$ty as $crate::base::Entries>::Value>,
        ) -> Self {
            $crate::base::Entries::put_entry(&mut self.$field, key.into(), value.into());
            self
        }
    };
    (@method [list] [$($fdoc:tt)+] $field:ident {$ty:ty}) => {
        $($fdoc)+
        pub fn $field(mut self, item: impl Into<<$ty as $crate::base::Items>::Item>) -> Self {
            $crate::base::Items::add_item(&mut self.$field, item.into());
            self
        }
    };
    (@method [$($kind:tt)+] [$($fdoc:tt)+] $field:ident {$ty:ty}) => {
        $($fdoc)+
        pub fn $field(mut self, value: impl Into<$ty>) -> Self {
            self.$field = value.into();
            self
        }
    };
}
pub(crate) use construct;

/// What may say nothing, and is not written then.
#[doc(hidden)]
pub trait Emptiness {
    /// Whether it says nothing.
    fn is_empty(&self) -> bool;
}

/// Entries by name.
#[doc(hidden)]
pub trait Entries {
    /// What stands under a name.
    type Value;

    /// Adds an entry.
    fn put_entry(&mut self, key: String, value: Self::Value);
}

/// Things in a row.
#[doc(hidden)]
pub trait Items {
    /// One of them.
    type Item;

    /// Adds one at the end.
    fn add_item(&mut self, item: Self::Item);
}

impl<V> Emptiness for IndexMap<String, V> {
    fn is_empty(&self) -> bool {
        IndexMap::is_empty(self)
    }
}

impl<V> Entries for IndexMap<String, V> {
    type Value = V;

    fn put_entry(&mut self, key: String, value: V) {
        self.insert(key, value);
    }
}

impl<T> Emptiness for Section<T> {
    fn is_empty(&self) -> bool {
        Section::is_empty(self)
    }
}

impl<T> Entries for Section<T> {
    type Value = T;

    fn put_entry(&mut self, key: String, value: T) {
        self.put(key, value);
    }
}

impl<T> Emptiness for Vec<T> {
    fn is_empty(&self) -> bool {
        Vec::is_empty(self)
    }
}

impl<T> Items for Vec<T> {
    type Item = T;

    fn add_item(&mut self, item: T) {
        self.push(item);
    }
}

impl<T> Emptiness for Named<T> {
    fn is_empty(&self) -> bool {
        Named::is_empty(self)
    }
}

impl<T: Clone> Items for Named<T> {
    type Item = T;

    fn add_item(&mut self, item: T) {
        self.push(item);
    }
}

//! The macro that defines a mirrored struct: the struct, its reading, its writing and its schema from one definition.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, Visitor};

/// Reads a key of a mirrored struct, so that an unknown one is refused where it stands.
pub(crate) struct KeySeed(pub &'static [&'static str]);

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Self::Value, E> {
        self.0.iter().find(|known| **known == key).copied().ok_or_else(|| E::unknown_field(key, self.0))
    }
}

/// Defines a mirrored struct. A field is `name as "key": Type`, the key only where it is not the name, and before it
/// `[required]` (must always be there), `[demanded]` (the schema requires it, a construct or its overlay gives it) or
/// `[nullable]`, and `@(2, 1, 0)` where earlier operators do not have it. Behind the type, `=> ` and calls on the [`Schema`] say what the type alone does not.
macro_rules! mirror {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident $(=> $sadjust:ident($($sarg:expr),*))* {
            $(
                $(#[doc = $fdoc:literal])+
                $([$kind:ident])? $(@ $since:tt)? $field:ident $(as $key:literal)? : $ty:ty $(=> $adjust:ident($($arg:expr),*))*
            ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $( $(#[doc = $fdoc])+ pub $field: mirror!(@type [$($kind)?] $ty), )*
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct;
                let length = 0 $( + mirror!(@count [$($kind)?] self.$field) )*;
                let mut fields = serializer.serialize_struct(stringify!($name), length)?;
                $( mirror!(@write [$($kind)?] fields, mirror!(@key $field $($key)?), self.$field); )*
                fields.end()
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields;
                impl<'de> serde::de::Visitor<'de> for Fields {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("a map (", stringify!($name), ")"))
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        const KEYS: &[&str] = &[$( mirror!(@key $field $($key)?) ),*];
                        $( let mut $field = None; )*
                        while let Some(key) = map.next_key_seed($crate::crds::KeySeed(KEYS))? {
                            $(
                                if key == mirror!(@key $field $($key)?) {
                                    if $field.is_some() {
                                        return Err(serde::de::Error::duplicate_field(mirror!(@key $field $($key)?)));
                                    }
                                    $field = Some(mirror!(@read [$($kind)?] map, $ty));
                                    continue;
                                }
                            )*
                        }
                        Ok($name { $( $field: mirror!(@take [$($kind)?] $field, mirror!(@key $field $($key)?)), )* })
                    }
                }
                // `any`, because `null` is no map to the API server.
                deserializer.deserialize_any(Fields)
            }
        }

        impl $crate::values::Described for $name {
            fn json_schema() -> serde_json::Value {
                <Self as $crate::crds::Mirror>::schema().json()
            }
        }

        impl $crate::crds::Mirror for $name {
            fn schema() -> $crate::crds::Schema {
                let mut properties = indexmap::IndexMap::new();
                let mut required = Vec::new();
                $(
                    let schema = <$ty as $crate::crds::Mirror>::schema().described(concat!($($fdoc),+))
                        $(.$adjust($($arg),*))* $(.since(mirror!(@version $since)))?;
                    properties.insert(mirror!(@key $field $($key)?), mirror!(@nullable [$($kind)?] schema));
                    mirror!(@require [$($kind)?] required, mirror!(@key $field $($key)?));
                )*
                // Upstream's lists of required fields are sorted.
                required.sort_unstable();
                $crate::crds::Schema::object(properties, required) $(.$sadjust($($sarg),*))*
            }

            fn defaults(sections: bool) -> Option<Self> {
                mirror!(@defaults $name [$($($kind)?)*] sections {
                    $( $field: [$($kind)?] $ty { $($adjust($($arg),*))* } ),*
                })
            }

            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                serde::Deserialize::deserialize(deserializer)
            }

            fn merge(&mut self, over: Self, at: $crate::crds::At<'_>, clashes: &mut Vec<String>) {
                // No `..`: a new field does not compile until it takes part.
                let Self { $($field),* } = over;
                $( self.$field.merge($field, at.below(mirror!(@key $field $($key)?)), clashes); )*
            }

            fn fill(&mut self, defaults: Self) {
                let Self { $($field),* } = defaults;
                $( self.$field.fill($field); )*
            }

            fn contains(&self, path: &[&str]) -> bool {
                let Some((first, rest)) = path.split_first() else { return true };
                $( if *first == mirror!(@key $field $($key)?) { return self.$field.contains(rest); } )*
                false
            }

            const DATED: bool = false $( || <$ty as $crate::crds::Mirror>::DATED $( || mirror!(@dated $since) )? )*;

            fn newer(
                &self,
                operator: $crate::release::OperatorVersion,
                at: $crate::crds::At<'_>,
                newer: &mut Vec<(String, $crate::release::OperatorVersion)>,
            ) {
                if !Self::DATED {
                    return;
                }
                $(
                    let at_field = at.below(mirror!(@key $field $($key)?));
                    $(
                        let since = mirror!(@version $since);
                        if operator < since && self.$field.contains(&[]) {
                            newer.push((at_field.to_string(), since));
                        }
                    )?
                    self.$field.newer(operator, at_field, newer);
                )*
            }

            fn missing(&self, at: $crate::crds::At<'_>, missing: &mut Vec<String>) {
                $(
                    let at_field = at.below(mirror!(@key $field $($key)?));
                    mirror!(@demand [$($kind)?] self.$field, at_field, missing);
                    self.$field.missing(at_field, missing);
                )*
            }
        }

        mirror!(@default $name { $( [$($kind)?] $field ),* });
    };

    (@type [required] $ty:ty) => { $ty };
    (@type [nullable] $ty:ty) => { Option<Option<$ty>> };
    (@type [$($kind:ident)?] $ty:ty) => { Option<$ty> };

    (@count [required] $value:expr) => { 1 };
    (@count [$($kind:ident)?] $value:expr) => { usize::from($value.is_some()) };

    (@version ($major:literal, $minor:literal, $patch:literal)) => {
        $crate::release::OperatorVersion($major, $minor, $patch)
    };
    (@dated $since:tt) => { true };

    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };

    (@write [required] $fields:ident, $key:expr, $value:expr) => { $fields.serialize_field($key, &$value)? };
    (@write [$($kind:ident)?] $fields:ident, $key:expr, $value:expr) => {
        if let Some(value) = &$value { $fields.serialize_field($key, value)?; }
    };

    (@read [nullable] $map:ident, $ty:ty) => { $map.next_value::<Option<$crate::crds::Strict<$ty>>>()?.map(|value| value.0) };
    (@read [$($kind:ident)?] $map:ident, $ty:ty) => { $map.next_value::<$crate::crds::Strict<$ty>>()?.0 };

    (@take [required] $field:ident, $key:expr) => { $field.ok_or_else(|| serde::de::Error::missing_field($key))? };
    (@take [$($kind:ident)?] $field:ident, $key:expr) => { $field };

    (@nullable [nullable] $schema:ident) => { $schema.nullable() };
    (@nullable [$($kind:ident)?] $schema:ident) => { $schema };

    (@require [required] $required:ident, $key:expr) => { $required.push($key) };
    (@require [demanded] $required:ident, $key:expr) => { $required.push($key) };
    (@require [$($kind:ident)?] $required:ident, $key:expr) => { };

    (@demand [demanded] $value:expr, $at:ident, $missing:ident) => {
        if $value.is_none() { $missing.push($at.to_string()); }
    };
    (@demand [$($kind:ident)?] $value:expr, $at:ident, $missing:ident) => { };

    // A struct with required fields has no defaults of its own: it is there as a whole or not at all.
    (@defaults $name:ident [required $($kinds:ident)*] $sections:ident { $($fields:tt)* }) => {{
        let _ = $sections;
        None
    }};
    (@defaults $name:ident [$kind:ident $($kinds:ident)*] $sections:ident { $($fields:tt)* }) => {
        mirror!(@defaults $name [$($kinds)*] $sections { $($fields)* })
    };
    (@defaults $name:ident [] $sections:ident {
        $( $field:ident : [$($kind:ident)?] $ty:ty { $($adjust:ident($($arg:expr),*))* } ),*
    }) => {
        Some(Self {
            $( $field: {
                let value = $crate::crds::Schema::default() $(.$adjust($($arg),*))*;
                let value = value.default_value::<$ty>();
                let value = value.or_else(|| if $sections { <$ty as $crate::crds::Mirror>::defaults(false) } else { None });
                mirror!(@default_field [$($kind)?] value)
            } ),*
        })
    };
    (@default_field [nullable] $value:ident) => { $value.map(Some) };
    (@default_field [$($kind:ident)?] $value:ident) => { $value };

    // Only a struct without required fields means something when it is empty.
    (@default $name:ident { $( [$($kind:ident)?] $field:ident ),* }) => {
        mirror!(@default_if $name [$($($kind)?)*] { $($field),* });
    };
    (@default_if $name:ident [required $($kinds:ident)*] { $($field:ident),* }) => {};
    (@default_if $name:ident [$kind:ident $($kinds:ident)*] { $($field:ident),* }) => {
        mirror!(@default_if $name [$($kinds)*] { $($field),* });
    };
    (@default_if $name:ident [] { $($field:ident),* }) => {
        impl Default for $name {
            fn default() -> Self {
                Self { $($field: Default::default()),* }
            }
        }
    };
}
pub(crate) use mirror;

#[cfg(test)]
mod tests {
    use crate::crds::{At, Mirror};
    use crate::release::OperatorVersion;

    mirror! {
        /// What operators have learnt one after the other.
        pub struct Learnt {
            /// Always there.
            [required] old: String,
            /// A later one.
            @(2, 1, 0) new: String,
        }
    }

    mirror! {
        /// A list of it.
        pub struct Lessons {
            /// Each of them.
            lessons: Vec<Learnt>,
        }
    }

    #[test]
    fn a_field_of_a_later_operator_is_found_and_is_not_in_the_schema_of_an_earlier_one() {
        let learnt: Lessons = serde_yaml::from_str("{lessons: [{old: b}, {old: c, new: d}]}").unwrap();
        let newer = |operator| {
            let mut newer = vec![];
            learnt.newer(operator, At::default(), &mut newer);
            newer
        };
        assert_eq!(newer(OperatorVersion(2, 0, 1)), [("lessons.1.new".to_owned(), OperatorVersion(2, 1, 0))]);
        assert_eq!(newer(OperatorVersion(2, 1, 0)), []);
        let leaves = |operator| {
            let edition = crate::crds::Edition { operator, spilo: "", pooler: "", logical_backup: "" };
            Lessons::schema().of_edition(&edition).leaves()
        };
        assert_eq!(leaves(OperatorVersion(2, 0, 1)), ["lessons.*.old"]);
        assert_eq!(leaves(OperatorVersion(2, 1, 0)), ["lessons.*.old", "lessons.*.new"]);
    }
}

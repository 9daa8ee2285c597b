//! Chance that falls the same way on every machine.

use serde_json::{Map, Value};

/// What makes a part of a cluster.
pub(super) type Part = fn(&mut Dice) -> Value;

/// A sequence of numbers that is the same on every machine (SplitMix64).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn one_in(&mut self, count: u64) -> bool {
        self.next().is_multiple_of(count)
    }

    pub(super) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[(self.next() % from.len() as u64) as usize].clone()
    }

    /// Something right, and rarely something else.
    pub(super) fn slip<T: Clone>(&mut self, right: &[T], odd: &[T]) -> T {
        if self.one_in(60) { self.pick(odd) } else { self.pick(right) }
    }

    pub(super) fn text(&mut self, right: &[&str], odd: &[&str]) -> Value {
        self.slip(right, odd).into()
    }

    /// A map with some of these fields.
    pub(super) fn some(&mut self, fields: &[(&str, Part)]) -> Value {
        let mut map = Map::new();
        for (key, value) in fields {
            if self.one_in(3) {
                map.insert((*key).to_owned(), value(self));
            }
        }
        map.into()
    }

    /// As many as this of them, at most.
    pub(super) fn list(&mut self, most: u64, item: Part) -> Value {
        let count = self.next() % (most + 1);
        (0..count).map(|_| item(self)).collect()
    }
}

/// Items with names of their own: the operator's schema merges those with the same name.
pub(super) fn named(dice: &mut Dice, most: u64, item: Part) -> Value {
    let mut list: Vec<Value> = vec![];
    for _ in 0..dice.next() % (most + 1) {
        let item = item(dice);
        if !list.iter().any(|known| known["name"] == item["name"]) || dice.one_in(10) {
            list.push(item);
        }
    }
    list.into()
}

//! Random operations against a plain map.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;

use super::own_table::{OwnTable, TABLE, entity, values};

/// One operation on the entity of a row, with a property and its value.
#[derive(Debug, Clone)]
struct Step {
    kind: Kind,
    row: u8,
    property: char,
    value: i32,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Insert,
    Replace,
    Merge,
    Update,
    Delete,
}

type Model = BTreeMap<u8, BTreeMap<char, i32>>;

fn step() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![
        Just(Kind::Insert),
        Just(Kind::Replace),
        Just(Kind::Merge),
        Just(Kind::Update),
        Just(Kind::Delete),
    ];
    (
        kind,
        0..4_u8,
        prop::sample::select(vec!['a', 'b', 'c']),
        any::<i32>(),
    )
        .prop_map(|(kind, row, property, value)| Step {
            kind,
            row,
            property,
            value,
        })
}

impl Step {
    /// Changes the model, and returns the status that the service must answer.
    fn apply(&self, model: &mut Model) -> u16 {
        let exists = model.contains_key(&self.row);
        let one = BTreeMap::from([(self.property, self.value)]);
        match self.kind {
            Kind::Insert if exists => return 409,
            Kind::Update | Kind::Delete if !exists => return 404,
            Kind::Insert | Kind::Replace | Kind::Update => {
                model.insert(self.row, one);
            }
            Kind::Merge => model.entry(self.row).or_default().extend(one),
            Kind::Delete => {
                model.remove(&self.row);
            }
        }
        204
    }

    fn send(&self, own: &OwnTable) -> u16 {
        let document = format!(r#"{{"{}":{}}}"#, self.property, self.value);
        let path = entity("p", &self.row.to_string());
        let request = match self.kind {
            Kind::Insert => {
                let keys = format!(r#"{{"PartitionKey":"p","RowKey":"{}","#, self.row);
                own.write("POST", TABLE, &document.replacen('{', &keys, 1))
            }
            Kind::Replace => own.write("PUT", &path, &document),
            Kind::Merge => own.write("MERGE", &path, &document),
            Kind::Update => own.write("PUT", &path, &document).header("If-Match", "*"),
            Kind::Delete => own.request("DELETE", &path).header("If-Match", "*"),
        };
        request.send().status
    }
}

/// The table as the service shows it.
fn shown(own: &OwnTable) -> Model {
    let entities = values(&own.query("").expect(200))
        .into_iter()
        .map(|entity| {
            let number = |value: &Value| value.as_i64().and_then(|value| i32::try_from(value).ok());
            let properties = ['a', 'b', 'c'].into_iter().filter_map(|property| {
                Some((property, number(&entity[property.to_string().as_str()])?))
            });
            let row = entity["RowKey"].as_str().unwrap().parse().unwrap();
            (row, properties.collect())
        });
    entities.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_table_is_what_a_map_of_the_same_operations_is(steps in prop::collection::vec(step(), 1..30)) {
        let own = OwnTable::new();
        let mut model = Model::new();
        for step in &steps {
            prop_assert_eq!(step.send(&own), step.apply(&mut model), "{:?}", step);
        }
        prop_assert_eq!(shown(&own), model);
    }
}

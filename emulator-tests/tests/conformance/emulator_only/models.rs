//! Block lists against a small reference model, with staging, committing and overwriting in any
//! order.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::subject::Subject;

const IDS: [&str; 4] = ["AAAA", "BBBB", "CCCC", "DDDD"];
const KINDS: [&str; 3] = ["Committed", "Uncommitted", "Latest"];

#[derive(Debug, Clone)]
enum Step {
    Stage(usize, u8),
    Commit(Vec<(usize, usize)>),
    Put(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..IDS.len(), b'a'..=b'z').prop_map(|(id, byte)| Step::Stage(id, byte)),
        3 => proptest::collection::vec((0..KINDS.len(), 0..IDS.len()), 0..4).prop_map(Step::Commit),
        1 => (b'a'..=b'z').prop_map(Step::Put),
    ]
}

/// The reference model of a blob.
#[derive(Default)]
struct Model {
    exists: bool,
    put: Vec<u8>,
    committed: Vec<(usize, Vec<u8>)>,
    staged: BTreeMap<usize, Vec<u8>>,
}

impl Model {
    fn commit(&mut self, list: &[(usize, usize)]) -> bool {
        let committed = |id: usize| {
            self.committed
                .iter()
                .rfind(|(own, _)| *own == id)
                .map(|(_, bytes)| bytes.clone())
        };
        let find = |&(kind, id): &(usize, usize)| {
            let staged = self.staged.get(&id).cloned();
            let bytes = match KINDS[kind] {
                "Committed" => committed(id),
                "Uncommitted" => staged,
                _ => staged.or_else(|| committed(id)),
            };
            bytes.map(|bytes| (id, bytes))
        };
        let Some(blocks) = list.iter().map(find).collect::<Option<Vec<_>>>() else {
            return false;
        };
        *self = Self {
            exists: true,
            committed: blocks,
            ..Self::default()
        };
        true
    }

    fn bytes(&self) -> Vec<u8> {
        let blocks = self.committed.iter().flat_map(|(_, bytes)| bytes.clone());
        self.put.iter().copied().chain(blocks).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn block_lists_behave_as_a_plain_model(steps in proptest::collection::vec(step(), 1..12)) {
        let subject = Subject::emulator();
        let path = format!("{}/b", subject.container());
        let mut model = Model::default();
        for step in &steps {
            match step {
                Step::Stage(id, byte) => {
                    subject.block(&path, IDS[*id], &[*byte; 2]).expect(201);
                    model.staged.insert(*id, vec![*byte; 2]);
                }
                Step::Commit(list) => {
                    let named: Vec<_> = list.iter().map(|(kind, id)| (KINDS[*kind], IDS[*id])).collect();
                    let expected = if model.commit(list) { 201 } else { 400 };
                    subject.commit(&path, &named).expect(expected);
                }
                Step::Put(byte) => {
                    subject.put(&path, &[*byte]).expect(201);
                    model = Model { exists: true, put: vec![*byte], ..Model::default() };
                }
            }
            let reply = subject.main.get(&path).send();
            prop_assert_eq!(reply.status == 200, model.exists);
            if model.exists {
                prop_assert_eq!(&reply.body, &model.bytes());
            }
            let lists = subject.main.get(&path).query("comp", "blocklist").query("blocklisttype", "all").send();
            if model.exists || !model.staged.is_empty() {
                let expected: Vec<&str> = model.committed.iter().map(|(id, _)| *id).chain(model.staged.keys().copied()).map(|id| IDS[id]).collect();
                prop_assert_eq!(lists.expect(200).all("Name"), expected);
            }
        }
    }
}

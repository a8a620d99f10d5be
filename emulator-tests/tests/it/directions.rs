//! From where to where, by which way and with which credential: every cell of the matrix works, or is refused with a
//! message that says why. The matrix is kept in `emulator-tests/README.md`, and this test holds it true.

use std::fmt::Write as _;
use std::path::PathBuf;

use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::compare;
use azring_emulator_tests::rest::{Container, Share, Storage};
use azring_emulator_tests::tree::{Tree, noise};
use azring_emulator_tests::two_accounts::TwoAccounts;

use crate::sync_copy::with_snapshots;

/// What is copied.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Local,
    Block,
    Page,
    Append,
    Snapshot,
    File,
}

/// What it becomes. Between two services, what is there already under its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum To {
    Local,
    Block,
    Page,
    Append,
    File,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Up or down, without a word for it.
    Stream,
    Server,
    Sync,
}

/// What the service that is the source proves itself with; of an upload, the target.
#[derive(Clone, Copy, PartialEq, Eq)]
enum With {
    Key,
    Sas,
    Anonymous,
}

const FROM: [(From, &str); 6] = [
    (From::Local, "local"),
    (From::Block, "block"),
    (From::Page, "page"),
    (From::Append, "append"),
    (From::Snapshot, "snapshot"),
    (From::File, "file"),
];
const TO: [(To, &str); 5] = [
    (To::Local, "local"),
    (To::Block, "block"),
    (To::Page, "page"),
    (To::Append, "append"),
    (To::File, "file"),
];
const WAYS: [Way; 3] = [Way::Stream, Way::Server, Way::Sync];
const WITH: [With; 3] = [With::Key, With::Sas, With::Anonymous];

/// Why a cell is refused: what stands in the matrix, and what azring says.
const REFUSALS: [(&str, &str); 8] = [
    (
        "A",
        "Both Source and Destination are locally accessible locations",
    ),
    ("B", "is only for copies from a service to a service"),
    (
        "C",
        "user specified blob type does not match the blob type of the existing destination blob",
    ),
    ("D", "blob type of source and destination must be the same"),
    (
        "E",
        "Failed to validate destination. The remote server returned an error: (401)",
    ),
    (
        "F",
        "a file share is read and written with a key, a shared access signature or a login",
    ),
    (
        "G",
        "Copying from File Storage to page Blob Storage asynchronously is not supported.",
    ),
    (
        "H",
        "Copying from File Storage to append Blob Storage asynchronously is not supported.",
    ),
];

/// The two sides of one cell.
struct Case<'a> {
    accounts: &'a TwoAccounts,
    from: From,
    to: To,
    way: Way,
    with: With,
}

impl Case<'_> {
    /// What stands in the matrix.
    fn cell(&self) -> String {
        let both_services = self.from != From::Local && self.to != To::Local;
        if both_services && self.way == Way::Stream {
            return "–".to_owned();
        }
        let folder = Folder::new();
        let (source, tree) = self.source(&folder);
        let landing = folder.join("to");
        let target = self.target(&tree, both_services);
        let outcome = self.command(&source, &target, &landing).run();
        if outcome.status == Some(0) {
            let found = match (self.to, &target) {
                (To::Local, _) => Tree::read_from(&landing),
                (_, Place::Share(share)) => Tree::get_from(share),
                (_, Place::Container(container)) => Tree::get_from(container),
                (_, Place::Folder(_)) => unreachable!("the target is in a service"),
            };
            let wrong = compare::trees(&tree, &found);
            assert!(wrong.is_empty(), "{wrong:?}: {outcome}");
            return "works".to_owned();
        }
        refusal(&outcome)
    }

    /// The source, its URL or path, and what is to arrive.
    fn source(&self, folder: &Folder) -> (Place, Tree) {
        let tree = Tree::new().with("v/a.txt", noise(1, 1024));
        if self.from == From::Local {
            let path = folder.join("from");
            tree.write_to(&path);
            return (Place::Folder(path), tree);
        }
        if self.from == From::File {
            let [files, _] = self.accounts.file_services();
            let share = files.fresh_share("from");
            tree.put_into(&share);
            return (Place::Share(share), tree);
        }
        let container = self.accounts.one.unmade_container("from");
        if self.with == With::Anonymous {
            container.make_public();
        } else {
            container.make();
        }
        if self.from == From::Snapshot {
            let tree = with_snapshots(&container, "v/a.txt");
            return (Place::Container(container), tree);
        }
        make(&container, "v/a.txt", self.from, &noise(1, 1024));
        (Place::Container(container), tree)
    }

    /// The target's container or share. Between services it has objects of the type under the names already.
    fn target(&self, tree: &Tree, has_some: bool) -> Place {
        let names = tree.files().map(|(name, _)| name).filter(|_| has_some);
        let kind = match self.to {
            To::File => {
                let [_, files] = self.accounts.file_services();
                let share = files.fresh_share("to");
                names.for_each(|name| share.put(name, [7; 512]));
                return Place::Share(share);
            }
            To::Page => From::Page,
            To::Append => From::Append,
            To::Block | To::Local => From::Block,
        };
        let container = self.accounts.other.fresh_container("to");
        names.for_each(|name| make(&container, name, kind, &[7; 512]));
        Place::Container(container)
    }

    fn command(&self, source: &Place, target: &Place, landing: &std::path::Path) -> Azring {
        let is_upload = self.from == From::Local;
        let from = source.address(self.with);
        let to = match self.to {
            To::Local => landing.to_string_lossy().into_owned(),
            _ if is_upload => target.address(self.with),
            _ => target.address(With::Key),
        };
        let mut command = Azring::copy(from, to).args(["/S", "/Y"]);
        if let Some(storage) = source.storage() {
            command = command.arg(format!("/SourceType:{}", storage.service_type()));
            if self.with == With::Key {
                command = command.source_key(storage.account());
            }
        }
        if let Some(storage) = target.storage().filter(|_| self.to != To::Local) {
            command = command.arg(format!("/DestType:{}", storage.service_type()));
            if !is_upload || self.with == With::Key {
                command = command.dest_key(storage.account());
            }
        }
        if is_upload || self.from == From::File {
            command = match self.to {
                To::Page => command.arg("/BlobType:page"),
                To::Append => command.arg("/BlobType:append"),
                To::Local | To::Block | To::File => command,
            };
        }
        if self.from == From::Snapshot {
            command = command.arg("/Snapshot");
        }
        match self.way {
            Way::Stream => command,
            Way::Server => command.arg("/ServerCopy:auto"),
            Way::Sync => command.arg("/SyncCopy"),
        }
    }
}

enum Place {
    Folder(PathBuf),
    Container(Container),
    Share(Share),
}

impl Place {
    /// It, if it is in a service.
    fn storage(&self) -> Option<&dyn Storage> {
        match self {
            Self::Folder(_) => None,
            Self::Container(container) => Some(container),
            Self::Share(share) => Some(share),
        }
    }

    /// Its path or URL, with a signature if that is the credential.
    fn address(&self, with: With) -> String {
        match (self, self.storage()) {
            (_, Some(storage)) if with == With::Sas => {
                format!("{}?{}", storage.url(), storage.account_sas())
            }
            (_, Some(storage)) => storage.url(),
            (Self::Folder(path), _) => path.to_string_lossy().into_owned(),
            _ => unreachable!("a container or a share is in a service"),
        }
    }
}

/// Makes a blob of this type.
fn make(container: &Container, name: &str, kind: From, bytes: &[u8]) {
    let put = |headers: &[(&str, &str)], query: &[(&str, &str)], body: &[u8]| {
        container.ask("PUT", name, query, headers, body).succeeded();
    };
    let length = bytes.len().to_string();
    match kind {
        From::Page => {
            let form = [
                ("x-ms-blob-type", "PageBlob"),
                ("x-ms-blob-content-length", &*length),
            ];
            put(&form, &[], b"");
            let range = format!("bytes=0-{}", bytes.len() - 1);
            let write = [("x-ms-page-write", "update"), ("x-ms-range", &*range)];
            put(&write, &[("comp", "page")], bytes);
        }
        From::Append => {
            put(&[("x-ms-blob-type", "AppendBlob")], &[], b"");
            put(&[], &[("comp", "appendblock")], bytes);
        }
        _ => container.put(name, bytes),
    }
}

/// The letter of the reason.
fn refusal(outcome: &Outcome) -> String {
    let errors = outcome.errors().join("\n");
    let reason = REFUSALS.iter().find(|(_, says)| errors.contains(says));
    let (letter, _) =
        reason.unwrap_or_else(|| panic!("refused for a reason of its own: {outcome}"));
    format!("refused {letter}")
}

/// The matrix as it stands in the file.
fn matrix(accounts: &TwoAccounts) -> String {
    let mut text = String::from(
        "| from | to | up or down: key | SAS | anonymous | server copy: key | SAS | anonymous | `/SyncCopy`: key | SAS | anonymous |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for (from, from_name) in FROM {
        for (to, to_name) in TO {
            let _ = write!(text, "| {from_name} | {to_name} |");
            for way in WAYS {
                for with in WITH {
                    let case = Case {
                        accounts,
                        from,
                        to,
                        way,
                        with,
                    };
                    let _ = write!(text, " {} |", case.cell());
                }
            }
            text.push('\n');
        }
    }
    text.push('\n');
    for (letter, says) in REFUSALS {
        if text.contains(&format!("refused {letter} ")) {
            let _ = writeln!(text, "- {letter}: `{says}`");
        }
    }
    text
}

const BEGIN: &str = "<!-- the matrix of directions begins -->\n";
const END: &str = "<!-- the matrix of directions ends -->\n";

#[test]
#[expect(clippy::print_stdout, reason = "the matrix is there to be read")]
fn every_direction_works_or_is_refused_as_the_matrix_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let kept = std::fs::read_to_string(path).expect("the README is there");
    let (before, rest) = kept.split_once(BEGIN).expect("the matrix has a place");
    let (stands, after) = rest.split_once(END).expect("the matrix has an end");
    let found = matrix(&TwoAccounts::of_emulator());
    println!("{found}");
    if std::env::var_os("AZRING_WRITE_MATRIX").is_some() {
        std::fs::write(path, format!("{before}{BEGIN}{found}{END}{after}")).expect("it is ours");
        return;
    }
    assert!(
        stands == found,
        "emulator-tests/README.md is out of date: run this test with AZRING_WRITE_MATRIX=1. It should say\n{found}"
    );
}

//! Other clients of Azure: AzCopy 10, rclone, blobxfer and Azure's SDKs for Python and JavaScript, as
//! `scripts/peers.sh` installs them.
//!
//! They read what azring wrote, and azring reads what they wrote; benchmarks run the first two
//! beside azring. All their commands are composed here, so that tests and benchmarks use the same
//! ones. Only the Python scripts about a container, a share or a table are run here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::account::Account;
use crate::rest::{BlobService, Container, Share, StoredBlob, Table};

/// Lists a container through `azure-storage-blob`; prints one JSON object per blob.
const LIST: &str = include_str!("peers/list.py");

/// Lists a share through `azure-storage-file-share`; prints one JSON object per file.
const LIST_FILES: &str = include_str!("peers/list_files.py");

/// Prints what a share keeps besides bytes, through `azure-storage-file-share`.
const SMB: &str = include_str!("peers/smb.py");

/// Writes a table with every type through `azure-data-tables`.
const WRITE_TABLE: &str = include_str!("peers/write_table.py");

/// Prints the entities of a table with their types, through `azure-data-tables`.
const READ_TABLE: &str = include_str!("peers/read_table.py");

/// Prints which client for tables Python has.
const PYTHON_TABLES_VERSION: &str = "import azure.data.tables as t, sys; print('azure-data-tables', t.__version__, 'Python', sys.version.split()[0])";

/// Prints which client for tables JavaScript has.
const JAVASCRIPT_TABLES_VERSION: &str = "`@azure/data-tables ${JSON.parse(fs.readFileSync(process.argv[1])).version} Node.js ${process.version}`";

/// The language of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptLanguage {
    /// Python, with `azure-data-tables`.
    Python,
    /// JavaScript, with `@azure/data-tables`.
    JavaScript,
}

/// The installed clients.
#[derive(Debug)]
pub struct Peers {
    folder: PathBuf,
}

impl Peers {
    /// Finds them below the project.
    ///
    /// # Panics
    /// When they are not installed.
    pub fn find() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.peers");
        let folder = folder.canonicalize().unwrap_or_else(|_| {
            panic!(
                "`{}` is not there: run `scripts/peers.sh`",
                folder.display()
            )
        });
        Self { folder }
    }

    /// `azcopy` or `rclone` without arguments.
    pub fn program(&self, name: &str) -> Command {
        self.command(&format!("bin/{name}"))
    }

    /// AzCopy 10, to copy from `source` to `target`; each may be a URL with a SAS. `from_to` is
    /// AzCopy's name of the direction, for instance `LocalBlob`. Its logs go to `logs`.
    pub fn azcopy(&self, from_to: &str, source: &str, target: &str, logs: &Path) -> Command {
        let words = ["copy", source, target, "--from-to", from_to, "--recursive"];
        self.azcopy_command(&words, logs)
    }

    /// AzCopy 10 with these words. Its log is in the folder `logs`.
    pub fn azcopy_command(&self, words: &[&str], logs: &Path) -> Command {
        let mut command = self.command("bin/azcopy");
        command
            .args(words)
            .args(["--skip-version-check", "--log-level", "ERROR"])
            .env("AZCOPY_LOG_LOCATION", logs)
            .env("AZCOPY_JOB_PLAN_LOCATION", logs)
            .env("AZCOPY_DISABLE_SYSLOG", "true");
        command
    }

    /// rclone, to copy from `source` to `target`; `azure:CONTAINER` is a container of `service`. With
    /// `--dry-run` it says a line for each file.
    pub fn rclone(&self, service: &BlobService, source: &str, target: &str) -> Command {
        self.rclone_command(service, &["copy", source, target, "--ignore-times"])
    }

    /// rclone with these words; `azure:CONTAINER` is a container of `service`.
    pub fn rclone_command(&self, service: &BlobService, words: &[&str]) -> Command {
        let account = service.account();
        let mut command = self.command("bin/rclone");
        command
            .args(words)
            .args(["--config", "/dev/null"])
            .env("RCLONE_CONFIG_AZURE_TYPE", "azureblob")
            .env("RCLONE_CONFIG_AZURE_ACCOUNT", account.name())
            .env("RCLONE_CONFIG_AZURE_KEY", account.key_in_base64())
            .env("RCLONE_CONFIG_AZURE_ENDPOINT", service.url());
        command
    }

    /// The blobs in `container`, by name, as `azure-storage-blob` lists them.
    ///
    /// # Panics
    /// When the script fails.
    pub fn python_list(&self, container: &Container) -> Vec<StoredBlob> {
        let service = container.service();
        let lines = self.python(LIST, &service.url(), service.account(), container.name());
        let listed = lines.iter().map(|line| parse::<ListedObject>(line));
        listed.map(StoredBlob::from).collect()
    }

    /// rclone, to copy from `source` to `target`; `azure:DIRECTORY` is a directory of the share.
    pub fn rclone_files(&self, share: &Share, source: &str, target: &str) -> Command {
        let service = share.service();
        let mut command = self.command("bin/rclone");
        command
            .args(["copy", source, target, "--ignore-times"])
            .args(["--config", "/dev/null"])
            .env("RCLONE_CONFIG_AZURE_TYPE", "azurefiles")
            .env("RCLONE_CONFIG_AZURE_ACCOUNT", service.account().name())
            .env("RCLONE_CONFIG_AZURE_KEY", service.account().key_in_base64())
            .env("RCLONE_CONFIG_AZURE_SHARE_NAME", share.name())
            .env("RCLONE_CONFIG_AZURE_ENDPOINT", service.url());
        command
    }

    /// The files in `share`, as `azure-storage-file-share` lists them.
    ///
    /// # Panics
    /// When the script fails.
    pub fn python_files(&self, share: &Share) -> Vec<ListedObject> {
        let service = share.service();
        let lines = self.python(LIST_FILES, &service.url(), service.account(), share.name());
        lines.iter().map(|line| parse(line)).collect()
    }

    /// What `share` keeps of its files and directories, by name, as `azure-storage-file-share` sees it.
    ///
    /// # Panics
    /// When the script fails.
    pub fn python_smb(&self, share: &Share) -> BTreeMap<String, ListedSmb> {
        let service = share.service();
        let lines = self.python(SMB, &service.url(), service.account(), share.name());
        let listed = lines.iter().map(|line| parse(line));
        listed
            .map(|listed: ListedSmb| (listed.name.clone(), listed))
            .collect()
    }

    /// Makes `table`, and writes entities with every type into it, as `azure-data-tables` writes them.
    ///
    /// # Panics
    /// When the script fails.
    pub fn python_write_table(&self, table: &Table) {
        let service = table.service();
        self.python(WRITE_TABLE, &service.url(), service.account(), table.name());
    }

    /// The entities of `table` as `azure-data-tables` reads them: one line of JSON for each, with the type and
    /// the value of each property, in the order of the service.
    ///
    /// # Panics
    /// When the script fails.
    pub fn python_table(&self, table: &Table) -> Vec<String> {
        let service = table.service();
        self.python(READ_TABLE, &service.url(), service.account(), table.name())
    }

    /// blobxfer in its mode for files: `action` is `upload` or `download`. It knows an account by its host
    /// name and speaks HTTPS, so the service has a certificate for Azure's names, which the authority in
    /// the PEM file `trusted` signed. Its account is not the development account.
    pub fn blobxfer(&self, action: &str, share: &Share, folder: &Path, trusted: &Path) -> Command {
        let account = share.service().account();
        let origin = share.service().url();
        let origin = origin.trim_end_matches(account.name());
        let (_, port) = origin
            .trim_end_matches('/')
            .rsplit_once(':')
            .expect("a port");
        let hosts = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/peers/hosts");
        let mut command = self.command("blobxfer/bin/blobxfer");
        command
            .args([action, "--mode", "file", "--file-md5", "--no-progress-bar"])
            .args(["--storage-account", account.name()])
            .args(["--storage-account-key", &account.key_in_base64()])
            .args(["--endpoint", &format!("core.windows.net:{port}")])
            .args(["--remote-path", share.name(), "--max-retries", "1"])
            .args(["--local-path".as_ref(), folder.as_os_str()])
            .env("PYTHONPATH", hosts)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("REQUESTS_CA_BUNDLE", trusted);
        command
    }

    /// A script of `scripts/peers/tables` (`export_table` or `import_table`), by the client for tables of a
    /// language, with the table and `file` as its arguments.
    pub fn table_script(
        &self,
        language: ScriptLanguage,
        script: &str,
        table: &Table,
        file: &Path,
    ) -> Command {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/peers/tables");
        let (program, extension) = match language {
            ScriptLanguage::Python => ("venv/bin/python3", "py"),
            ScriptLanguage::JavaScript => ("bin/node", "mjs"),
        };
        let service = table.service();
        let mut command = self.command(program);
        command
            .arg(scripts.join(script).with_extension(extension))
            .args([&service.url(), service.account().name(), table.name()])
            .arg(file)
            .env("AZURE_KEY", service.account().key_in_base64())
            .env("NODE_FOLDER", self.folder.join("data-tables"));
        command
    }

    /// What the client for tables of a language calls itself, as a command that prints it.
    pub fn table_client_version(&self, language: ScriptLanguage) -> Command {
        match language {
            ScriptLanguage::Python => {
                let mut command = self.command("venv/bin/python3");
                command.args(["-c", PYTHON_TABLES_VERSION]);
                command
            }
            ScriptLanguage::JavaScript => {
                let package = "data-tables/node_modules/@azure/data-tables/package.json";
                let mut command = self.command("bin/node");
                command.args(["-p", JAVASCRIPT_TABLES_VERSION]);
                command.arg(self.folder.join(package));
                command
            }
        }
    }

    /// Runs a script about a container, a share or a table; returns the lines that it prints.
    fn python(&self, script: &str, url: &str, account: &Account, container: &str) -> Vec<String> {
        let output = self
            .command("venv/bin/python3")
            .args(["-c", script, url, account.name(), container])
            .env("AZURE_KEY", account.key_in_base64())
            .output()
            .expect("Python runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let lines = String::from_utf8(output.stdout).expect("the script writes UTF-8");
        lines.lines().map(str::to_owned).collect()
    }

    fn command(&self, program: &str) -> Command {
        let path = self.folder.join(program);
        assert!(
            path.exists(),
            "`{}` is not there: run `scripts/peers.sh`",
            path.display()
        );
        let mut command = Command::new(path);
        command.stdin(Stdio::null());
        command
    }
}

/// A blob or a file as a script lists it.
#[derive(Debug, Deserialize)]
pub struct ListedObject {
    /// Its name.
    pub name: String,
    /// How long it is.
    pub bytes: u64,
    /// The stored MD5 of the whole, in base64; empty when there is none.
    pub content_md5: String,
    /// Its content type.
    pub content_type: String,
    /// The type of a blob.
    #[serde(default)]
    blob_type: String,
    /// When a blob was last written, as an HTTP date.
    #[serde(default)]
    last_modified: String,
}

/// What a share keeps of a file or a directory besides bytes, as a script shows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ListedSmb {
    /// Its full name.
    pub name: String,
    /// Its attributes, in the service's words.
    pub attributes: String,
    /// When it was created, as Python writes a time.
    pub created: String,
    /// When it was last written.
    pub last_write: String,
    /// Its metadata.
    pub metadata: BTreeMap<String, String>,
    /// The content type of a file; empty for a directory.
    pub content_type: String,
}

fn parse<T: DeserializeOwned>(line: &str) -> T {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

impl From<ListedObject> for StoredBlob {
    fn from(listed: ListedObject) -> Self {
        Self {
            name: listed.name,
            bytes: listed.bytes,
            content_md5: listed.content_md5,
            content_type: listed.content_type,
            blob_type: listed.blob_type,
            last_modified: listed.last_modified,
            is_directory: false,
        }
    }
}

/// Runs a client's command to its end.
///
/// # Panics
/// When it fails.
#[track_caller]
pub fn run(mut command: Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display()));
    assert!(
        output.status.success(),
        "{} failed:\n{}{}",
        command.get_program().display(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

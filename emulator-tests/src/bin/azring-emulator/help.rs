//! The texts of `--help`, `--help TOPIC` and `--version`.

use azring_emulator_tests::emulator::blob::hierarchy;
use azring_emulator_tests::emulator::{behaviour, control, fault, identity};

/// The page of all options.
pub(crate) const GENERAL: &str = "\
azring-emulator: an emulator of Azure Blob, File and Table Storage

usage: azring-emulator [OPTIONS]

  --blob-port PORT          port of the Blob service; 0 lets the system choose (default 0)
  --file-port PORT          port of the File service; 0 lets the system choose (default 0)
  --table-port PORT         port of the Table service; 0 lets the system choose (default 0)
  --azurite-ports           use Azurite's ports: 10000 for blobs and 10002 for tables, as
                            UseDevelopmentStorage=true expects
  --queue-port              refused: the emulator has no Queue service
  --host ADDRESS            address to listen on (default 127.0.0.1)
  --store memory|null|DIR   store bodies in memory, only their lengths, or everything in a folder, which
                            survives a restart; one emulator at a time uses it (default memory)
  --memory-limit BYTES      the most that the memory store holds (default 8589934592)
  --account NAME:KEY[:KEY2] an account with one or two keys in base64; may be given several times
                            (default: the accounts in AZURITE_ACCOUNTS, written NAME:KEY[:KEY2] and
                            separated by `;`, else devstoreaccount1 with its public key)
  --hierarchical NAME       this account has a hierarchical namespace (Data Lake Storage Gen2); may be given
                            several times (--help hierarchy)
  --seed FOLDER             upload a folder at the start: each folder in it becomes a container, each
                            file below that a block blob; existing blobs stay as they are
  --pattern-blob CONTAINER/NAME:BYTES
                            a blob of the null store that exists from the start; may be given several times
  --pattern-blobs CONTAINER/PREFIX:BYTES:COUNT
                            COUNT such blobs, named by the prefix and a number from 0, which takes the place
                            of `{}` in the prefix
  --pattern-file SHARE/PATH:BYTES
                            a file of the null store that exists from the start; may be given several times
  --pattern-files SHARE/PREFIX:BYTES:COUNT
                            COUNT such files, named in the same way
  --pattern-table NAME:PARTITIONS:ROWS:BYTES[:zipf]
                            a table of computed entities that exists from the start and can only be read:
                            ROWS of about BYTES of JSON in each partition, or, with `zipf`, ROWS in
                            the largest one and the k-th part of them in the one of rank k
  --no-verify               do not check Content-MD5 and x-ms-content-crc64 of uploads
  --https                   serve HTTPS with a certificate created at the start
  --ca-out FILE             where to write the authority of that certificate, PEM
  --cert PEM --key PEM      serve HTTPS with this certificate
  --faults FILE             the fault plan at the start, JSON (--help faults)
  --behaviour FILE          how the service behaves (pending copies, short pages, ..), JSON (--help behaviour)
  --issuer-key FILE         accept bearer tokens (HS256) signed with the base64 key in this file
  --unsigned-tokens         accept every well-formed bearer token with the right audience and times,
                            whoever signed it
  --identity-port PORT      start an identity provider, which stands for Microsoft Entra ID, on this port; 0 lets
                            the system choose. It needs HTTPS. The services accept its tokens and check roles
  --identity-http-port PORT port of the endpoint of managed identities (IMDS, App Service, Azure Arc), plain HTTP
                            (default 0)
  --identity FILE           applications, users, roles, and the life of tokens, JSON (--help identity)
  --arc-folder FOLDER       where to write the key files of Azure Arc
  --trust PEM               the authorities that certify copy sources under HTTPS
  --log FILE                append the request log to a file, JSON lines
  --control-host ADDRESS    address of the control endpoint (default 127.0.0.1); anyone who reaches it
                            can change everything
  --control-port PORT       port of the control endpoint; 0 lets the system choose (default 0)
  --version, -V             the version
  --help, -h                this text
  --help TOPIC              a longer text: faults, behaviour, identity, control, hierarchy

When the emulator serves, it prints one line: ready blob=URL file=URL table=URL control=URL
With an identity provider the line also has identity=URL and identity-http=URL.
It ends with exit code 0 on SIGTERM and SIGINT, and with 2 if it cannot start.
";

/// `azring-emulator 1.2.3`.
pub(crate) fn version() -> String {
    concat!("azring-emulator ", env!("CARGO_PKG_VERSION"), "\n").to_owned()
}

/// The text about one topic.
pub(crate) fn topic(name: &str) -> Result<String, String> {
    match name {
        "faults" => Ok(fault::FORMAT.to_owned()),
        "behaviour" => Ok(behaviour::FORMAT.to_owned()),
        "identity" => Ok(identity::settings::FORMAT.to_owned()),
        "control" => Ok(control::REQUESTS.to_owned()),
        "hierarchy" => Ok(hierarchy::MODELLED.to_owned()),
        _ => Err(format!(
            "there is no help about `{name}`: the topics are faults, behaviour, identity, control and hierarchy"
        )),
    }
}

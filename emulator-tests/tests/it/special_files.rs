//! Pipes, devices, standard streams and limits of file sizes: what is no ordinary file, or cannot be written like one.

use std::fs;
use std::process::{Command, Output};

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::program;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

const MIB: u64 = 1 << 20;

fn service() -> (Server, Container) {
    let (server, service) = single_account::start();
    let container = service.fresh_container("special");
    (server, container)
}

/// `azring` as a word of a shell's command, and the options that every upload has.
fn shell(command: &str, folder: &Folder, container: &Container) -> Output {
    let key = container.service().account().key_in_base64();
    Command::new("bash")
        .args(["-c", command])
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .env("AZRING", program::built("azring"))
        .env("URL", container.url())
        .env("OPTIONS", format!("/DestKey:{key} /DestType:Blob /Y"))
        .output()
        .expect("bash runs")
}

fn download(container: &Container, target: &str) -> Azring {
    Azring::download(container, target).args(["/S", "/Y"])
}

fn upload(source: &str, container: &Container) -> Azring {
    Azring::upload(source, container).arg("/Y")
}

#[test]
fn a_pipe_named_as_the_source_becomes_a_blob() {
    let (_server, container) = service();
    let folder = Folder::new();
    let data = noise(3, 9 << 20);
    fs::write(folder.join("data"), &data).expect("a folder of ours");
    for (name, command) in [
        (
            "stdin",
            r#"cat data | "$AZRING" /Source:/dev/stdin "/Dest:$URL/stdin" $OPTIONS"#,
        ),
        (
            "file",
            r#""$AZRING" /Source:/dev/stdin "/Dest:$URL/file" $OPTIONS < data"#,
        ),
        (
            "process",
            r#""$AZRING" /Source:<(cat data) "/Dest:$URL/process" $OPTIONS"#,
        ),
        (
            "fifo",
            r#"mkfifo fifo; cat data > fifo & "$AZRING" /Source:fifo "/Dest:$URL/fifo" $OPTIONS; code=$?; wait; exit $code"#,
        ),
    ] {
        let output = shell(command, &folder, &container);
        assert!(output.status.success(), "{name}: {output:?}");
        assert!(container.get(name) == data, "{name}");
    }
}

#[test]
fn dev_null_as_the_destination_takes_everything_and_stays() {
    let (_server, container) = service();
    Tree::named(["a", "b/c"])
        .with("large", noise(5, 9 << 20))
        .put_into(&container);
    let run = download(&container, "/dev/null").run();
    run.succeeded().counting(3, 0, 0);
    let found = fs::metadata("/dev/null").expect("it stays");
    assert!(!found.is_file() && !found.is_dir());
    let run = download(&container, "/dev/null").arg("/CheckMD5").run();
    // It is read and compared: what has no MD5 is a failure, as it is with a folder.
    let summary = run.summary();
    assert_eq!(summary.done + summary.failed, 3, "{run}");
}

#[test]
fn other_devices_and_pipes_are_refused_with_a_word() {
    let (_server, container) = service();
    let folder = Folder::new();
    let fifo = folder.join("fifo").display().to_string();
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.expect("mkfifo runs").success());
    download(&container, "/dev/full")
        .run()
        .refused()
        .naming(&["`/dev/full` is a device"]);
    download(&container, &fifo)
        .run()
        .refused()
        .naming(&["is a pipe", "`-`"]);
    upload("/dev/zero", &container)
        .run()
        .refused()
        .naming(&["`/dev/zero` is an endless device"]);
    assert!(container.names().is_empty());
}

#[test]
fn a_pipe_in_a_folder_is_left_out_and_does_not_block() {
    let (_server, container) = service();
    let folder = Folder::new();
    Tree::named(["a", "b"]).write_to(folder.path());
    let fifo = folder.join("fifo");
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.expect("mkfifo runs").success());
    std::os::unix::fs::symlink(&fifo, folder.join("link")).expect("a folder of ours");
    let run = upload(&folder.path().display().to_string(), &container)
        .arg("/S")
        .run();
    let run = run.succeeded().counting(2, 0, 0);
    let told = format!("{}{}", run.stdout, run.stderr);
    assert!(
        told.contains("`fifo` is a pipe") && told.contains("`link` is a pipe"),
        "{run}"
    );
    assert_eq!(container.names().len(), 2);
}

/// A file that is a disk to the kernel while this lives.
struct LoopDevice(String);

impl LoopDevice {
    fn of(file: &std::path::Path) -> Option<Self> {
        let made = Command::new("losetup")
            .args(["-f", "--show"])
            .arg(file)
            .output()
            .ok()?;
        let name = String::from_utf8(made.stdout).ok()?.trim().to_owned();
        (made.status.success() && !name.is_empty()).then_some(Self(name))
    }
}

impl Drop for LoopDevice {
    fn drop(&mut self) {
        let _detached = Command::new("losetup").args(["-d", &self.0]).status();
    }
}

#[test]
fn a_disk_becomes_a_page_blob_and_a_block_blob_when_asked() {
    let (_server, container) = service();
    let folder = Folder::new();
    let mut data = noise(1, 5 << 20);
    data.resize(24 << 20, 0);
    data.extend(noise(2, 1 << 20));
    fs::write(folder.join("image"), &data).expect("a folder of ours");
    let Some(disk) = LoopDevice::of(&folder.join("image")) else {
        skip("no loop device can be had here");
        return;
    };
    let last = disk.0.rsplit('/').next().expect("it has a name");
    for (more, kind) in [(&[][..], "PageBlob"), (&["/BlobType:block"], "BlockBlob")] {
        let run = upload(&disk.0, &container).args(more).run();
        run.succeeded().counting(1, 0, 0);
        assert!(container.get(last) == data, "{kind}");
        let head = container.ask("HEAD", last, &[], &[], "").succeeded();
        assert_eq!(head.headers["x-ms-blob-type"], kind);
        container.ask("DELETE", last, &[], &[], "").succeeded();
    }
    download(&container, &disk.0)
        .run()
        .refused()
        .naming(&["is a disk"]);
}

#[test]
fn a_file_that_may_not_be_so_long_is_that_objects_failure() {
    let (_server, container) = service();
    Tree::named(["small"])
        .with("large", noise(7, 5 << 20))
        .put_into(&container);
    for way in ["/IO:auto", "/IO:threads"] {
        let target = Folder::new();
        let run = download(&container, &target.path().display().to_string())
            .arg(way)
            .file_size(2 * MIB);
        let run = run.run().failed().counting(1, 0, 1);
        run.naming(&["large", "file too large"]);
        assert_eq!(Tree::read_from(target.path()), Tree::named(["small"]));
    }
}

#[test]
fn a_journal_that_may_not_be_longer_does_not_end_the_copy() {
    let (_server, container) = service();
    let source = Folder::new();
    let names: Vec<String> = (0..500).map(|index| format!("file {index}")).collect();
    Tree::named(names.iter().map(String::as_str)).write_to(source.path());
    let run = upload(&source.path().display().to_string(), &container)
        .arg("/S")
        .file_size(4000);
    let run = run.run().succeeded().counting(500, 0, 0);
    let told = format!("{}{}", run.stdout, run.stderr);
    assert!(
        told.contains("journal") && told.contains("file too large"),
        "{run}"
    );
    assert_eq!(container.names().len(), 500);
}

#[test]
fn what_a_shell_was_to_expand_is_refused_and_makes_nothing() {
    let (_server, container) = service();
    Tree::named(["a"]).put_into(&container);
    let folder = Folder::new();
    for (path, says) in [
        ("~/target", "begins with `~`"),
        ("$HOME/target", "the variable `$HOME`"),
        ("${HOME}/target", "the variable `${HOME}`"),
        (r"%USERPROFILE%\target", "the variable `%USERPROFILE%`"),
    ] {
        let run = download(&container, path).within(folder.path()).run();
        run.refused().naming(&[says]);
        let run = upload(path, &container).within(folder.path()).run();
        run.refused().naming(&[says]);
    }
    assert!(Tree::read_from(folder.path()).is_empty());
    let run = download(&container, "./~/target")
        .within(folder.path())
        .run();
    run.succeeded().counting(1, 0, 0);
    assert!(folder.join("~/target/a").is_file());
}

#[expect(clippy::print_stderr, reason = "a test that claims nothing says so")]
fn skip(why: &str) {
    eprintln!("skipped: {why}");
}

//! "Other AzCopy features", as far as it is about blobs. The journal is tested where it is at home.

use std::fs;
use std::path::Path;

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::program;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::tree::Tree;

use super::{assert_holds, assumed_blobs, assumed_files, container};

/// A container with the blobs that the article assumes.
fn filled(purpose: &str) -> Container {
    let container = container(purpose);
    assumed_blobs().put_into(&container);
    container
}

/// A folder with the files that the article assumes, and an upload of it.
fn upload(to: &Container) -> (Folder, Azring) {
    let folder = Folder::new();
    assumed_files().write_to(folder.path());
    let azring = Azring::copy(folder.path(), to.url()).dest_key(to.service().account());
    (folder, azring)
}

#[test]
fn only_copy_data_that_doesnt_exist_in_the_destination() {
    let container = filled("missing");
    let folder = Folder::new();
    let here = Tree::new()
        .with("abc.txt", "mine")
        .with("vd1/a.txt", "mine");
    here.write_to(folder.path());

    let outcome = Azring::copy(container.url(), folder.path())
        .source_key(container.service().account())
        .args(["/S", "/XO", "/XN"])
        .run();

    outcome.succeeded().counting(3, 2, 0);
    let expected = here.files().fold(assumed_blobs(), |tree, (name, bytes)| {
        tree.with(name, bytes)
    });
    assert_same(&expected, &Tree::read_from(folder.path()));
}

#[test]
fn only_copy_data_that_doesnt_exist_in_the_destination_container() {
    let (source, target) = (filled("missing-1"), container("missing-2"));
    target.put("abc.txt", "mine");

    let outcome = Azring::copy(source.url(), target.url())
        .source_key(source.service().account())
        .dest_key(target.service().account())
        .args(["/S", "/XO", "/XN"])
        .run();

    outcome.succeeded().counting(4, 1, 0);
    let expected = assumed_blobs().with("abc.txt", "mine");
    assert_same(&expected, &Tree::get_from(&target));
}

#[test]
fn use_a_response_file_to_specify_command_line_parameters() {
    let container = filled("response");
    let (source, key) = (
        container.url(),
        container.service().account().key_in_base64(),
    );
    let responses = Folder::new();
    let file = responses.join("copyoperation.txt");
    let run = |text: String| {
        fs::write(&file, text).expect("a folder of ours");
        Azring::new().arg(format!("/@:{}", file.display())).run()
    };
    for separator in [" ", "\n", "\r\n"] {
        let folder = Folder::new();
        let lines = [
            format!("/Source:{source}"),
            format!("/Dest:{}", folder.path().display()),
            format!("/SourceKey:{key}"),
            "/S".to_owned(),
            "/Y".to_owned(),
        ];
        run(lines.join(separator)).succeeded().counting(5, 0, 0);
        assert_same(&assumed_blobs(), &Tree::read_from(folder.path()));
    }

    // "AzCopy fails if you split the parameter across two lines".
    let folder = Folder::new();
    let at = folder.path().display();
    let split = run(format!(
        "/Source:{source}\n/Dest:{at}\n/sourcekey:\n{key}\n/S\n/Y\n"
    ));
    let split = split.refused().naming(&["copyoperation.txt", "/SourceKey"]);
    assert!(!split.stderr.contains(&key), "it shows a key");
    run(format!("{source}\n {at}\n/sourcekey:\n{key}\n/S\n/Y\n")).refused();
    assert!(Tree::read_from(folder.path()).is_empty());
}

#[test]
fn use_multiple_response_files_to_specify_command_line_parameters() {
    let container = filled("responses");
    let (folder, responses) = (Folder::new(), Folder::new());
    for (name, text) in [
        ("source.txt", format!("/Source:{}\n", container.url())),
        (
            "dest.txt",
            format!("# where to\n/Dest:{}\n", folder.path().display()),
        ),
        ("options.txt", "/S /Y\n".to_owned()),
    ] {
        fs::write(responses.join(name), text).expect("a folder of ours");
    }
    let file = |name: &str| format!("/@:{}", responses.join(name).display());

    let outcome = Azring::new()
        .args([file("source.txt"), file("dest.txt")])
        .source_key(container.service().account())
        .arg(file("options.txt"))
        .run();

    outcome.succeeded().counting(5, 0, 0);
    assert_same(&assumed_blobs(), &Tree::read_from(folder.path()));
}

#[test]
fn specify_a_shared_access_signature() {
    let (source, target) = (filled("sas-1"), container("sas-2"));
    let sas = source.service().account_sas();
    // By the service itself, as in the article, and through this machine.
    for how in [&[][..], &["/SyncCopy"]] {
        let outcome = Azring::copy(source.url(), target.url())
            .args([format!("/SourceSAS:{sas}"), format!("/DestSAS:{sas}")])
            .arg("/Pattern:abc.txt")
            .args(how)
            .run();
        outcome.succeeded().counting(1, 0, 0);
        assert_holds(&target, &Tree::named(["abc.txt"]), super::DEFAULT_TYPE);
        target.delete("abc.txt");
    }
}

#[test]
fn specify_a_shared_access_signature_on_the_container_uri() {
    let container = filled("sas-uri");
    let folder = Folder::new();
    let url = format!("{}/?{}", container.url(), container.service().account_sas());
    let outcome = Azring::copy(url, folder.path()).arg("/S").run();
    outcome.succeeded().counting(5, 0, 0);
    assert_same(&assumed_blobs(), &Tree::read_from(folder.path()));
}

/// The log tells of the whole upload, and of no key.
#[track_caller]
fn assert_logs_the_upload(log: &Path, container: &Container) {
    let text = fs::read_to_string(log).unwrap_or_else(|error| panic!("{}: {error}", log.display()));
    for name in ["abc.txt", "abc1.txt", "abc2.txt"] {
        assert!(text.contains(name), "{name} is not in {text}");
    }
    let key = container.service().account().key_in_base64();
    assert!(text.contains("/DestKey:******") && !text.contains(&key));
}

#[test]
fn generate_a_log_file() {
    let container = container("log");
    let logs = Folder::new();

    let (_folder, azring) = upload(&container);
    azring
        .arg("/V")
        .env("XDG_STATE_HOME", logs.path())
        .run()
        .succeeded()
        .counting(3, 0, 0);
    assert_logs_the_upload(&logs.join("azring/AzCopyVerbose.log"), &container);

    let (_folder, azring) = upload(&container);
    let log = logs.join("azcopy1.log");
    azring
        .args(["/Y", &format!("/V:{}", log.display())])
        .run()
        .succeeded();
    assert_logs_the_upload(&log, &container);

    // "the verbose log is created in the current working directory within a subfolder named test"
    let (_folder, azring) = upload(&container);
    azring
        .args(["/Y", "/V:test/azcopy1.log"])
        .within(logs.path())
        .run()
        .succeeded();
    assert_logs_the_upload(&logs.join("test/azcopy1.log"), &container);
}

#[test]
fn specify_the_number_of_concurrent_operations_to_start() {
    for number in ["/NC:1", "/NC:512"] {
        let container = container("nc");
        let (_folder, azring) = upload(&container);
        azring
            .args(["/S", number])
            .run()
            .succeeded()
            .counting(5, 0, 0);
        assert_holds(&container, &assumed_files(), super::DEFAULT_TYPE);
    }
}

#[test]
fn run_azcopy_against_the_azure_storage_emulator() {
    let azurite = azurite::shared_https();
    let container = azurite.blob_service().fresh_container("emulator");
    assumed_blobs().put_into(&container);
    let folder = Folder::new();
    let authority = azurite.certificate().authority();

    let outcome = Azring::copy(container.url() + "/", folder.path())
        .source_key(container.service().account())
        .args([
            "/SourceType:Blob",
            "/S",
            &format!("/CaFile:{}", authority.display()),
        ])
        .run();

    outcome.succeeded().counting(5, 0, 0);
    assert_same(&assumed_blobs(), &Tree::read_from(folder.path()));
}

#[test]
fn automatically_determine_content_type_of_a_blob() {
    let container = container("own-types");
    let (folder, programs) = (Folder::new(), Folder::new());
    Tree::named(["a.myext", "b.html"]).write_to(folder.path());
    let azring = programs.join("azring");
    fs::copy(program::built("azring"), &azring).expect("a folder of ours");
    let mapping = r#"{
        "MIMETypeMapping": {
            ".myext": "text/mycustomtype"
        }
    }"#;
    fs::write(programs.join("AzCopyConfig.json"), mapping).expect("a folder of ours");

    let outcome = Azring::copy(folder.path(), container.url())
        .dest_key(container.service().account())
        .arg("/SetContentType")
        .program(azring)
        .run();

    outcome.succeeded().counting(2, 0, 0);
    let listed = container.list();
    assert_eq!(listed["a.myext"].content_type, "text/mycustomtype");
    assert_eq!(listed["b.html"].content_type, "text/html");
}

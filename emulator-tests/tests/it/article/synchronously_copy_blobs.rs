//! "Copy blobs in Blob storage": "Synchronously copy blobs from one storage account to another".

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::Azring;
use azring_emulator_tests::rest::content_md5;

#[test]
fn synchronously_copy_blobs_from_one_storage_account_to_another() {
    let azurite = azurite::shared();
    let [one, other] = azurite.accounts() else {
        panic!("two accounts")
    };
    let source = azurite.blob_service_of(one).fresh_container("from");
    let target = azurite.blob_service_of(other).unmade_container("to");
    let beside = [
        ("x-ms-blob-content-type", "text/plain"),
        ("x-ms-meta-colour", "blue"),
    ];
    for name in ["ab", "abc", "vd/ab"] {
        source.put_with(name, name, &beside);
    }

    // Both addresses end in a slash, as in the article.
    let outcome = Azring::copy(source.url() + "/", target.url() + "/")
        .source_key(one)
        .dest_key(other)
        .args(["/Pattern:ab", "/SyncCopy"])
        .run();

    outcome.succeeded().counting(1, 0, 0);
    assert_eq!(target.names(), ["ab"]);
    assert_eq!(target.get("ab"), b"ab");
    let stored = target.ask("HEAD", "ab", &[], &[], "").succeeded();
    assert_eq!(stored.header("content-md5"), content_md5(b"ab"));
    assert_eq!(stored.header("content-type"), "text/plain");
    assert_eq!(stored.header("x-ms-meta-colour"), "blue");
    assert_eq!(stored.header("x-ms-blob-type"), "BlockBlob");
}

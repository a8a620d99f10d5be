//! AzCopy 10's JSON records (`--output-type json`): one in each line, with another record as text inside.

use azring_core::Error;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::record::terminal_safe;
use super::JobKind;
use super::counts::{Counts, FailedTransfer};
use crate::job_id::JobId;
use crate::mask::masked;

/// The first record of a job.
pub(super) fn init(job: JobId, log: &str) -> String {
    let content = json!({
        "LogFileLocation": log,
        "JobID": job.to_string(),
        "IsCleanupJob": false,
    });
    record("Init", &content.to_string())
}

/// A record of progress.
pub(super) fn progress(job: JobId, counts: &Counts) -> String {
    let content = numbers(job, counts, &[]);
    record("Progress", &Value::Object(content).to_string())
}

/// The last record of a job.
pub(super) fn end(kind: JobKind, job: JobId, counts: &Counts, failed: &[FailedTransfer]) -> String {
    let mut content = numbers(job, counts, failed);
    if kind == JobKind::Sync {
        // AzCopy writes numbers as text.
        let deletions = [
            ("DeleteTotalTransfers", counts.superfluous),
            ("DeleteTransfersCompleted", counts.deleted),
        ];
        for (name, number) in deletions {
            content.insert(name.to_owned(), number.to_string().into());
        }
    }
    record("EndOfJob", &Value::Object(content).to_string())
}

/// The record about a job that failed as a whole.
pub(super) fn error(kind: JobKind, error: &Error) -> String {
    let verb = match kind {
        JobKind::Copy => "copy",
        JobKind::Sync => "sync",
        JobKind::Remove => "remove",
        JobKind::SetProperties => "set-properties",
    };
    let text = format!("Cannot perform {verb} due to error: {error}");
    record("Error", &masked(&text))
}

/// The record about a command that is refused.
pub(super) fn refusal(text: &str) -> String {
    record("Error", &masked(text))
}

/// What a dry run would do with an object.
pub(super) fn dry_run(source: &str, target: Option<&str>, bytes: u64) -> String {
    let content = json!({
        "EntityType": "File",
        "Source": source,
        "Destination": target.unwrap_or_default(),
        "SourceSize": bytes,
    });
    record("Dryrun", &content.to_string())
}

fn numbers(job: JobId, counts: &Counts, failed: &[FailedTransfer]) -> Map<String, Value> {
    let transfers = counts.transfers.to_string();
    let failed: Vec<_> = failed.iter().map(failed_transfer).collect();
    let content = json!({
        "ErrorMsg": counts.message,
        "JobID": job.to_string(),
        "ActiveConnections": "0",
        "CompleteJobOrdered": counts.is_listed,
        "JobStatus": counts.status,
        "TotalTransfers": transfers,
        "FileTransfers": transfers,
        "FolderPropertyTransfers": "0",
        "SymlinkTransfers": "0",
        "FoldersCompleted": "0",
        "TransfersCompleted": counts.done.to_string(),
        "FoldersFailed": "0",
        "TransfersFailed": counts.failed.to_string(),
        "FoldersSkipped": "0",
        "TransfersSkipped": counts.skipped.to_string(),
        "BytesOverWire": counts.bytes.to_string(),
        "TotalBytesTransferred": counts.bytes.to_string(),
        "TotalBytesEnumerated": counts.listed_bytes.to_string(),
        "TotalBytesExpected": counts.listed_bytes.to_string(),
        "PercentComplete": counts.percent().to_string(),
        "AverageIOPS": "0",
        "AverageE2EMilliseconds": "0",
        "ServerBusyPercentage": "0",
        "NetworkErrorPercentage": "0",
        "FailedTransfers": failed,
        "SkippedTransfers": [],
        "PerfConstraint": 0,
        "PerformanceAdvice": [],
        "IsCleanupJob": false,
        "SkippedSymlinkCount": "0",
        "HardlinksConvertedCount": "0",
        "SkippedHardlinkCount": "0",
        "SkippedSpecialFileCount": "0",
    });
    match content {
        Value::Object(content) => content,
        _ => Map::new(),
    }
}

fn failed_transfer(failed: &FailedTransfer) -> Value {
    json!({
        "Src": failed.source,
        "Dst": failed.target,
        "IsFolderProperties": false,
        "TransferStatus": "Failed",
        "TransferSize": failed.bytes,
        "ErrorCode": failed.code.to_string(),
    })
}

/// A record of this kind, in AzCopy's form.
fn record(kind: &str, content: &str) -> String {
    let record = json!({
        "TimeStamp": Timestamp::now().to_string(),
        "MessageType": kind,
        "MessageContent": content,
        "PromptDetails": { "PromptType": "", "ResponseOptions": null, "PromptTarget": "" },
    });
    terminal_safe(&record.to_string())
}

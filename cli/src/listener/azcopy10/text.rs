//! AzCopy 10's lines about a job, which scripts look for.

use super::JobKind;
use super::counts::Counts;
use crate::job_id::JobId;

/// The lines at the beginning of a job.
pub(super) fn begin(job: JobId, log: &str) -> String {
    if log.is_empty() {
        return format!("\nJob {job} has started\n");
    }
    format!("\nJob {job} has started\nLog file is located at: {log}\n")
}

/// A line of progress.
pub(super) fn progress(counts: &Counts, bytes_per_second: u64) -> String {
    let Counts {
        done,
        failed,
        skipped,
        listed,
        ..
    } = counts;
    let scanning = if counts.is_listed {
        ""
    } else {
        " (scanning...)"
    };
    let megabits = bytes_per_second as f64 * 8.0 / 1e6;
    format!(
        "{:.1} %, {done} Done, {failed} Failed, {} Pending, {skipped} Skipped, {listed} Total{scanning}, \
         2-sec Throughput (Mb/s): {}",
        counts.percent(),
        counts.pending(),
        to_4_digits(megabits)
    )
}

/// The lines at the end of a job.
pub(super) fn summary(kind: JobKind, job: JobId, counts: &Counts) -> String {
    match kind {
        JobKind::Copy | JobKind::Remove | JobKind::SetProperties => of_copy(job, counts),
        JobKind::Sync => of_sync(job, counts),
    }
}

fn of_copy(job: JobId, counts: &Counts) -> String {
    let Counts {
        transfers,
        done,
        failed,
        skipped,
        bytes,
        status,
        ..
    } = counts;
    format!(
        "\n\nJob {job} summary\n\
         Elapsed Time (Minutes): {}\n\
         Number of File Transfers: {transfers}\n\
         Number of Folder Property Transfers: 0\n\
         Number of Symlink Transfers: 0\n\
         Total Number of Transfers: {transfers}\n\
         Number of File Transfers Completed: {done}\n\
         Number of Folder Transfers Completed: 0\n\
         Number of File Transfers Failed: {failed}\n\
         Number of Folder Transfers Failed: 0\n\
         Number of File Transfers Skipped: {skipped}\n\
         Number of Folder Transfers Skipped: 0\n\
         Number of Symbolic Links Skipped: 0\n\
         Number of Hardlinks Converted: 0\n\
         Number of Hardlinks Skipped: 0\n\
         Number of Special Files Skipped: 0\n\
         Total Number of Bytes Transferred: {bytes}\n\
         Final Job Status: {status}\n",
        minutes(counts)
    )
}

fn of_sync(job: JobId, counts: &Counts) -> String {
    let Counts {
        listed,
        transfers,
        done,
        failed,
        target_objects,
        deleted,
        bytes,
        listed_bytes,
        status,
        ..
    } = counts;
    format!(
        "\nJob {job} Summary\n\
         Files Scanned at Source: {listed}\n\
         Files Scanned at Destination: {target_objects}\n\
         Elapsed Time (Minutes): {}\n\
         Number of Copy Transfers for Files: {transfers}\n\
         Number of Copy Transfers for Folder Properties: 0\n\
         Number of Symlink Transfers: 0\n\
         Total Number of Copy Transfers: {transfers}\n\
         Number of Copy Transfers Completed: {done}\n\
         Number of Copy Transfers Failed: {failed}\n\
         Number of Deletions at Destination: {deleted}\n\
         Number of Symbolic Links Skipped: 0\n\
         Number of Special Files Skipped: 0\n\
         Number of Hardlinks Converted: 0\n\
         Number of Hardlinks Skipped: 0\n\
         Total Number of Bytes Transferred: {bytes}\n\
         Total Number of Bytes Enumerated: {listed_bytes}\n\
         Final Job Status: {status}\n",
        minutes(counts)
    )
}

fn minutes(counts: &Counts) -> f64 {
    to_4_digits(counts.elapsed.as_secs_f64() / 60.0)
}

/// A number as AzCopy rounds it.
fn to_4_digits(number: f64) -> f64 {
    (number * 1e4).round() / 1e4
}

//! Exports and imports of tables.

mod dump_files;
mod export;
mod export_blobs;
mod export_blobs_resume;
mod export_resume;
mod export_split;
mod import;
mod import_faults;
mod import_formats;
mod interchange;
mod model;
mod signatures;

//! azring against something that answers like Azure.

mod accounts;
mod append_blobs;
mod bench;
mod cancellation;
mod controller;
mod descriptor_limits;
mod directions;
mod directory_marks;
mod disk_images;
mod faults;
mod filters;
mod harness;
mod kills;
mod links;
mod list_form;
mod listing;
mod login;
mod make;
mod memory;
mod memory_limits;
mod metrics;
mod moves;
mod moves_model;
mod page_blobs;
mod posix;
mod power_cut;
mod rate_cap;
mod rclone_links;
mod remove;
mod reruns;
mod server_copy;
mod set_properties;
mod shard;
mod shard_names;

mod share_copy;

mod share_smb;
mod soft_delete;
mod special_files;
mod symlinks;
mod sync;
mod sync_copy;
mod sync_guards;
mod sync_kills;
mod sync_posix;
mod sync_trash;
mod synced_container;
mod verify;
mod versions;
mod wrong_answers;
mod wrong_data;

mod article;
mod azcopy10;
mod credentials;
mod documentation;
mod end;
mod given_properties;
mod hierarchy;
mod hosts;
mod names;
mod old_journals;
mod older_services;
mod outages;
mod properties;
mod real_input;
mod report;
mod resume;
mod roundtrip;
mod secrets;
mod selection;
mod shares;
mod sizes;
mod slow_link;
mod standard_error;
mod strangers;
mod tables;
mod tail;
mod two_ends;

mod bad_input;
mod preview;

mod broken_listings;
mod conditional_writes;
mod missing_sources;
mod output_errors;
mod single_object_names;

mod small_files;

mod file_sizes;
mod fuse;
mod name_folding;
mod part_files;

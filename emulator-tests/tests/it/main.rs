//! azring against something that answers like Azure.

mod append_blobs;
mod bench;
mod controller;
mod directions;
mod directory_marks;
mod faults;
mod harness;
mod kills;
mod lies;
mod links;
mod listing;
mod memory;
mod page_blobs;
mod power_cut;
mod server_copy;
mod sync_copy;
mod truth_answers;
mod truth_called_off;
mod truth_descriptors;
mod truth_disks;
mod truth_memory;
mod truth_reruns;
mod truth_special_files;

mod article;
mod hosts;
mod modes;
mod names;
mod old_journals;
mod properties;
mod real_input;
mod report;
mod resume;
mod roundtrip;
mod selection;
mod sizes;
mod slow_link;
mod strangers;
mod tail;
mod truth_credentials;
mod truth_lesser_services;
mod truth_outages;
mod truth_quiet;
mod truth_secrets;

mod bad_input;
mod preview;

mod truth_conditions;
mod truth_listings;
mod truth_names;
mod truth_nothing_found;
mod truth_outputs;

mod fuse;
mod truth_folding;
mod truth_parts;
mod truth_sizes;

//! The controller: the measurements of a window come in, limits for the next window go out.
//!
//! It moves four things. The number of requests in flight (`concurrency`) follows goodput: the fewest
//! requests that move the most; a run begins with few of them (`opening`). The rate at which requests
//! start (`request_rate`) follows the service's push-back. The size of blocks (`block_size`) follows the
//! rate of answers, so that no request takes too long. The number of operations at the disk
//! (`disk_concurrency`) follows the disk, where that is the limit. What uploads have moved is an
//! estimate (`upload_estimate`).
//!
//! It has no clock, no thread and no file: the same measurements give the same decisions, so it is
//! simulated over any link, faster than real time.

mod control;

mod range;

mod sample;

mod decision;

mod opening;

mod concurrency;

mod trial;

mod request_rate;

mod block_size;

mod disk_concurrency;

mod upload_estimate;

pub use control::{Tuner, WINDOW};
pub use decision::{Bound, Decision, Pace, Phase};
pub use opening::OPENING;
pub use range::Range;
pub use sample::{AnswerRate, PushbackCause, Sample};
pub use upload_estimate::{UploadEstimate, UploadWindow};

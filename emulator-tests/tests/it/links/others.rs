//! Lines with somebody else on them.

use std::time::Duration;

use azring_emulator_tests::background_run::BackgroundRun;
use azring_emulator_tests::emulator::clock::pause;

use super::Link;

const KIB: u64 = 1 << 10;

#[test]
fn of_two_on_one_line_neither_is_kept_from_it() {
    let plan =
        r#"{"rules":[{"then":{"delay_ms":20}}],"bandwidth":{"total_bytes_per_second":10000000}}"#;
    let link = Link::new(60, 256 * KIB);
    link.bench("upload").run().succeeded();
    link.falls_to(plan);
    let mut both = [(); 2].map(|()| link.bench("download").launch());
    while !both.iter_mut().any(BackgroundRun::has_ended) {
        pause(Duration::from_millis(1));
    }
    let come = link.server.watch().counters.of("GetBlob").bytes_out;
    link.server.clear_faults();
    assert_eq!(both.map(BackgroundRun::end), [Some(0); 2]);
    // The one has everything; the other has a third at least.
    assert!(come >= link.all_bytes() / 3 * 4, "{come}");
}

//! Axes: round numbers up to the largest value, and their labels.

use std::time::Duration;

/// A tick of an axis: its place from 0 (bottom) to 1 (top), and its label.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub(super) at: f64,
    pub(super) label: String,
}

/// An axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scale {
    /// From zero to this value.
    Linear { most: f64 },
    /// From `least` to `most`. Each power of ten has the same length.
    Logarithmic { least: f64, most: f64 },
}

impl Scale {
    /// The place of a value, from 0 to 1.
    pub(super) fn place(self, value: f64) -> f64 {
        let place = match self {
            Self::Linear { most } => value / most,
            Self::Logarithmic { least, most } => {
                (value.max(least) / least).log10() / (most / least).log10()
            }
        };
        place.clamp(0.0, 1.0)
    }
}

/// Round steps within a power of ten.
const ROUND: [f64; 4] = [1.0, 2.0, 2.5, 5.0];

/// The smallest round step with about `steps` steps up to `most`.
fn round_step(most: f64, steps: f64, rounds: &[f64]) -> f64 {
    let rough = (most / steps).max(f64::MIN_POSITIVE);
    let power = 10_f64.powf(rough.log10().floor());
    let found = rounds.iter().map(|round| round * power);
    found
        .into_iter()
        .find(|step| *step >= rough * 0.999)
        .unwrap_or(power * 10.0)
}

fn linear(most: f64, step: f64, label: impl Fn(f64) -> String) -> (Scale, Vec<Tick>) {
    let count = (most / step).ceil().max(1.0);
    let top = step * count;
    let ticks = (0..=count as u32).map(|index| {
        let value = step * f64::from(index);
        Tick {
            at: value / top,
            label: label(value),
        }
    });
    (Scale::Linear { most: top }, ticks.collect())
}

/// Rates up to `most` bytes per second: `1.5 GiB/s`.
pub(super) fn rates(most: f64) -> (Scale, Vec<Tick>) {
    let (unit, name) = unit_of(most);
    let step = round_step((most / unit).max(1.0), 4.0, &ROUND) * unit;
    linear(most.max(unit), step, |value| match value {
        0.0 => "0".to_owned(),
        value => format!("{} {name}/s", trimmed(value / unit)),
    })
}

/// The largest unit that is not larger than the value.
fn unit_of(most: f64) -> (f64, &'static str) {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let power = (most.max(1.0).log2() / 10.0).floor().min(4.0);
    (1024_f64.powf(power), units[power as usize])
}

/// Whole numbers up to `most`.
pub(super) fn counts(most: f64) -> (Scale, Vec<Tick>) {
    let step = round_step(most.max(1.0), 4.0, &[1.0, 2.0, 5.0]).max(1.0);
    linear(most.max(1.0), step, short_count)
}

/// Numbers up to `most` that need not be whole.
pub(super) fn amounts(most: f64) -> (Scale, Vec<Tick>) {
    let step = round_step(most.max(1e-3), 4.0, &ROUND);
    linear(most.max(1e-3), step, trimmed)
}

/// `950`, `1.2 k`, `3 M`.
pub(super) fn short_count(value: f64) -> String {
    match value {
        ..1e3 => trimmed(value),
        ..1e6 => format!("{} k", trimmed(value / 1e3)),
        ..1e9 => format!("{} M", trimmed(value / 1e6)),
        _ => format!("{} G", trimmed(value / 1e9)),
    }
}

/// Latencies between these, in seconds, with a tick at each power of ten.
pub(super) fn latencies(least: f64, most: f64) -> (Scale, Vec<Tick>) {
    let bottom = least.max(1e-6).log10().floor();
    let top = most.max(1e-6).log10().ceil().max(bottom + 1.0);
    let scale = Scale::Logarithmic {
        least: 10_f64.powf(bottom),
        most: 10_f64.powf(top),
    };
    let ticks = (bottom as i32..=top as i32).map(|power| Tick {
        at: (f64::from(power) - bottom) / (top - bottom),
        label: latency(Duration::from_secs_f64(10_f64.powi(power))),
    });
    (scale, ticks.collect())
}

/// Three significant digits: `850 µs`, `1.25 ms`, `20.1 ms`, `1.04 s`.
pub(super) fn latency(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        ..999.5 => format!("{micros:.0} µs"),
        ..999_500.0 => format!("{} ms", three_digits(micros / 1e3)),
        ..60e6 => format!("{} s", three_digits(micros / 1e6)),
        _ => moment(micros / 1e6),
    }
}

fn three_digits(value: f64) -> String {
    let decimals = match value {
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    let text = format!("{value:.decimals$}");
    if decimals == 0 {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Usual steps of time, in seconds.
const MOMENTS: [f64; 19] = [
    0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0,
    3600.0, 7200.0, 21_600.0, 43_200.0,
];

/// The time axis of a run, which ends with the run.
pub(super) fn times(long: Duration) -> Vec<Tick> {
    let long = long.as_secs_f64().max(1e-3);
    let fits = |step: &&f64| long / **step <= 7.0;
    let step = MOMENTS
        .iter()
        .find(fits)
        .copied()
        .unwrap_or_else(|| (long / 7.0 / 86_400.0).ceil() * 86_400.0);
    let ticks = (0..=(long / step) as u32).map(|index| {
        let value = step * f64::from(index);
        Tick {
            at: value / long,
            label: moment(value),
        }
    });
    ticks.collect()
}

/// `0`, `0.5 s`, `90 s`, `5 min`, `1 h 30 min`, `2 d`.
pub(super) fn moment(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    let joined = |large: u64, unit: &str, small: u64, below: &str| match small {
        0 => format!("{large} {unit}"),
        _ => format!("{large} {unit} {small} {below}"),
    };
    match seconds {
        0.0 => "0".to_owned(),
        ..60.0 => format!("{} s", trimmed(seconds)),
        ..3600.0 => joined(whole / 60, "min", whole % 60, "s"),
        ..86_400.0 => joined(whole / 3600, "h", whole / 60 % 60, "min"),
        _ => joined(whole / 86_400, "d", whole / 3600 % 24, "h"),
    }
}

/// At most two decimals, without zeros at the end.
pub(super) fn trimmed(value: f64) -> String {
    let decimals = if value < 9.995 { 2 } else { 1 };
    let text = format!("{value:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_in_the_units_of_people() {
        let gib = (1_u64 << 30) as f64;
        assert_eq!(
            labels(&rates(3.3 * gib).1),
            ["0", "1 GiB/s", "2 GiB/s", "3 GiB/s", "4 GiB/s"]
        );
        assert_eq!(labels(&counts(37.0).1), ["0", "10", "20", "30", "40"]);
        assert_eq!(labels(&counts(1.0).1), ["0", "1"]);
        assert_eq!(
            labels(&latencies(0.000_8, 0.3).1),
            ["100 µs", "1 ms", "10 ms", "100 ms", "1 s"]
        );
        let of = |seconds| times(Duration::from_secs_f64(seconds));
        assert_eq!(
            labels(&of(1.3)),
            ["0", "0.2 s", "0.4 s", "0.6 s", "0.8 s", "1 s", "1.2 s"]
        );
        assert_eq!(
            labels(&of(200.0)),
            [
                "0",
                "30 s",
                "1 min",
                "1 min 30 s",
                "2 min",
                "2 min 30 s",
                "3 min"
            ]
        );
        assert_eq!(labels(&of(700_000.0)), ["0", "2 d", "4 d", "6 d", "8 d"]);
    }

    proptest! {
        #[test]
        fn every_axis_has_few_ticks_within_it_and_holds_its_values(most in 1e-3_f64..1e15, share in 0.0_f64..1.0) {
            let axes = [rates(most), counts(most), amounts(most), latencies(most * share, most)];
            for (scale, ticks) in axes {
                prop_assert!((2..=20).contains(&ticks.len()), "{} ticks", ticks.len());
                for pair in ticks.windows(2) {
                    prop_assert!(pair[0].at < pair[1].at && pair[0].label != pair[1].label, "{:?}", ticks);
                }
                prop_assert!(ticks.iter().all(|tick| (0.0..=1.0 + 1e-9).contains(&tick.at)));
                prop_assert!(scale.place(most * share) <= scale.place(most));
            }
            let ticks = times(Duration::from_secs_f64(most.min(1e9)));
            prop_assert!((1..=9).contains(&ticks.len()), "{:?}", ticks);
            prop_assert!(ticks.iter().all(|tick| (0.0..=1.0).contains(&tick.at)));
        }
    }
}

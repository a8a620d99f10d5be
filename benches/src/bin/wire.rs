//! A wire between two network interfaces that this program makes: with delay, limited speed and loss, in user space, since
//! not every kernel has `tc netem`. `scripts/links.sh` puts each end into a network namespace of its own.
//!
//! `wire NEAR FAR [--round-trip-ms N] [--mbit N] [--loss SHARE] [--queue-ms N] [--mtu N]` needs the right to make interfaces,
//! says `ready` when both are there, and moves packets until it is ended.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use azring_benches::line::{Lane, Line};
use azring_emulator_tests::emulator::clock::pause;
use tun_rs::{DeviceBuilder, SyncDevice};

/// Packets that are on their way at once, in one direction: 100 ms of a gigabit in the smallest that carry data.
const ON_THE_WAY_MAX: usize = 65_536;

/// What the kernel keeps for us of what it wants to send.
const SEND_QUEUE: u32 = 10_000;

/// Longer than any packet.
const PACKET_BYTES_MAX: usize = 65_536;

/// What was asked for.
struct Wish {
    near: String,
    far: String,
    line: Line,
    mtu: u16,
}

#[expect(clippy::print_stderr, reason = "a program that says what is wrong")]
fn main() -> ExitCode {
    let done = wish(std::env::args().skip(1).collect()).and_then(|wish| {
        serve(&wish).map_err(|error| format!("cannot make the wire: {error} (it needs root)"))
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wire: {error}");
            ExitCode::FAILURE
        }
    }
}

fn wish(words: Vec<String>) -> Result<Wish, String> {
    let mut words = words.into_iter();
    let (Some(near), Some(far)) = (words.next(), words.next()) else {
        return Err("two names of interfaces, and what the wire is like".to_owned());
    };
    let (mut round_trip_ms, mut mbit, mut loss, mut queue_ms, mut mtu) =
        (0.0, 1000.0, 0.0, None, 1500.0);
    while let Some(word) = words.next() {
        let value = words.next().and_then(|text| text.parse::<f64>().ok());
        let number = value.ok_or_else(|| format!("`{word}` needs a number"))?;
        match word.as_str() {
            "--round-trip-ms" => round_trip_ms = number,
            "--mbit" => mbit = number,
            "--loss" => loss = number,
            "--queue-ms" => queue_ms = Some(number),
            "--mtu" => mtu = number,
            _ => return Err(format!("`{word}` is not known")),
        }
    }
    let seconds = |ms: f64| Duration::from_secs_f64(ms.max(0.0) / 1e3);
    Ok(Wish {
        near,
        far,
        line: Line {
            delay: seconds(round_trip_ms / 2.0),
            bytes_per_second: (mbit * 125_000.0).max(1.0),
            loss,
            // A router keeps about one round trip, and not less than a packet's burst.
            queue: seconds(queue_ms.unwrap_or(round_trip_ms.max(20.0))),
        },
        mtu: mtu as u16,
    })
}

fn serve(wish: &Wish) -> io::Result<()> {
    let make = |name: &str| {
        let device = DeviceBuilder::new()
            .name(name)
            .mtu(wish.mtu)
            .tx_queue_len(SEND_QUEUE)
            .build_sync()?;
        Ok::<_, io::Error>(Arc::new(device))
    };
    let (near, far) = (make(&wish.near)?, make(&wish.far)?);
    let mut out = io::stdout().lock();
    writeln!(out, "ready")?;
    out.flush()?;
    drop(out);
    let there = carry(&near, &far, Lane::new(wish.line, 1));
    let back = carry(&far, &near, Lane::new(wish.line, 2));
    for thread in [there, back].into_iter().flatten() {
        // It ends when the interfaces do.
        let _ended = thread.join();
    }
    Ok(())
}

/// Moves packets one way, by a thread that takes them and one that lets them out.
fn carry(from: &Arc<SyncDevice>, to: &Arc<SyncDevice>, lane: Lane) -> [thread::JoinHandle<()>; 2] {
    let (sender, receiver) = sync_channel(ON_THE_WAY_MAX);
    let (from, to) = (Arc::clone(from), Arc::clone(to));
    let begun = Instant::now();
    [
        thread::spawn(move || take(&from, lane, begun, &sender)),
        thread::spawn(move || let_out(&to, begun, &receiver)),
    ]
}

fn take(
    from: &SyncDevice,
    mut lane: Lane,
    begun: Instant,
    onward: &SyncSender<(Duration, Vec<u8>)>,
) {
    let mut packet = vec![0; PACKET_BYTES_MAX];
    loop {
        let Ok(bytes) = from.recv(&mut packet) else {
            // The interface is not up yet.
            pause(Duration::from_millis(10));
            continue;
        };
        if let Some(due) = lane.pass(begun.elapsed(), bytes)
            && onward.send((due, packet[..bytes].to_vec())).is_err()
        {
            return;
        }
    }
}

fn let_out(to: &SyncDevice, begun: Instant, packets: &Receiver<(Duration, Vec<u8>)>) {
    for (due, packet) in packets {
        let wait = due.saturating_sub(begun.elapsed());
        if !wait.is_zero() {
            pause(wait);
        }
        // An interface that is down loses packets, as any does.
        let _lost = to.send(&packet);
    }
}

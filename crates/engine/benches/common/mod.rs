//! What benches measure by: time on the processor, so that what other programs take of the machine is left out, and memory.

use std::time::Instant;

/// Seconds of processor time that `work` took; of time itself where the system does not say.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let before = processor_seconds();
    let (elapsed, done) = elapsed(work);
    let used = before.zip(processor_seconds()).map(|(before, after)| after - before);
    (used.filter(|used| *used > 0.0).unwrap_or(elapsed), done)
}

/// Processor time of all threads of this process, a runtime's own too, exact to a tick of the system's clock.
fn processor_seconds() -> Option<f64> {
    let threads = std::fs::read_dir("/proc/self/task").ok()?;
    let nanoseconds = threads.map(|thread| -> Option<f64> {
        let stat = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        stat.split_whitespace().next()?.parse().ok()
    });
    nanoseconds.sum::<Option<f64>>().map(|sum| sum / 1e9)
}

/// Seconds from beginning to end.
#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
pub(crate) fn elapsed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let done = std::hint::black_box(work());
    (start.elapsed().as_secs_f64(), done)
}

/// Mebibytes that the process holds in memory, where the system tells.
pub(crate) fn resident_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
}

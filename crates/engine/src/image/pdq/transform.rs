//! From 64 by 64 samples to a hash and its quality.

use super::{KEPT, PdqHash, SIDE, Samples};

/// `cos(n * pi / 128)` for n of 0 to 64, written out: libraries of different systems may differ in the last digit.
const COSINES: [f64; 65] = [
    1.0,
    0.9996988186962042,
    0.9987954562051724,
    0.9972904566786902,
    0.9951847266721969,
    0.99247953459871,
    0.989176509964781,
    0.9852776423889412,
    0.9807852804032304,
    0.9757021300385286,
    0.970031253194544,
    0.9637760657954398,
    0.9569403357322088,
    0.9495281805930367,
    0.9415440651830208,
    0.932992798834739,
    0.9238795325112867,
    0.9142097557035307,
    0.9039892931234433,
    0.8932243011955153,
    0.881921264348355,
    0.8700869911087115,
    0.8577286100002721,
    0.8448535652497071,
    0.8314696123025452,
    0.8175848131515837,
    0.8032075314806449,
    0.7883464276266063,
    0.773010453362737,
    0.7572088465064846,
    0.7409511253549591,
    0.724247082951467,
    std::f64::consts::FRAC_1_SQRT_2,
    0.6895405447370669,
    0.6715589548470183,
    0.6531728429537768,
    0.6343932841636455,
    0.6152315905806268,
    0.5956993044924335,
    0.5758081914178453,
    0.5555702330196023,
    0.5349976198870973,
    0.5141027441932217,
    0.4928981922297841,
    0.4713967368259978,
    0.4496113296546066,
    0.4275550934302822,
    0.40524131400498986,
    0.38268343236508984,
    0.3598950365349883,
    0.33688985339222005,
    0.3136817403988916,
    0.29028467725446233,
    0.2667127574748984,
    0.24298017990326398,
    0.21910124015686977,
    0.19509032201612833,
    0.17096188876030136,
    0.14673047445536175,
    0.12241067519921628,
    0.09801714032956077,
    0.07356456359966745,
    0.049067674327418126,
    0.024541228522912264,
    0.0,
];

pub(super) fn hash(samples: &Samples) -> PdqHash {
    let low = frequencies(samples);
    let mut ordered: [f32; KEPT * KEPT] = [0.0; KEPT * KEPT];
    for (to, value) in ordered.iter_mut().zip(low.iter().flatten()) {
        *to = *value;
    }
    // Of an even count the reference takes the lower of the two in the middle.
    let (_, median, _) = ordered.select_nth_unstable_by(KEPT * KEPT / 2 - 1, f32::total_cmp);
    let median = *median;
    let mut hash = [0_u64; 4];
    // The first frequency is the lowest bit, which stands in the last word.
    for (word, four_rows) in hash.iter_mut().rev().zip(low.chunks(4)) {
        for (bit, value) in four_rows.iter().flatten().enumerate() {
            *word |= u64::from(*value > median) << bit;
        }
    }
    PdqHash(hash)
}

/// Differences between neighbours, in whole percent of the range, summed and scaled as the reference does.
pub(super) fn quality_percent(samples: &Samples) -> u8 {
    let percent = |one: &f32, two: &f32| {
        #[expect(clippy::cast_possible_truncation, reason = "cut to a whole number, as the reference does")]
        let whole = ((one - two) * 100.0 / 255.0) as i32;
        whole.unsigned_abs()
    };
    let down = samples.iter().zip(samples.iter().skip(1));
    let down: u32 = down.flat_map(|(one, two)| one.iter().zip(two)).map(|(one, two)| percent(one, two)).sum();
    let across = samples.iter().flat_map(|row| row.iter().zip(row.iter().skip(1)));
    let across: u32 = across.map(|(one, two)| percent(one, two)).sum();
    u8::try_from(((down + across) / 90).min(100)).unwrap_or(100)
}

/// The 16 by 16 lowest frequencies of the cosine transform, without the constant one.
fn frequencies(samples: &Samples) -> [[f32; KEPT]; KEPT] {
    let waves = waves();
    // Each sum runs over the samples in order, from the first to the last.
    let mut half = [[0.0_f32; SIDE]; KEPT];
    for (to, wave) in half.iter_mut().zip(&waves) {
        for (factor, row) in wave.iter().zip(samples) {
            for (to, value) in to.iter_mut().zip(row) {
                *to += *factor * *value;
            }
        }
    }
    let mut low = [[0.0_f32; KEPT]; KEPT];
    for (to, row) in low.iter_mut().zip(&half) {
        for (to, wave) in to.iter_mut().zip(&waves) {
            *to = row.iter().zip(wave).fold(0.0, |sum, (value, factor)| sum + *value * *factor);
        }
    }
    low
}

/// The cosine of frequency `i + 1` at each sample, scaled so that the transform keeps lengths.
fn waves() -> [[f32; SIDE]; KEPT] {
    let scale = (2.0 / 64.0_f64).sqrt();
    std::array::from_fn(|i| {
        std::array::from_fn(|j| {
            #[expect(clippy::cast_possible_truncation, reason = "single precision, as the reference has it")]
            let value = (scale * cosine((i + 1) * (2 * j + 1))) as f32;
            value
        })
    })
}

/// `cos(n * pi / 128)`.
fn cosine(n: usize) -> f64 {
    let turn = n % 256;
    let half = turn.min(256 - turn);
    let of = |place: usize| COSINES.get(place).copied().unwrap_or_default();
    if half <= 64 { of(half) } else { -of(128 - half) }
}

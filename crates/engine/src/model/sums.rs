//! The weights of a model, and their sums over features: in whole numbers, so that what comes and goes again leaves nothing.

use super::counts::Counts;
use super::features::BUCKETS;

/// How often a feature can count; the weights file gives the logarithm of one more than each.
const COUNT_MAX: usize = 255;

/// The weights of a model made ready.
#[derive(Debug, Clone)]
pub(super) struct Weights {
    /// For each count, what one more adds to its logarithm and to the square of that.
    steps: Vec<(i64, i64)>,
    table: Vec<i16>,
}

impl Weights {
    /// Reads a weights file; nothing where it has not one weight for each bucket, or for each of a part of them.
    pub(super) fn read(file: &[u8]) -> Option<Self> {
        let (logs, table) = file.split_at_checked(2 * (COUNT_MAX + 1))?;
        // A narrower table takes the features of several buckets together.
        if !(table.len() / 2).is_power_of_two() || table.len() % 2 != 0 || table.len() > 2 * BUCKETS {
            return None;
        }
        let logs: Vec<i64> =
            logs.as_chunks().0.iter().map(|log| i64::from(u16::from_le_bytes(*log))).collect();
        let from = std::iter::once(&0).chain(logs.iter().skip(1));
        let mut steps: Vec<(i64, i64)> =
            from.zip(logs.iter().skip(1)).map(|(log, next)| (next - log, next * next - log * log)).collect();
        // Beyond the last a count rises no more.
        steps.push((0, 0));
        let table = table.as_chunks().0.iter().map(|weight| i16::from_le_bytes(*weight)).collect();
        Some(Self { steps, table })
    }

    /// Narrower tables count what falls together as one, as training did.
    fn place(&self, bucket: usize) -> usize {
        bucket & (self.table.len() - 1)
    }

    /// The weight of a bucket.
    pub(super) fn of(&self, bucket: usize) -> i64 {
        self.table.get(self.place(bucket)).copied().map_or(0, i64::from)
    }

    fn step(&self, count: u32) -> (i64, i64) {
        let count = usize::try_from(count).unwrap_or(COUNT_MAX).min(COUNT_MAX);
        self.steps.get(count).copied().unwrap_or_default()
    }

    /// What the features of one text after another come to.
    pub(super) fn sum<'m>(&'m self, counts: &'m mut Counts) -> Sum<'m> {
        counts.fit(self.table.len());
        Sum { weights: self, counts, sum: 0, squares: 0 }
    }
}

/// A sum of weights times the logarithms of counts, with the squares of those logarithms. What was taken in has to leave,
/// so that the counts serve for the next.
pub(super) struct Sum<'m> {
    weights: &'m Weights,
    counts: &'m mut Counts,
    sum: i64,
    squares: i64,
}

impl Sum<'_> {
    /// Takes in features. Whole numbers: what each further one adds comes to the same as what all together give.
    pub(super) fn take_in(&mut self, buckets: impl Iterator<Item = usize>) {
        for bucket in buckets {
            let place = self.weights.place(bucket);
            let (log, square) = self.weights.step(self.counts.add(place));
            self.sum += log * self.weights.of(place);
            self.squares += square;
        }
    }

    /// Lets features leave that were taken in.
    pub(super) fn let_go(&mut self, buckets: impl Iterator<Item = usize>) {
        for bucket in buckets {
            let place = self.weights.place(bucket);
            let (log, square) = self.weights.step(self.counts.take(place));
            self.sum -= log * self.weights.of(place);
            self.squares -= square;
        }
    }

    /// Forgets all of what was taken in.
    pub(super) fn forget(self, buckets: impl Iterator<Item = usize>) {
        buckets.for_each(|bucket| self.counts.forget(self.weights.place(bucket)));
    }

    /// The sum over the Euclidean length of the logarithms; times 1,000, so that the division loses nothing that matters.
    pub(super) fn share(&self) -> i64 {
        // 2^18 buckets, weights of 15 bits and logarithms of 16: the sum stays below 2^50, a thousand times it below 2^60.
        let length = i64::try_from(self.squares.unsigned_abs().isqrt()).unwrap_or(i64::MAX);
        self.sum * 1000 / length.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::counts::Counts;
    use super::super::features::Features;
    use super::super::windows::units;
    use super::Weights;

    #[test]
    fn a_sentence_comes_to_the_same_whether_summed_alone_or_left_by_those_before_it() {
        let file = include_bytes!("../../../../packs/models/solicitation-linear-1.bin");
        let weights = Weights::read(file).expect("weights");
        let long = "a".repeat(700);
        let text = format!(
            "The bus leaves at 7:15. It leaves, it leaves!\n{long} {long} and {long} stayed. Ends here"
        );
        let features = Features::of(&[&text]);
        let text = features.0.first().expect("a text");
        let (mut moving, mut alone) = (Counts::default(), Counts::default());
        let mut sum = weights.sum(&mut moving);
        let units = units(&text.tokens);
        assert!(units.len() > 2, "{units:?}");
        let summed_alone = |counts: &mut Counts, tokens: std::ops::Range<usize>| {
            let mut sum = weights.sum(counts);
            sum.take_in(text.buckets(tokens.clone()));
            let share = sum.share();
            sum.forget(text.buckets(tokens));
            share
        };
        let mut before = units.first().cloned().expect("a sentence");
        sum.take_in(text.buckets(before.clone()));
        assert_eq!(sum.share(), summed_alone(&mut alone, before.clone()));
        for unit in units.into_iter().skip(1) {
            sum.take_in(text.buckets_joined(unit.clone()));
            assert_eq!(sum.share(), summed_alone(&mut alone, before.start..unit.end));
            sum.let_go(text.buckets_joining(before));
            assert_eq!(sum.share(), summed_alone(&mut alone, unit.clone()));
            before = unit;
        }
    }
}

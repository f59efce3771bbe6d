//! Products of matrices: a convolution over all channels of each place, and a dense layer.

use rten_gemm::{BiasVector, GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_tensor::NdTensorView;

use crate::graph::{Convolution, Dense};

/// Where a convolution's outcome is bent above.
const SIX: f32 = 6.0;

/// A matrix with a row for each number that comes in and a column for each that goes out.
pub(super) struct Point {
    matrix: PackedBMatrix<f32>,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    biases: Vec<f32>,
    /// Between what its outcome is kept.
    bent: Option<(f32, f32)>,
}

impl Point {
    pub(super) fn new(gemm: &GemmExecutor, layer: Convolution) -> Self {
        let inputs = layer.side * layer.side * layer.inputs;
        let bent = layer.is_bent.then_some((0.0, SIX));
        Self::of(gemm, (inputs, layer.outputs), &layer.kernel, layer.biases, bent)
    }

    pub(super) fn dense(gemm: &GemmExecutor, layer: Dense) -> Self {
        let bent = layer.is_bent.then_some((0.0, f32::INFINITY));
        Self::of(gemm, (layer.inputs, layer.outputs), &layer.kernel, layer.biases, bent)
    }

    fn of(
        gemm: &GemmExecutor,
        (inputs, outputs): (usize, usize),
        kernel: &[f32],
        biases: Vec<f32>,
        bent: Option<(f32, f32)>,
    ) -> Self {
        let matrix = gemm.prepack_b(NdTensorView::from_data([inputs, outputs], kernel));
        Self { matrix, inputs, outputs, biases, bent }
    }

    /// For each of the places in `input`.
    ///
    /// # Errors
    /// In words, when `input` or `output` has another length than its places ask for.
    pub(super) fn run(&self, gemm: &GemmExecutor, input: &[f32], output: &mut [f32]) -> Result<(), String> {
        self.run_onto(gemm, input, output, false)
    }

    /// Likewise, on top of what `output` holds where `is_added`.
    pub(super) fn run_onto(
        &self,
        gemm: &GemmExecutor,
        input: &[f32],
        output: &mut [f32],
        is_added: bool,
    ) -> Result<(), String> {
        let places = input.len() / self.inputs;
        if places == 0 {
            return Ok(());
        }
        let matrix =
            NdTensorView::try_from_data([places, self.inputs], input).map_err(|error| error.to_string())?;
        let options = GemmOptions {
            alpha: 1.0,
            beta: if is_added { 1.0 } else { 0.0 },
            bias: Some(BiasVector::Row(&self.biases)),
            ..GemmOptions::default()
        };
        gemm.gemm(output, GemmInputA::Unpacked(matrix), GemmInputB::Packed(&self.matrix), options)
            .map_err(|error| error.to_string())?;
        if let Some((least, most)) = self.bent {
            for value in output {
                *value = value.max(least).min(most);
            }
        }
        Ok(())
    }
}

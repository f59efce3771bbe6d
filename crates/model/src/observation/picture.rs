//! A picture that was shown, and what the device found out of it.

use serde::{Deserialize, Serialize};

use crate::hash::{Digest, Md5, PdqHash};
use crate::observation::Source;
use crate::policy::PackRef;
use crate::time::Timestamp;

/// A picture as it was shown. How long is said by the observation's attribution (`visible_ms`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    /// Address of the page; empty in a window of another program.
    pub url: String,
    /// Title of the page, or of the window.
    #[serde(default)]
    pub title: String,
    /// Address of the picture; empty where it has none, as on a canvas.
    #[serde(default)]
    pub address: String,
    /// What showed it.
    pub element: PictureElement,
    /// Its own width, pixels.
    pub width: u32,
    /// Its own height, pixels.
    pub height: u32,
    /// Width at which it was shown, pixels.
    pub shown_width: u32,
    /// Height at which it was shown, pixels.
    pub shown_height: u32,
    /// Where the bytes are from.
    pub from: PictureFrom,
    /// SHA-256 of the bytes.
    pub sha256: Digest,
    /// MD5 of the bytes.
    pub md5: Md5,
    /// Their count.
    pub bytes: u64,
    /// Type of file that the decoder found, for example `jpeg`.
    #[serde(rename = "type")]
    pub file_type: String,
    /// The window that showed it, where that was one of another program than a browser with the extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<PictureWindow>,
    /// The file that it is, where it was not seen on a screen but arrived in a folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<PictureFile>,
}

impl Picture {
    /// Whether the file is a video: told by its digests, and looked at by nobody and nothing.
    #[must_use]
    pub fn is_video(&self) -> bool {
        matches!(self.file_type.as_str(), "mp4" | "quicktime" | "matroska" | "avi" | "asf" | "flv" | "mpeg")
    }

    /// Which part of the agent sees such a picture.
    #[must_use]
    pub fn source(&self) -> Source {
        match (&self.window, &self.file) {
            (Some(_), _) => Source::Desktop,
            (None, Some(_)) => Source::Files,
            (None, None) => Source::Browser,
        }
    }
}

/// A window in front, as the display and the system know it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureWindow {
    /// What the program calls itself (its window class). A program may say what it likes.
    #[serde(default)]
    pub application: String,
    /// The program's file, or its name where the system tells no more.
    #[serde(default)]
    pub program: String,
    /// Width of the window, pixels.
    pub width: u32,
    /// Its height.
    pub height: u32,
}

/// A file that arrived in one of the account's folders.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureFile {
    /// Its name.
    pub name: String,
    /// The folder, from the account's home on.
    pub folder: String,
}

/// What showed a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PictureElement {
    /// An image of the page.
    Img,
    /// A background of an element.
    Background,
    /// A drawing surface.
    Canvas,
    /// A frame of a video that played.
    VideoFrame,
    /// No element: a file that was saved to the device. Its shown size is 0.
    Download,
    /// A window of another program.
    Window,
    /// No element: a file that arrived in a folder. Its shown size is 0.
    File,
    /// Anything else.
    Other,
}

/// Where the bytes of a picture are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PictureFrom {
    /// The page's own bytes, as they came.
    Loaded,
    /// Asked for once more by the extension, from the browser's cache where it holds them.
    FetchedAgain,
    /// Drawn once more from the element: a canvas, a frame of a video. The bytes are a file that the extension made: its
    /// digests say nothing.
    ElementPixels,
    /// Cut from a picture of the visible tab. The bytes are a file that the extension made: its digests say nothing.
    TabPixels,
    /// Read from the screen, where a window stood. The bytes are a file that the agent made: its digests say nothing.
    WindowPixels,
    /// The file itself, as it lay on the disk.
    Disk,
}

impl PictureFrom {
    /// Whether the bytes are the file that an address gave or that lay on the disk, so that their digests can be compared with lists.
    #[must_use]
    pub fn is_a_file(self) -> bool {
        matches!(self, Self::Loaded | Self::FetchedAgain | Self::Disk)
    }
}

/// What the device found out of a picture: recorded with it, so that a finding is evaluated again without models and lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureSeen {
    /// Hash of how it looks; absent where none was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pdq: Option<PdqHash>,
    /// How much there is to see in it, 0 to 100; a hash below [`crate::limits::PDQ_QUALITY_MIN`] is not compared.
    #[serde(default)]
    pub pdq_quality: u8,
    /// What models say, in the order in which they ran.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scores: Vec<PictureScore>,
    /// What hash sets hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listed: Vec<PictureListed>,
    /// Earlier pictures of the same site, as far as the device still remembered them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<PictureBefore>,
    /// The original bytes in base64, where a finding needs somebody to look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// What a model says of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureScore {
    /// The model: name, version, SHA-256 of its file.
    pub model: PackRef,
    /// The score that it gives for sexually explicit, millionths.
    pub explicit_millionths: u32,
    /// What ran the model, by name and version; empty in records of before it was said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub runtime: String,
}

/// The result of looking a picture up in a hash set: it says what stands in the set, not whether that is so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureListed {
    /// SHA-256 of the set's file, as the policy names it.
    pub set: Digest,
    /// What is the same, or alike.
    pub how: ListedHow,
    /// The entry's category, as in the set; its meaning is the country's.
    pub category: u8,
    /// The entry's place in the set's file, from 0, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
}

/// In what a picture and an entry agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListedHow {
    /// The same SHA-256.
    Sha256,
    /// The same MD5.
    Md5,
    /// It looks similar.
    Pdq {
        /// In how many of 256 bits the hashes differ.
        distance: u16,
    },
}

/// A picture of the same site or application that was shown before: figures only, held in memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureBefore {
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Hash of how it looks, where its quality allows comparing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pdq: Option<PdqHash>,
    /// Host of the page; of a window `application` and the application's name.
    pub host: String,
    /// When it was shown.
    pub observed_at: Timestamp,
    /// What the model said, millionths.
    pub explicit_millionths: u32,
    /// SHA-256 of the model's file.
    pub model: Digest,
}

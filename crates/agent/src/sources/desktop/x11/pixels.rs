//! Pixels as a display gives them, made red, green and blue.

use std::hash::{DefaultHasher, Hasher as _};

use x11rb::cookie::Cookie;
use x11rb::errors::ConnectionError;
use x11rb::protocol::xproto::{
    ConnectionExt as _, GetImageReply, ImageFormat, ImageOrder, Setup, VisualClass, Visualid, Window,
};
use x11rb::rust_connection::RustConnection;

use super::super::{Part, Pixels, Unseen};

/// Asks for a part of a window.
pub(super) fn ask(
    connection: &RustConnection,
    window: Window,
    part: Part,
) -> Result<Cookie<'_, RustConnection, GetImageReply>, ConnectionError> {
    let Part { x, y, width, height } = part;
    connection.get_image(ImageFormat::Z_PIXMAP, window, x, y, width, height, u32::MAX)
}

/// Of a row as the display gave it.
pub(super) fn hash(row: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(row);
    hasher.finish()
}

/// How a display writes the pixels of a window.
pub(super) struct Layout {
    /// Bytes of a pixel.
    bytes: usize,
    is_little: bool,
    masks: [u32; 3],
    /// Bits to whose multiple a row is filled.
    padding_bits: usize,
}

impl Layout {
    /// Of windows with this visual and depth.
    pub(super) fn of(setup: &Setup, visual: Visualid, depth: u8) -> Result<Self, Unseen> {
        let depths = setup.roots.iter().flat_map(|screen| &screen.allowed_depths);
        let visual = depths.flat_map(|depth| &depth.visuals).find(|known| known.visual_id == visual);
        let visual = visual.filter(|known| known.class == VisualClass::TRUE_COLOR);
        let format = setup.pixmap_formats.iter().find(|format| format.depth == depth);
        match (visual, format) {
            (Some(visual), Some(format)) if matches!(format.bits_per_pixel, 16 | 24 | 32) => Ok(Self {
                bytes: usize::from(format.bits_per_pixel / 8),
                is_little: setup.image_byte_order == ImageOrder::LSB_FIRST,
                masks: [visual.red_mask, visual.green_mask, visual.blue_mask],
                padding_bits: usize::from(format.scanline_pad),
            }),
            _ => Err(Unseen(format!("the display writes pixels of {depth} bits in a way that is not read"))),
        }
    }

    /// The pixels of a part.
    pub(super) fn pixels(&self, data: &[u8], part: Part) -> Pixels {
        let width = usize::from(part.width);
        let row_bits = (width * self.bytes * 8).next_multiple_of(self.padding_bits.max(8));
        let mut rgb = Vec::with_capacity(width * usize::from(part.height) * 3);
        let mut rows = Vec::with_capacity(part.height.into());
        for row in data.chunks_exact((row_bits / 8).max(1)).take(part.height.into()) {
            rows.push(hash(row));
            for pixel in row.chunks_exact(self.bytes).take(width) {
                let value = self.value(pixel);
                rgb.extend(self.masks.map(|mask| level(value, mask)));
            }
        }
        let height = u32::try_from(rows.len()).unwrap_or_default();
        Pixels { width: part.width.into(), height, rgb, rows }
    }

    fn value(&self, pixel: &[u8]) -> u32 {
        let join = |value: u32, byte: &u8| value << 8 | u32::from(*byte);
        if self.is_little { pixel.iter().rev().fold(0, join) } else { pixel.iter().fold(0, join) }
    }
}

/// A colour's part of a pixel, of 255.
fn level(value: u32, mask: u32) -> u8 {
    if mask == 0 {
        return 0;
    }
    let shift = mask.trailing_zeros();
    let (level, most) = (u64::from((value & mask) >> shift), u64::from(mask >> shift));
    u8::try_from(level * 255 / most.max(1)).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Layout, Part};

    #[test]
    fn pixels_come_out_red_green_and_blue_however_the_display_writes_them() {
        let masks = [0x00ff_0000, 0x0000_ff00, 0x0000_00ff];
        let of_16 = [0xf800, 0x07e0, 0x001f];
        let part = Part { width: 1, height: 2, ..Part::default() };
        let cases = [
            (
                "32 bits",
                Layout { bytes: 4, is_little: true, masks, padding_bits: 32 },
                vec![3, 2, 1, 9, 6, 5, 4, 9],
            ),
            (
                "most first",
                Layout { bytes: 4, is_little: false, masks, padding_bits: 32 },
                vec![9, 1, 2, 3, 9, 4, 5, 6],
            ),
            (
                "24 bits, filled",
                Layout { bytes: 3, is_little: true, masks, padding_bits: 32 },
                vec![3, 2, 1, 0, 6, 5, 4, 0],
            ),
        ];
        for (story, layout, data) in cases {
            let pixels = layout.pixels(&data, part);
            assert_eq!((pixels.height, pixels.rgb), (2, vec![1, 2, 3, 4, 5, 6]), "{story}");
        }
        let layout = Layout { bytes: 2, is_little: true, masks: of_16, padding_bits: 32 };
        let pixels = layout.pixels(&[0x00, 0xf8, 0, 0, 0xff, 0xff, 0, 0], part);
        assert_eq!(pixels.rgb, [255, 0, 0, 255, 255, 255]);
        assert_ne!(pixels.rows[0], pixels.rows[1]);
    }
}

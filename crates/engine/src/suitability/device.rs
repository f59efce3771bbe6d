//! A device as whoever enrols it describes it.

use serde::{Deserialize, Serialize};

/// Longest description that is read.
pub const DEVICE_BYTES_MAX: usize = 16 * 1024;

/// What kind of thing a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A desktop or laptop computer.
    Computer,
    /// A phone.
    Phone,
    /// A tablet.
    Tablet,
    /// A games console, a television, or anything else with the internet.
    Other,
}

/// Its operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// Linux.
    Linux,
    /// Windows.
    Windows,
    /// macOS.
    Macos,
    /// Android.
    Android,
    /// iOS or iPadOS.
    Ios,
    /// ChromeOS.
    Chromeos,
    /// Another.
    Other,
}

/// How programs show their windows, on Linux.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Display {
    /// X11 (Xorg): other programs' windows can be looked into.
    X11,
    /// Wayland: they cannot.
    Wayland,
    /// Not known.
    #[default]
    Unknown,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Who makes it.
    pub make: String,
    /// Which model.
    pub model: String,
    /// What kind of thing.
    pub form: Form,
    /// Operating system.
    pub system: System,
    /// Its version, as the device says it.
    #[serde(default)]
    pub version: String,
    /// How it shows windows.
    #[serde(default)]
    pub display: Display,
    /// Browsers on it, by name: `chromium`, `firefox`, or whatever others there are.
    pub browsers: Vec<String>,
    /// Whether the person has an account of their own on it.
    pub own_account: bool,
    /// Whether others use it too.
    #[serde(default)]
    pub used_by_others: bool,
}

/// Why a description cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// Too long.
    #[error("the description has {0} bytes; at most {DEVICE_BYTES_MAX} are read")]
    TooLong(usize),
    /// Not what a description has.
    #[error("{0}")]
    Fault(String),
}

impl Device {
    /// Reads a description (TOML).
    ///
    /// # Errors
    /// [`DeviceError`] with the place and what is wrong there.
    pub fn from_toml(text: &str) -> Result<Self, DeviceError> {
        if text.len() > DEVICE_BYTES_MAX {
            return Err(DeviceError::TooLong(text.len()));
        }
        let mut device: Self = toml::from_str(text)
            .map_err(|error| DeviceError::Fault(error.to_string().trim_end().to_owned()))?;
        for browser in &mut device.browsers {
            *browser = browser.trim().to_lowercase();
        }
        Ok(device)
    }
}

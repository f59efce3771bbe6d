//! A folder that is gone when the demonstration is.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rand_core::CryptoRng;

/// A new folder under the system's temporary folder, readable by this account only; removed when dropped.
pub(super) struct ThrowAway(PathBuf);

impl ThrowAway {
    pub(super) fn make(rng: &mut dyn CryptoRng) -> anyhow::Result<Self> {
        use std::os::unix::fs::DirBuilderExt as _;
        let mut mark = [0; 8];
        rng.fill_bytes(&mut mark);
        let path = std::env::temp_dir().join(format!("proviso-demo-{}", hex::encode(mark)));
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .with_context(|| format!("making the throw-away folder {}", path.display()))?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for ThrowAway {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, folder = %self.0.display(), "the throw-away folder could not be removed");
        }
    }
}

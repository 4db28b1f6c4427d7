//! Accidents: everything that could make the record lose what it acknowledged.
//!
//! The trials are those of `crates/torture`, and tests that can run for longer; here they only get their programs and their numbers.

use crate::{
    needs,
    run::{Steps, program, root, show},
    test::{self, Extent},
};

/// How often each accident happens: power cuts, disks put together, calls that fail, kills, flipped bits, orders of threads
/// for each scenario of the queue, cases of the model test.
struct Numbers {
    profile: &'static [&'static str],
    /// Where programs of that profile are put, below `target`.
    folder: &'static str,
    cuts: &'static str,
    states: &'static str,
    positions: &'static str,
    kills: &'static str,
    flips: &'static str,
    orders: &'static str,
    cases: Option<&'static str>,
}

/// A night's work.
const FULL: Numbers = Numbers {
    profile: &["--release"],
    folder: "release",
    cuts: "1000",
    states: "10000",
    positions: "60",
    kills: "1000",
    flips: "10000",
    orders: "50000",
    cases: Some("1000"),
};
/// A few minutes; the model test runs with every `cargo test`.
const SHORT: Numbers = Numbers {
    profile: &[],
    folder: "debug",
    cuts: "40",
    states: "120",
    positions: "3",
    kills: "15",
    flips: "100",
    orders: "1000",
    cases: None,
};

pub(crate) fn torture(extent: Extent) -> anyhow::Result<()> {
    let mut steps = Steps::default();
    self::steps(&mut steps, extent);
    steps.finish()
}

pub(crate) fn steps(steps: &mut Steps, extent: Extent) {
    let numbers = match extent {
        Extent::Full => FULL,
        Extent::Short => SHORT,
    };
    needs::wish_for(&["mkfs.xfs", "strace"], &["xfsprogs", "strace"]);
    steps.step("build of the trials", || match extent {
        Extent::Short => test::build(),
        Extent::Full => {
            show(program("cargo", &["build", "--locked", "-p", "tenantry-torture"]).args(numbers.profile))
        }
    });
    let built = root().join("target").join(numbers.folder).join("tenantry-torture");
    let mut trial = |name: &str, words: &[&str]| steps.step(name, || show(&mut program(&built, words)));
    trial("power cuts", &["power-cut", "--cuts", numbers.cuts]);
    trial("crash states", &["crash-states", "--states", numbers.states]);
    trial("failing calls", &["failing-calls", "--positions", numbers.positions]);
    trial("kills", &["kills", "--kills", numbers.kills]);
    trial("rot", &["rot", "--flips", numbers.flips]);
    steps.step("orders of threads", || {
        let words = ["test", "--locked", "-p", "tenantry-store-sqlite", "--features", "interleavings"];
        let mut command = program("cargo", &words);
        command.args(numbers.profile).args(["--test", "interleavings"]).env("INTERLEAVINGS", numbers.orders);
        show(&mut command)
    });
    if let Some(cases) = numbers.cases {
        steps.step("the register against its model", || {
            let words = ["test", "--locked", "-p", "tenantry-register", "--test", "it"];
            let mut command = program("cargo", &words);
            show(command.args(numbers.profile).args(["--", "model::"]).env("PROPTEST_CASES", cases))
        });
    }
}

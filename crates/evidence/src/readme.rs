//! The page that a court reads first. Its words are settled by the design ("Words that a court reads").

use crate::format::Manifest;

/// How much a bundle holds.
pub(crate) struct Counts {
    /// Sealed records.
    pub records: usize,
    /// Records besides, whose content was destroyed.
    pub destroyed: usize,
    /// Records besides, that may be privileged, or are, and are not shown.
    pub withheld: usize,
    /// Those shown as exhibits.
    pub exhibits: usize,
    /// Fields of the exhibits.
    pub fields: usize,
    /// Of those, the ones that stay closed.
    pub closed: usize,
}

/// `README.txt` of a bundle; `lists` says what is proven of look-ups in lists of pictures.
pub(crate) fn text(manifest: &Manifest, counts: &Counts, lists: &[String]) -> String {
    let listed = |lines: &[String]| lines.iter().map(|line| format!("  - {line}\n")).collect::<String>();
    format!(
        "EVIDENCE BUNDLE\n\
         \n\
         Case {case} under order {order}, {force}.\n\
         Prepared by {by} on {at}.\n\
         Sealed records: {records}. Shown as exhibits: {exhibits}. Fields left closed: {closed} of {fields}.\n\
         {destroyed}\
         {withheld}\
         {left_out}\
         {lists}\
         \n\
         HOW TO CHECK IT\n\
         \n\
         Run: proviso-verify BUNDLE.zip --trust KEYFILE\n\
         The program needs no network. Obtain KEYFILE from the force by another way than this bundle, and compare\n\
         the fingerprint that the program prints with the one that the force publishes. Without a key file the\n\
         bundle is at most \"self-consistent\": somebody could have made all of it.\n\
         \n\
         WHAT \"VERIFIED\" MEANS\n\
         \n\
         The records are unchanged since the device sealed them; they were signed by the device that the force\n\
         enrolled; none between the first and the last shown is missing from the device's chain; and they are in\n\
         the force's log. Every byte of this file is covered.\n\
         \n\
         WHAT IT DOES NOT SHOW\n\
         \n\
         - Who used the device. A record names a device and an account, never a person.\n\
         - That everything was captured. Times that were not watched are gaps, each with its cause, see coverage/.\n\
         - That a conclusion is right. A finding is a machine's opinion; an officer's decision is that officer's.\n\
         - That the clock of the device was right. Its times are the device's own.\n\
         - The words of an officer's reason: those stand on the force's signature on manifest.json alone.\n\
         \n\
         {what_is_where}\
         WHAT AN EXPERT CANNOT REPEAT FROM THIS BUNDLE ALONE\n\
         \n\
         {not_repeatable}",
        records = counts.records,
        destroyed = match counts.destroyed {
            0 => String::new(),
            destroyed => format!("Records whose content was destroyed, see destroyed/: {destroyed}.\n"),
        },
        withheld = match counts.withheld {
            0 => String::new(),
            withheld => format!(
                "Records withheld because they are privileged, or may be, see withheld/: {withheld}.\n"
            ),
        },
        exhibits = counts.exhibits,
        closed = counts.closed,
        fields = counts.fields,
        left_out = match manifest.left_out.as_slice() {
            [] => String::new(),
            parts => format!("\nThe force left out of this bundle, wholly or in part:\n{}", listed(parts)),
        },
        lists = match lists {
            [] => String::new(),
            lists => format!("\nLook-ups of pictures in the force's lists, see lists/:\n{}", listed(lists)),
        },
        not_repeatable = listed(&manifest.cannot_be_repeated),
        what_is_where = what_is_where(!lists.is_empty(), counts.withheld > 0),
        case = manifest.case_reference,
        order = manifest.order_reference,
        force = manifest.force_name,
        by = manifest.prepared_by,
        at = manifest.created_at,
    )
}

fn what_is_where(has_lists: bool, has_withheld: bool) -> String {
    format!(
        "WHAT IS WHERE\n\
         \n\
         captured/   facts that the device captured. They assert nothing.\n\
         generated/  what a computer program concluded from them: opinions, kept apart from the facts.\n\
         decisions/  what officers decided, and why.\n\
         destroyed/  records whose content was destroyed, and under which act; only their signed headers are left.\n\
         {withheld}\
         {lists}\
         coverage/   the gap ledger: for every minute under the order whether it was watched, or why not.\n\
         custody/    who did what with the evidence, written down before it was done.\n\
         policies/   the order as the device obeyed it, with the court's words.\n\
         records/    the sealed records, untouched. Only the force can open them. The fields shown in captured/ and\n\
         {indent}generated/ are tied to them by salted hashes: a field may be left closed, but not changed.\n\
         chains/, devices/, proofs/, trust/\n\
         {indent}what the checks need. docs/bundle-format.md of Proviso describes all of it, precisely enough to\n\
         {indent}write another program that checks it.\n\
         \n",
        withheld = match has_withheld {
            true =>
                "withheld/   records that read as between somebody and a lawyer: that they exist, and no more.\n",
            false => "",
        },
        lists = match has_lists {
            true =>
                "lists/      proof that an entry stood in the force's list, without any other entry of it.\n",
            false => "",
        },
        indent = " ".repeat(12),
    )
}

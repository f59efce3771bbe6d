#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| proviso_fuzz::targets::picture_list(data));

//! Ids of events as text: what is read is written the same way.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netsplit::base::EventId;

fuzz_target!(|text: &str| {
    if let Ok(id) = text.parse::<EventId>() {
        assert_eq!(id.to_string(), text);
    }
});

//! Traces of other programs: traces or findings; what was read is written and read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netsplit::scenario::foreign::{Format, Importer, Options, Trace, write};

fuzz_target!(|bytes: &[u8]| {
    for (_, format) in Format::ALL {
        let imported = Importer::read(Options { format: Some(format), parser: None, delimiter: None }, bytes);
        assert!(!imported.traces.is_empty() || imported.findings.errors > 0);
        let traces: Vec<&Trace> = imported.traces.iter().collect();
        let (mut lines, mut log) = (Vec::new(), Vec::new());
        write::jsonl(&traces, &mut lines).expect("memory");
        write::shiviz(&traces, &mut log).expect("memory");
        if imported.partial() {
            continue;
        }
        for (form, written) in [(Format::JsonLines, lines), (Format::Shiviz, log)] {
            let again = Importer::read(Options { format: Some(form), parser: None, delimiter: None }, &written);
            let told = |traces: &[Trace]| -> Vec<Vec<(u32, u32, Option<u64>)>> {
                let sorted = |trace: &Trace| {
                    let mut events: Vec<_> = trace.events.iter().map(|event| (event.depth, event.n, event.at_us)).collect();
                    events.sort_unstable();
                    events
                };
                traces.iter().map(sorted).collect()
            };
            assert_eq!(told(&again.traces), told(&imported.traces), "{}", String::from_utf8_lossy(&written));
        }
    }
});

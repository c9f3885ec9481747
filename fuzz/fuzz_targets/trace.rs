//! Traces of other programs: traces or findings; what was read is written and read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netsplit::scenario::foreign::{Format, Importer, Options, Trace, write};

fuzz_target!(|bytes: &[u8]| {
    for (_, format) in Format::ALL {
        let imported = Importer::read(Options { format, parser: None, delimiter: None }, bytes);
        assert!(!imported.traces.is_empty() || imported.findings.errors > 0);
        let traces: Vec<&Trace> = imported.traces.iter().collect();
        let mut lines = Vec::new();
        write::jsonl(&traces, &mut lines).expect("memory");
        if !imported.partial() {
            let again = Importer::read(Options { format: Format::JsonLines, parser: None, delimiter: None }, &lines);
            let count = |traces: &[Trace]| traces.iter().map(|trace| trace.events.len()).sum::<usize>();
            assert_eq!(count(&again.traces), count(&imported.traces));
        }
    }
});

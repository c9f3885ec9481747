//! Packed links, and links as text: a link or a diagnostic; what opens plays.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netsplit::scenario::{Link, link_text};
use netsplit::system::open;
use netsplit::timeline::Session;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = link_text::read(text);
    }
    let Ok(link) = Link::unpack(bytes) else { return };
    let packed = link.pack().expect("what was read is short enough to be written");
    assert_eq!(Link::unpack(&packed).as_ref(), Ok(&link));
    assert_eq!(link_text::read(&link_text::text_of(&packed)).as_ref(), Ok(&link));
    if let Ok(mut session) = Session::open(link.plan.clone(), Default::default(), open) {
        session.seek_moment_begin(link.cursor);
        session.slice(200);
    }
});

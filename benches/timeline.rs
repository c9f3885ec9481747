//! Seek latency and memory of a session, natively. One line of JSON per figure.

mod support;

fn main() {
    support::timeline::measure(&support::native::PLACE, |figure| println!("{figure}"));
}

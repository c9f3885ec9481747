//! How fast traces of other programs are read, natively.

mod support;

fn main() {
    support::import::measure(&support::native::PLACE, |figure| println!("{figure}"));
}

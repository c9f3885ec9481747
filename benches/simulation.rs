//! How fast the world runs, natively, on one core. One line of JSON per figure: the median of several runs.

mod support;

fn main() {
    support::CASES.iter().for_each(|case| println!("{}", support::median(&support::native::PLACE, case)));
}

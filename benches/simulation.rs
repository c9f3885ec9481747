//! How fast the world runs, natively, on one core. One line of JSON per figure: the median of several runs. With an argument, only
//! figures whose names have it in them: `cargo bench --bench simulation -- requests`.

mod support;

fn main() {
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    let wanted = support::CASES.iter().filter(|case| case.name.contains(&wanted));
    wanted.for_each(|case| println!("{}", support::median(&support::native::PLACE, case)));
}

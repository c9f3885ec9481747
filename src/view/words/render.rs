//! Templates and the things that stand in them. Numbers are written from integers: the same digits everywhere.

use super::{Lang, Names, text};
use crate::base::{ArgType, NodeId, NodesArg};
use crate::sim::plan::Cluster;

/// What stands in the place of `{name}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Arg {
    /// A number, after which words may follow: `{n|entry|entries}`.
    Number(u64),
    /// Words.
    Words(String),
}

impl From<&str> for Arg {
    fn from(words: &str) -> Arg {
        Arg::Words(words.to_owned())
    }
}

impl From<String> for Arg {
    fn from(words: String) -> Arg {
        Arg::Words(words)
    }
}

/// A template with its places filled. A place that no argument fills stays as it is written.
pub(super) fn fill(template: &str, args: &[(&str, Arg)]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let Some(length) = rest[open..].find('}') else { break };
        let place = &rest[open + 1..open + length];
        out.push_str(&rest[..open]);
        let mut parts = place.split('|');
        let name = parts.next().unwrap_or_default();
        match (args.iter().find(|(known, _)| *known == name).map(|(_, arg)| arg), parts.next(), parts.next()) {
            (Some(Arg::Number(n)), Some(one), Some(many)) => out.push_str(if *n == 1 { one } else { many }),
            (Some(Arg::Number(n)), ..) => out.push_str(&n.to_string()),
            (Some(Arg::Words(words)), ..) => out.push_str(words),
            (None, ..) => out.push_str(&rest[open..=open + length]),
        }
        rest = &rest[open + length + 1..];
    }
    out.push_str(rest);
    out
}

/// With a capital at the beginning: a sentence may begin with `client 1`.
pub(super) fn capital(sentence: String) -> String {
    let mut sentence = sentence;
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    sentence
}

/// An argument of a note by its declared type.
pub(super) fn typed(lang: Lang, ty: ArgType, value: u64, names: &Names) -> Arg {
    match ty {
        ArgType::Int => Arg::Number(value),
        ArgType::Node => node(lang, names.cluster, NodeId(value as u16)).into(),
        ArgType::Nodes => some_nodes(lang, &NodesArg::read(value, names.cluster.servers), names.cluster).into(),
        ArgType::DurationUs => duration(lang, value).into(),
        ArgType::TimeUs => time(lang, value).into(),
        ArgType::Key => crate::system::keys::name(value).into(),
        ArgType::Message => names.messages.get(value as usize).map_or("?", |kind| kind.name).into(),
        ArgType::Timer => super::timer(lang, names, value as usize).into(),
        ArgType::Signed => (value as i64).to_string().into(),
        ArgType::Ppm => per_cent(lang, value).into(),
    }
}

/// `S1`, `client 1`.
pub(super) fn node(lang: Lang, cluster: Cluster, node: NodeId) -> String {
    if !cluster.is_client(node) {
        return cluster.name(node);
    }
    let n = u64::from(node.0) + 1 - u64::from(cluster.servers);
    fill(text(lang, "name.client").unwrap_or("{n}"), &[("n", Arg::Number(n))])
}

/// So many nodes are told by name, however many there are.
const NAMED_UP_TO: usize = 9;
/// If there are more, so many of them are.
const NAMED_OF_MANY: usize = 3;

/// `S1, S2 and S4`; of many nodes, `S1, S2, S3 and 97 others`.
pub(super) fn nodes(lang: Lang, nodes: &[NodeId], cluster: Cluster) -> String {
    some_nodes(lang, &NodesArg { named: nodes.to_vec(), others: 0 }, cluster)
}

fn some_nodes(lang: Lang, nodes: &NodesArg, cluster: Cluster) -> String {
    let few = nodes.others == 0 && nodes.named.len() <= NAMED_UP_TO;
    let named = if few { &nodes.named[..] } else { &nodes.named[..nodes.named.len().min(NAMED_OF_MANY)] };
    let mut names: Vec<String> = named.iter().map(|id| node(lang, cluster, *id)).collect();
    let others = nodes.others + nodes.named.len() - named.len();
    if others > 0 {
        names.push(fill(text(lang, "list.others").unwrap_or("{n}"), &[("n", Arg::Number(others as u64))]));
    }
    listed(lang, &names)
}

/// `a, b and c`; the word for nothing if there is none.
pub(super) fn listed(lang: Lang, names: &[String]) -> String {
    match names {
        [] => text(lang, "list.none").unwrap_or_default().to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{}{}{last}", first.join(", "), text(lang, "list.and").unwrap_or(", ")),
    }
}

/// The same, but nothing for nothing.
pub(super) fn listed_or_empty(lang: Lang, names: &[String]) -> String {
    if names.is_empty() { String::new() } else { listed(lang, names) }
}

/// `1.204 s`.
pub(super) fn time(lang: Lang, at_us: u64) -> String {
    format!("{}{}{:03} s", at_us / 1_000_000, point(lang), at_us / 1_000 % 1_000)
}

/// What stands before the decimals.
fn point(lang: Lang) -> &'static str {
    text(lang, "number.point").unwrap_or(".")
}

/// `850 µs`, `3.2 ms`, `214 ms`, `1.2 s`.
pub(super) fn duration(lang: Lang, us: u64) -> String {
    let (unit, name) = match us {
        0 => return "0 ms".to_owned(),
        1..1_000 => return format!("{us} µs"),
        1_000..1_000_000 => (1_000, "ms"),
        _ => (1_000_000, "s"),
    };
    let (whole, tenths) = (us / unit, us % unit * 10 / unit);
    if tenths == 0 || whole >= 100 { format!("{whole} {name}") } else { format!("{whole}{}{tenths} {name}", point(lang)) }
}

/// `+400 ms`, `-1.2 s`.
pub(super) fn signed_duration(lang: Lang, us: i64) -> String {
    format!("{}{}", if us < 0 { '-' } else { '+' }, duration(lang, us.unsigned_abs()))
}

/// Parts per million as `30 %`, `0.05 %`.
pub(super) fn per_cent(lang: Lang, ppm: u64) -> String {
    let (whole, part) = (ppm / 10_000, ppm % 10_000);
    if part == 0 {
        return format!("{whole} %");
    }
    let digits = format!("{part:04}");
    format!("{whole}{}{} %", point(lang), digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_words_follow_numbers() {
        let args = [("n", Arg::Number(1)), ("m", Arg::Number(3)), ("who", Arg::from("S1"))];
        assert_eq!(
            fill("{who} takes {n} {n|entry|entries}, then {m} {m|entry|entries}.", &args),
            "S1 takes 1 entry, then 3 entries."
        );
        assert_eq!(fill("{what} stays", &args), "{what} stays");
        assert_eq!(fill("open { and {who", &args), "open { and {who");
        assert_eq!(capital(fill("{c} asks", &[("c", Arg::from("client 1"))])), "Client 1 asks");
    }

    #[test]
    fn figures_have_units_and_few_digits() {
        assert_eq!(
            [
                duration(Lang::En, 0),
                duration(Lang::En, 850),
                duration(Lang::En, 3_200),
                duration(Lang::En, 214_000),
                duration(Lang::En, 214_900)
            ],
            ["0 ms", "850 µs", "3.2 ms", "214 ms", "214 ms"]
        );
        assert_eq!(
            [duration(Lang::En, 1_200_000), duration(Lang::En, 2_000_000), duration(Lang::En, 61_500_000)],
            ["1.2 s", "2 s", "61.5 s"]
        );
        assert_eq!([time(Lang::En, 1_204_999), time(Lang::En, 0)], ["1.204 s", "0.000 s"]);
        assert_eq!(
            [per_cent(Lang::En, 300_000), per_cent(Lang::En, 12_500), per_cent(Lang::En, 5)],
            ["30 %", "1.25 %", "0.0005 %"]
        );
        assert_eq!([signed_duration(Lang::En, 400_000), signed_duration(Lang::En, -1_200_000)], ["+400 ms", "-1.2 s"]);
        assert_eq!(
            [time(Lang::De, 1_204_999), duration(Lang::De, 3_200), per_cent(Lang::De, 12_500)],
            ["1,204 s", "3,2 ms", "1,25 %"]
        );
    }
}

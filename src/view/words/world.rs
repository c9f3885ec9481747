//! The sentences of the world's own events, and of actions.
//!
//! What is done by hand is told in the second person ("You crash S1, the leader of term 3."), what the plan does in the third.
//! Keys of events are what predicates name (`world.crashed`); some have several sentences, under longer keys
//! (`world.crashed.itself`, `world.crashed.you`).

use super::render::{Arg, capital, duration, fill, listed, node, nodes, per_cent, signed_duration};
use super::{Context, Lang, Names, text};
use crate::base::ids::PlaceKind;
use crate::base::{EventId, NodeId};
use crate::protocol::Class;
use crate::sim::plan::{Action, ChannelRule, ClockAct, Cut, DiskAct, MessageAct, Operation};
use crate::sim::trace::{Event, EventKind, Loss};
use crate::system::inspect::{Fill, NodeView};

type Args = Vec<(&'static str, Arg)>;

fn loss(event: &Event) -> Loss {
    Loss::ALL.get(event.detail as usize).copied().unwrap_or(Loss::Chance)
}

/// The sentence of an event of the world itself.
pub fn event_sentence(lang: Lang, event: &Event, context: Context<'_>, names: &Names) -> String {
    if let (
        EventKind::Acted | EventKind::Crashed | EventKind::Started | EventKind::Paused | EventKind::Resumed | EventKind::Invoked,
        Some(action),
    ) = (event.kind, context.action)
    {
        return action_sentence(lang, action, event.by_hand(), context.before, names);
    }
    let you = event.by_hand();
    let (key, second) = match (event.kind, event.detail) {
        (EventKind::Started, 0) => ("world.started", None),
        (EventKind::Started, 2) => ("world.restarted.empty", Some("world.restarted.empty.you")),
        (EventKind::Started, _) => ("world.restarted", Some("world.restarted.you")),
        (EventKind::Delivered, _) => ("world.delivered", None),
        (EventKind::TimerFired, _) => ("world.timer-fired", None),
        (EventKind::Persisted, _) => ("world.persisted", None),
        (EventKind::WriteFailed, _) => ("world.write-failed", None),
        (EventKind::Invoked, _) => ("world.invoked.plain", Some("world.invoked.plain.you")),
        (EventKind::Crashed, 1) => ("world.crashed.itself", None),
        (EventKind::Crashed, 2) => ("world.crashed.halted", None),
        (EventKind::Crashed, _) => ("world.crashed", Some("world.crashed.you")),
        (EventKind::Paused, _) => ("world.paused", Some("world.paused.you")),
        (EventKind::Resumed, _) => ("world.resumed", Some("world.resumed.you")),
        (EventKind::Lost, _) => (
            match loss(event) {
                Loss::Chance => "world.lost",
                Loss::Cut => "world.lost.cut",
                Loss::ReceiverDown => "world.lost.receiver-down",
                Loss::QueueFull => "world.lost.queue-full",
                Loss::Hand => "world.lost.hand",
            },
            None,
        ),
        (EventKind::Acted, _) => ("world.acted", Some("world.acted.you")),
        (EventKind::Missed, _) => ("world.missed", None),
    };
    let key = second.filter(|_| you).unwrap_or(key);
    let place = event.id.place();
    let me = event.node().or_else(|| matches!(place.kind(), PlaceKind::Loss | PlaceKind::Link).then(|| place.node()));
    let mut args: Args = Vec::new();
    if let Some(me) = me {
        args.push(("who", who(lang, me, context.before, names)));
        args.push(("subject", subject(lang, me, context.before, names)));
        args.push(("me", node(lang, names.cluster, me).into()));
    }
    args.push(("peer", node(lang, names.cluster, event.peer).into()));
    args.push(("message", names.messages.get(event.sub as usize).map_or("?", |kind| kind.name).into()));
    args.push(("timer", super::timer(lang, names, event.sub as usize).into()));
    args.push(("action", context.action.map_or(String::new(), |action| action_title(lang, action, names)).into()));
    capital(fill(text(lang, key).unwrap_or(key), &args))
}

/// `S1`, or `S1, the leader of term 3`, if it is a leader or candidate.
fn who(lang: Lang, id: NodeId, before: Option<&NodeView>, names: &Names) -> Arg {
    described(lang, "who.role", id, before, names)
}

/// The same as the subject of a sentence: `S1, the leader of term 3,`.
fn subject(lang: Lang, id: NodeId, before: Option<&NodeView>, names: &Names) -> Arg {
    described(lang, "who.subject", id, before, names)
}

fn described(lang: Lang, key: &str, id: NodeId, before: Option<&NodeView>, names: &Names) -> Arg {
    let name = node(lang, names.cluster, id);
    let Some(view) = before.filter(|view| view.id == id && view.role.fill != Fill::Outline) else { return name.into() };
    let Some(epoch) = view.epoch else { return name.into() };
    let epoch = super::epoch(lang, names.system, epoch);
    let role = super::word(lang, view.role.key);
    fill(text(lang, key).unwrap_or("{name}"), &[("name", name.into()), ("role", role.into()), ("epoch", epoch.into())]).into()
}

/// The key of an action's words, without its ending, and what stands in them.
fn action_words(lang: Lang, action: &Action, before: Option<&NodeView>, names: &Names) -> (&'static str, Args) {
    let name = |id: &NodeId| Arg::from(node(lang, names.cluster, *id));
    let group = |ids: &[NodeId]| Arg::from(nodes(lang, ids, names.cluster));
    let paths = |paths: &[(NodeId, NodeId)]| links(lang, paths, names);
    let of = |id: &NodeId| {
        vec![("who", who(lang, *id, before, names)), ("subject", subject(lang, *id, before, names)), ("node", name(id))]
    };
    match action {
        Action::Crash(node) => ("world.crashed", of(node)),
        Action::Restart { node, empty: false } => ("world.restarted", of(node)),
        Action::Restart { node, empty: true } => ("world.restarted.empty", of(node)),
        Action::Pause(node) => ("world.paused", of(node)),
        Action::Resume(node) => ("world.resumed", of(node)),
        Action::Slow { node, service_us: 0, .. } => ("world.slowed.no-more", of(node)),
        Action::Slow { node, service_us, queue } => {
            let mut args = of(node);
            args.extend([("service", duration(lang, *service_us).into()), ("queue", Arg::Number(*queue as u64))]);
            ("world.slowed", args)
        }
        Action::Cut(cut) => cut_words(lang, cut, names),
        Action::Heal(links) if links.is_empty() => ("world.healed", vec![]),
        Action::Heal(links) => ("world.healed.links", vec![("links", paths(links))]),
        Action::Channel(rule) => {
            ("world.link-changed", vec![("links", selected(lang, rule, names)), ("change", change(lang, rule))])
        }
        Action::ResetChannels => ("world.links-reset", vec![]),
        Action::Clog { links, for_us } => {
            ("world.clogged", vec![("links", paths(links)), ("for", duration(lang, *for_us).into())])
        }
        Action::SwizzleClog { nodes, .. } => ("world.swizzled", vec![("nodes", group(nodes))]),
        Action::Hold(links) => ("world.held", vec![("links", paths(links))]),
        Action::Release(links) => ("world.released", vec![("links", paths(links))]),
        Action::Message { message, act } => {
            let mut args = vec![("from", name(&message.place().node())), ("to", name(&message.place().to()))];
            let key = match act {
                MessageAct::Deliver => "world.message.deliver",
                MessageAct::Drop => "world.message.drop",
                MessageAct::Duplicate => "world.message.duplicate",
                MessageAct::Delay(by_us) => {
                    args.push(("by", duration(lang, *by_us).into()));
                    "world.message.delay"
                }
                MessageAct::Swap(other) => {
                    args.extend([("from2", name(&other.place().node())), ("to2", name(&other.place().to()))]);
                    "world.message.swap"
                }
            };
            (key, args)
        }
        Action::Clock { node, act: ClockAct::Jump(by) } => {
            ("world.clock.jump", vec![("node", name(node)), ("by", signed_duration(lang, *by).into())])
        }
        Action::Clock { node, act: ClockAct::Rate(0) } => ("world.clock.true", vec![("node", name(node))]),
        Action::Clock { node, act: ClockAct::Rate(ppm) } => {
            let key = if *ppm > 0 { "world.clock.fast" } else { "world.clock.slow" };
            (key, vec![("node", name(node)), ("rate", per_cent(lang, ppm.unsigned_abs()).into())])
        }
        Action::Disk { node, act } => disk_words(lang, act, name(node)),
        Action::Request { client, operation } => {
            ("world.invoked", vec![("node", name(client)), ("operation", operation_words(operation).into())])
        }
        Action::Choose(item) => choose_words(lang, *item, names),
        Action::Redraw(number) => ("world.redrawn", vec![("n", Arg::Number(u64::from(*number)))]),
    }
}

fn cut_words(lang: Lang, cut: &Cut, names: &Names) -> (&'static str, Args) {
    let name = |id: &NodeId| Arg::from(node(lang, names.cluster, *id));
    let group = |ids: &[NodeId]| Arg::from(nodes(lang, ids, names.cluster));
    match cut {
        Cut::Islands(islands) => {
            let inside = |id: NodeId| islands.iter().any(|island| island.contains(&id));
            let rest: Vec<NodeId> = (0..names.cluster.nodes() as u16).map(NodeId).filter(|id| !inside(*id)).collect();
            let all: Vec<String> = islands
                .iter()
                .chain(Some(&rest))
                .filter(|island| !island.is_empty())
                .map(|island| nodes(lang, island, names.cluster))
                .collect();
            ("world.cut.islands", vec![("islands", all.join(" | ").into())])
        }
        Cut::Bridge { bridge, left, right } => {
            ("world.cut.bridge", vec![("bridge", name(bridge)), ("left", group(left)), ("right", group(right))])
        }
        Cut::Ring(ring) => {
            let ring: Vec<String> = ring.iter().map(|id| node(lang, names.cluster, *id)).collect();
            ("world.cut.ring", vec![("ring", ring.join(", ").into())])
        }
        Cut::OneWay { from, to } => ("world.cut.one-way", vec![("from", group(from)), ("to", group(to))]),
        Cut::Isolate(node) => ("world.cut.isolate", vec![("node", name(node))]),
        Cut::Links(paths) => ("world.cut.links", vec![("links", links(lang, paths, names))]),
    }
}

fn disk_words(lang: Lang, act: &DiskAct, node: Arg) -> (&'static str, Args) {
    let mut args = vec![("node", node)];
    let key = match act {
        DiskAct::Fsync(min, max) => {
            args.extend([("min", duration(lang, *min).into()), ("max", duration(lang, *max).into())]);
            "world.disk.fsync"
        }
        DiskAct::LoseUnsynced(ppm) => {
            args.push(("chance", per_cent(lang, *ppm as u64).into()));
            "world.disk.lose-unsynced"
        }
        DiskAct::TornTail(ppm) => {
            args.push(("chance", per_cent(lang, *ppm as u64).into()));
            "world.disk.torn-tail"
        }
        DiskAct::Corrupt(back) => {
            args.push(("n", Arg::Number(*back as u64 + 1)));
            "world.disk.corrupt"
        }
        DiskAct::Misdirect(back) => {
            args.push(("n", Arg::Number(*back as u64 + 1)));
            "world.disk.misdirect"
        }
        DiskAct::Full(true) => "world.disk.full",
        DiskAct::Full(false) => "world.disk.not-full",
    };
    (key, args)
}

fn choose_words(lang: Lang, item: EventId, names: &Names) -> (&'static str, Args) {
    let place = item.place();
    let of = || vec![("node", Arg::from(node(lang, names.cluster, place.node())))];
    match place.kind() {
        PlaceKind::Timer => {
            let mut args = of();
            args.push(("timer", super::timer(lang, names, item.n() as usize).into()));
            ("world.chosen.timer", args)
        }
        PlaceKind::Disk => ("world.chosen.write", of()),
        PlaceKind::Node => ("world.chosen.start", of()),
        PlaceKind::Workload => ("world.chosen.operation", of()),
        PlaceKind::Link | PlaceKind::Copy | PlaceKind::HandCopy | PlaceKind::Loss => {
            let ends = [("from", place.node()), ("to", place.to())];
            ("world.chosen.message", ends.map(|(end, id)| (end, node(lang, names.cluster, id).into())).to_vec())
        }
        PlaceKind::Plan | PlaceKind::Hand => ("world.chosen.fault", vec![]),
    }
}

/// What was done, as a sentence: in the second person if by hand.
pub fn action_sentence(lang: Lang, action: &Action, by_hand: bool, before: Option<&NodeView>, names: &Names) -> String {
    let (key, args) = action_words(lang, action, before, names);
    ended(lang, key, if by_hand { ".you" } else { "" }, &args)
}

/// An action in words, for menus and lists: `Crash S1`.
pub fn action_title(lang: Lang, action: &Action, names: &Names) -> String {
    let (key, args) = action_words(lang, action, None, names);
    ended(lang, key, ".title", &args)
}

fn ended(lang: Lang, key: &str, ending: &str, args: &Args) -> String {
    capital(fill(text(lang, &format!("{key}{ending}")).or_else(|| text(lang, key)).unwrap_or(key), args))
}

/// What a cut is, without saying who made it.
pub fn cut_label(lang: Lang, cut: &Cut, names: &Names) -> String {
    let (key, args) = cut_words(lang, cut, names);
    ended(lang, key, "", &args)
}

/// `put x 7`.
pub(super) fn operation_words(operation: &Operation) -> String {
    let mut words = format!("{} {}", operation.verb, operation.key);
    for arg in &operation.args {
        words.push_str(&format!(" {arg}"));
    }
    words
}

/// `S1 to S2`, `S1 and S2` in both directions, or `6 links`.
fn links(lang: Lang, links: &[(NodeId, NodeId)], names: &Names) -> Arg {
    let name = |id: NodeId| Arg::from(node(lang, names.cluster, id));
    let pair = |key: &str, a, b| fill(text(lang, key).unwrap_or(key), &[("from", name(a)), ("to", name(b))]);
    match links {
        [] => text(lang, "links.all").unwrap_or_default().into(),
        [(a, b)] => pair("links.one", *a, *b).into(),
        [(a, b), (c, d)] if (a, b) == (d, c) => pair("links.both", *a, *b).into(),
        many => fill(text(lang, "links.many").unwrap_or("{n}"), &[("n", Arg::Number(many.len() as u64))]).into(),
    }
}

/// Which links a rule is about: `all links`, `links from S1 to S2, requests only`.
fn selected(lang: Lang, rule: &ChannelRule, names: &Names) -> Arg {
    let select = &rule.select;
    let group = |ids: &[NodeId]| Arg::from(nodes(lang, ids, names.cluster));
    let args = [("from", group(&select.from)), ("to", group(&select.to))];
    let key = match (select.from.is_empty(), select.to.is_empty()) {
        (true, true) => "links.all",
        (false, true) => "links.from",
        (true, false) => "links.to",
        (false, false) => "links.from-to",
    };
    let mut words = fill(text(lang, key).unwrap_or(key), &args);
    let only = match (select.kind.and_then(|kind| names.messages.get(kind as usize)), select.class) {
        (Some(kind), _) => Some(kind.name),
        (None, Some(Class::Request)) => text(lang, "links.requests"),
        (None, Some(Class::Reply)) => text(lang, "links.replies"),
        (None, Some(Class::OneWay)) => text(lang, "links.one-way-messages"),
        (None, None) => None,
    };
    if let Some(only) = only {
        words.push_str(&format!(" ({only})"));
    }
    words.into()
}

/// What a rule sets: `30 % lost and 1 ms to 5 ms of delay`.
fn change(lang: Lang, rule: &ChannelRule) -> Arg {
    let set = &rule.set;
    let words = |key: &str, args: &[(&str, Arg)]| fill(text(lang, key).unwrap_or(key), args);
    let mut parts = Vec::new();
    if let Some((min, max)) = set.delay_us {
        parts.push(super::delay(lang, min, max));
    }
    for (key, ppm) in [("link.loss", set.loss_ppm), ("link.duplicate", set.duplicate_ppm), ("link.reorder", set.reorder_ppm)] {
        if let Some(ppm) = ppm {
            parts.push(words(key, &[("chance", per_cent(lang, ppm as u64).into())]));
        }
    }
    if let Some(us) = set.reorder_us_max {
        parts.push(words("link.reorder-most", &[("most", duration(lang, us).into())]));
    }
    listed(lang, &parts).into()
}

//! The network between nodes: channels, cuts, clogs and holds, per directed link.

use super::plan::{Channel, ChannelPatch, ChannelRule, Cluster, Cut, Network, Refusal};
use crate::base::ids::PlaceKind;
use crate::base::{Encoder, EventId, NodeId, Place, Sorted};
use crate::protocol::Class;
use std::sync::Arc;

/// A directed link.
pub type Link = (NodeId, NodeId);

/// What is remembered of a directed link that was used.
#[derive(Clone, Debug)]
pub struct LinkState {
    to: NodeId,
    /// Messages sent on it so far.
    pub sends: u32,
    /// One more than the greatest number that arrived on it.
    pub arrived: u32,
    /// Copies made by hand so far.
    pub hand_copies: u32,
    /// Messages lost on it so far.
    pub losses: u32,
    /// Arrival of the last message that kept the order, microseconds.
    pub last_due_us: u64,
    /// Channels by class, as of `version`.
    channels: [Channel; 3],
    version: u32,
}

impl LinkState {
    fn new(to: NodeId) -> LinkState {
        LinkState {
            to,
            sends: 0,
            arrived: 0,
            hand_copies: 0,
            losses: 0,
            last_due_us: 0,
            channels: [Channel::default(); 3],
            version: u32::MAX,
        }
    }
}

/// A stretch of time in which links stand still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Clog {
    link: Link,
    start_us: u64,
    end_us: u64,
}

/// All links.
#[derive(Clone, Debug)]
pub struct Links {
    cluster: Cluster,
    default: Channel,
    rules: Vec<ChannelRule>,
    /// How many of the rules are the plan's own.
    planned_rules: usize,
    by_kind: bool,
    version: u32,
    /// Used links, by sender, sorted by receiver.
    used: Vec<Vec<LinkState>>,
    cuts: Vec<Cut>,
    cut_links: Arc<Sorted<Link>>,
    clogs: Vec<Clog>,
    held: Sorted<Link>,
}

impl Links {
    /// Healthy links with the plan's channels.
    pub fn new(cluster: Cluster, network: &Network) -> Links {
        let mut links = Links {
            cluster,
            default: network.default,
            rules: network.rules.clone(),
            planned_rules: network.rules.len(),
            by_kind: false,
            version: 0,
            used: vec![Vec::new(); cluster.nodes()],
            cuts: Vec::new(),
            cut_links: Arc::default(),
            clogs: Vec::new(),
            held: Sorted::default(),
        };
        links.rules_changed();
        links
    }

    /// The state of a link; made when it is first used.
    #[inline]
    pub fn state(&mut self, (from, to): Link) -> &mut LinkState {
        let list = &mut self.used[from.index()];
        let place = match list.binary_search_by_key(&to, |state| state.to) {
            Ok(place) => place,
            Err(place) => {
                list.insert(place, LinkState::new(to));
                place
            }
        };
        &mut list[place]
    }

    /// What the link does with a message of this class and kind.
    #[inline]
    pub fn channel(&mut self, link: Link, class: Class, kind: u8) -> Channel {
        if self.rules.is_empty() {
            return self.default;
        }
        if self.by_kind {
            return self.resolve(link, class, Some(kind));
        }
        let version = self.version;
        if self.state(link).version != version {
            let channels = [Class::Request, Class::Reply, Class::OneWay].map(|class| self.resolve(link, class, None));
            let state = self.state(link);
            (state.channels, state.version) = (channels, version);
        }
        self.state(link).channels[class as usize]
    }

    fn resolve(&self, link: Link, class: Class, kind: Option<u8>) -> Channel {
        let mut channel = self.default;
        for rule in self.rules.iter().filter(|rule| selects(rule, link, class, kind)) {
            patch(&mut channel, &rule.set);
        }
        channel
    }

    fn rules_changed(&mut self) {
        self.by_kind = self.rules.iter().any(|rule| rule.select.kind.is_some());
        self.version += 1;
    }

    /// Adds a channel rule; the last one wins.
    pub fn add_rule(&mut self, rule: &ChannelRule) -> Result<(), Refusal> {
        check_patch(&rule.set)?;
        for node in rule.select.from.iter().chain(&rule.select.to) {
            self.check(*node)?;
        }
        // A rule for the same messages replaces what it sets again, so that turning a dial does not pile up rules.
        if let Some(same) = self.rules[self.planned_rules..].iter_mut().find(|old| old.select == rule.select) {
            merge(&mut same.set, &rule.set);
        } else {
            self.rules.push(rule.clone());
        }
        self.rules_changed();
        Ok(())
    }

    /// Takes back every rule that is not the plan's.
    pub fn reset_rules(&mut self) {
        self.rules.truncate(self.planned_rules);
        self.rules_changed();
    }

    /// True if nothing passes.
    #[inline]
    pub fn is_cut(&self, link: Link) -> bool {
        self.cut_links.contains(link)
    }

    /// Cuts links.
    pub fn cut(&mut self, cut: &Cut) -> Result<(), Refusal> {
        let links = self.links_of(cut)?;
        if links.is_empty() {
            return Err(Refusal::NothingToDo("empty-cut"));
        }
        Arc::make_mut(&mut self.cut_links).extend(links);
        self.cuts.push(cut.clone());
        Ok(())
    }

    /// Mends these links, or everything if the list is empty: cuts, clogs and holds. Says which holds ended.
    pub fn heal(&mut self, links: &[Link]) -> Result<Vec<Link>, Refusal> {
        self.check_links(links)?;
        if links.is_empty() {
            self.cuts.clear();
            self.cut_links = Arc::default();
            self.clogs.clear();
            return Ok(std::mem::take(&mut self.held).iter().collect());
        }
        let cut = Arc::make_mut(&mut self.cut_links);
        links.iter().for_each(|link| {
            cut.remove(*link);
        });
        self.clogs.retain(|clog| !links.contains(&clog.link));
        let rest: Vec<Link> = self.cut_links.iter().collect();
        // What is left of the cuts is no longer of their shape.
        self.cuts = if rest.is_empty() { Vec::new() } else { vec![Cut::Links(rest)] };
        Ok(links.iter().copied().filter(|link| self.held.remove(*link)).collect())
    }

    /// Open cuts, in the order in which they were made.
    pub fn cuts(&self) -> &[Cut] {
        &self.cuts
    }

    /// Links stand still from `start_us` to `end_us`.
    pub fn clog(&mut self, links: &[Link], start_us: u64, end_us: u64) -> Result<(), Refusal> {
        self.check_links(links)?;
        self.clogs.extend(links.iter().map(|&link| Clog { link, start_us, end_us }));
        Ok(())
    }

    /// Forgets clogs that have ended.
    pub fn forget_clogs_before(&mut self, now_us: u64) {
        self.clogs.retain(|clog| clog.end_us > now_us);
    }

    /// When a message that would arrive at `due_us` does arrive: at the end of the clog that it runs into.
    #[inline]
    pub fn unclogged(&self, link: Link, mut due_us: u64) -> u64 {
        if self.clogs.is_empty() {
            return due_us;
        }
        while let Some(clog) = self.clogs.iter().find(|clog| clog.link == link && (clog.start_us..clog.end_us).contains(&due_us))
        {
            due_us = clog.end_us;
        }
        due_us
    }

    /// When the clog that a link is in ends.
    pub fn clogged_until(&self, link: Link, now_us: u64) -> Option<u64> {
        let end = self.unclogged(link, now_us);
        (end > now_us).then_some(end)
    }

    /// Keeps what is sent on these links.
    pub fn hold(&mut self, links: &[Link]) -> Result<(), Refusal> {
        self.check_links(links)?;
        self.held.extend(links.iter().copied());
        Ok(())
    }

    /// Keeps nothing more on these links; on all if the list is empty. Says which held.
    pub fn release(&mut self, links: &[Link]) -> Result<Vec<Link>, Refusal> {
        self.check_links(links)?;
        let released: Vec<Link> = match links {
            [] => std::mem::take(&mut self.held).iter().collect(),
            _ => links.iter().copied().filter(|link| self.held.remove(*link)).collect(),
        };
        if released.is_empty() { Err(Refusal::NothingToDo("nothing-held")) } else { Ok(released) }
    }

    /// True if the link keeps what is sent.
    #[inline]
    pub fn is_held(&self, link: Link) -> bool {
        self.held.contains(link)
    }

    /// Links on which nothing passes, in order.
    pub fn all_cut(&self) -> impl Iterator<Item = Link> + '_ {
        self.cut_links.iter()
    }

    /// Links with a cut, a clog, a hold or a rule that is not the plan's.
    pub fn troubled(&self, now_us: u64) -> Sorted<Link> {
        self.troubled_beside(now_us, |_| false)
    }

    /// The same, but of links that are cut those only that are not in `known`.
    pub fn troubled_beside(&self, now_us: u64, known: impl Fn(Link) -> bool) -> Sorted<Link> {
        let cut = self.cut_links.iter().filter(|link| !known(*link));
        let mut troubled: Sorted<Link> = cut.chain(self.held.iter()).collect();
        troubled.extend(self.clogs.iter().map(|clog| clog.link).filter(|&link| self.clogged_until(link, now_us).is_some()));
        let nodes = self.cluster.nodes() as u16;
        // Beyond a hundred nodes nobody draws every link that a general rule touches.
        if !self.rules.is_empty() && nodes <= 100 {
            for link in (0..nodes).flat_map(|a| (0..nodes).map(move |b| (NodeId(a), NodeId(b)))) {
                let faulty = |class| {
                    let now = self.resolve(link, class, None);
                    (now.loss_ppm, now.duplicate_ppm, now.reorder_ppm) != (0, 0, 0)
                        || (now.delay_us_min, now.delay_us_max) != (self.default.delay_us_min, self.default.delay_us_max)
                };
                if link.0 != link.1 && [Class::Request, Class::Reply, Class::OneWay].into_iter().any(faulty) {
                    troubled.insert(link);
                }
            }
        }
        troubled
    }

    /// What a link does with messages of a class, whatever their kind.
    pub fn channel_now(&self, link: Link, class: Class) -> Channel {
        self.resolve(link, class, None)
    }

    /// What all links do by default.
    pub fn default_channel(&self) -> Channel {
        self.default
    }

    /// The directed links that a cut takes away.
    pub fn links_of(&self, cut: &Cut) -> Result<Vec<Link>, Refusal> {
        let all: Vec<NodeId> = (0..self.cluster.nodes() as u16).map(NodeId).collect();
        let between = |from: &[NodeId], to: &[NodeId]| -> Vec<Link> {
            from.iter().flat_map(|&a| to.iter().filter(move |&&b| a != b).map(move |&b| (a, b))).collect()
        };
        let both = |a: &[NodeId], b: &[NodeId]| [between(a, b), between(b, a)].concat();
        Ok(match cut {
            Cut::Islands(islands) => {
                self.check_distinct(islands.iter().flatten())?;
                let rest: Vec<NodeId> = all.iter().copied().filter(|node| !islands.iter().flatten().any(|n| n == node)).collect();
                let mut sides: Vec<&[NodeId]> = islands.iter().map(Vec::as_slice).collect();
                sides.push(&rest);
                let pairs = (0..sides.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
                pairs.flat_map(|(i, j)| both(sides[i], sides[j])).collect()
            }
            Cut::Bridge { bridge, left, right } => {
                self.check_distinct(left.iter().chain(right).chain([bridge]))?;
                both(left, right)
            }
            Cut::Ring(order) => {
                self.check_distinct(order.iter())?;
                let place = |node: NodeId| order.iter().position(|n| *n == node);
                let neighbours = |a: NodeId, b: NodeId| match (place(a), place(b)) {
                    (Some(i), Some(j)) => i.abs_diff(j) == 1 || i.abs_diff(j) + 1 == order.len(),
                    _ => true,
                };
                between(&all, &all).into_iter().filter(|&(a, b)| !neighbours(a, b)).collect()
            }
            Cut::OneWay { from, to } => {
                from.iter().chain(to).try_for_each(|node| self.check(*node))?;
                between(from, to)
            }
            Cut::Isolate(node) => {
                self.check(*node)?;
                both(&[*node], &all)
            }
            Cut::Links(links) => {
                self.check_links(links)?;
                links.clone()
            }
        })
    }

    /// Appends what is wrong with the network: cuts, holds, rules, clogs that are open.
    pub fn encode_faults(&self, now_us: u64, to: &mut Encoder) {
        let mut pairs = |links: Vec<Link>| {
            to.len(links.len());
            links.iter().for_each(|(a, b)| {
                to.put(a);
                to.put(b);
            });
        };
        pairs(self.cut_links.iter().collect());
        pairs(self.held.iter().collect());
        let clogged: Sorted<Link> = self.clogs.iter().filter(|clog| clog.end_us > now_us).map(|clog| clog.link).collect();
        pairs(clogged.iter().collect());
        to.len(self.rules.len() - self.planned_rules);
        for rule in &self.rules[self.planned_rules..] {
            to.list(rule.select.from.iter());
            to.list(rule.select.to.iter());
            to.option(rule.select.class.map(|class| class as u8).as_ref());
            to.option(rule.select.kind.as_ref());
            to.option(rule.set.loss_ppm.as_ref());
            to.option(rule.set.duplicate_ppm.as_ref());
            to.option(rule.set.reorder_ppm.as_ref());
            to.option(rule.set.reorder_us_max.as_ref());
            to.option(rule.set.delay_us.map(|range| range.0).as_ref());
            to.option(rule.set.delay_us.map(|range| range.1).as_ref());
        }
    }

    /// Every directed link of a node.
    pub fn around(&self, node: NodeId) -> Vec<Link> {
        let others = (0..self.cluster.nodes() as u16).map(NodeId).filter(move |other| *other != node);
        others.flat_map(|other| [(node, other), (other, node)]).collect()
    }

    fn check(&self, node: NodeId) -> Result<(), Refusal> {
        if node.index() < self.cluster.nodes() { Ok(()) } else { Err(Refusal::NoSuchNode(node)) }
    }

    fn check_links(&self, links: &[Link]) -> Result<(), Refusal> {
        for &(from, to) in links {
            self.check(from)?;
            self.check(to)?;
            if from == to {
                return Err(Refusal::BadValue("link", "between two different nodes"));
            }
        }
        Ok(())
    }

    fn check_distinct<'a>(&self, nodes: impl Iterator<Item = &'a NodeId>) -> Result<(), Refusal> {
        let mut seen = vec![false; self.cluster.nodes()];
        for node in nodes {
            self.check(*node)?;
            if std::mem::replace(&mut seen[node.index()], true) {
                return Err(Refusal::BadValue("cut", "each node on one side only"));
            }
        }
        Ok(())
    }
}

/// The id of a message: the n-th send on its link.
pub fn message_id((from, to): Link, n: u32) -> EventId {
    EventId::new(Place::of_link(PlaceKind::Link, from, to), n)
}

fn selects(rule: &ChannelRule, (from, to): Link, class: Class, kind: Option<u8>) -> bool {
    let select = &rule.select;
    (select.from.is_empty() || select.from.contains(&from))
        && (select.to.is_empty() || select.to.contains(&to))
        && select.class.is_none_or(|only| only == class)
        && select.kind.is_none_or(|only| kind == Some(only))
}

fn patch(channel: &mut Channel, set: &ChannelPatch) {
    if let Some((min, max)) = set.delay_us {
        (channel.delay_us_min, channel.delay_us_max) = (min, max);
    }
    channel.loss_ppm = set.loss_ppm.unwrap_or(channel.loss_ppm);
    channel.duplicate_ppm = set.duplicate_ppm.unwrap_or(channel.duplicate_ppm);
    channel.reorder_ppm = set.reorder_ppm.unwrap_or(channel.reorder_ppm);
    channel.reorder_us_max = set.reorder_us_max.unwrap_or(channel.reorder_us_max);
}

fn merge(old: &mut ChannelPatch, new: &ChannelPatch) {
    old.delay_us = new.delay_us.or(old.delay_us);
    old.loss_ppm = new.loss_ppm.or(old.loss_ppm);
    old.duplicate_ppm = new.duplicate_ppm.or(old.duplicate_ppm);
    old.reorder_ppm = new.reorder_ppm.or(old.reorder_ppm);
    old.reorder_us_max = new.reorder_us_max.or(old.reorder_us_max);
}

fn check_patch(set: &ChannelPatch) -> Result<(), Refusal> {
    const PPM: &str = "from 0 to 1,000,000";
    const LONGEST_US: u64 = 3_600_000_000;
    if set.delay_us.is_some_and(|(min, max)| min > max || max > LONGEST_US) {
        return Err(Refusal::BadValue("delay", "a range from least to greatest, at most one hour"));
    }
    if set.reorder_us_max.is_some_and(|max| max > LONGEST_US) {
        return Err(Refusal::BadValue("reorder", "at most one hour"));
    }
    for (field, ppm) in [("loss", set.loss_ppm), ("duplicate", set.duplicate_ppm), ("reorder", set.reorder_ppm)] {
        if ppm.is_some_and(|ppm| ppm > 1_000_000) {
            return Err(Refusal::BadValue(field, PPM));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(servers: u16, clients: u16) -> Links {
        Links::new(Cluster { servers, clients }, &Network::default())
    }

    fn nodes(ids: &[u16]) -> Vec<NodeId> {
        ids.iter().map(|&id| NodeId(id)).collect()
    }

    fn cut_pairs(cut: Cut) -> Vec<(u16, u16)> {
        let mut pairs: Vec<_> = links(4, 1).links_of(&cut).unwrap().into_iter().map(|(a, b)| (a.0, b.0)).collect();
        pairs.sort();
        pairs
    }

    #[test]
    fn nodes_in_no_island_form_one_more() {
        let pairs = cut_pairs(Cut::Islands(vec![nodes(&[0, 1])]));
        assert_eq!(pairs.len(), 2 * 2 * 3);
        assert!(pairs.contains(&(4, 0)) && pairs.contains(&(0, 4)) && !pairs.contains(&(2, 4)));
    }

    #[test]
    fn a_bridge_is_seen_by_both_sides() {
        let pairs = cut_pairs(Cut::Bridge { bridge: NodeId(2), left: nodes(&[0, 1]), right: nodes(&[3]) });
        assert_eq!(pairs, [(0, 3), (1, 3), (3, 0), (3, 1)]);
    }

    #[test]
    fn a_ring_leaves_neighbours_and_strangers() {
        let pairs = cut_pairs(Cut::Ring(nodes(&[0, 1, 2, 3])));
        assert_eq!(pairs, [(0, 2), (1, 3), (2, 0), (3, 1)]);
    }

    #[test]
    fn one_way_is_one_way() {
        assert_eq!(cut_pairs(Cut::OneWay { from: nodes(&[0]), to: nodes(&[1, 2]) }), [(0, 1), (0, 2)]);
    }

    #[test]
    fn bad_cuts_are_refused() {
        let mut links = links(3, 0);
        assert_eq!(links.cut(&Cut::Isolate(NodeId(3))), Err(Refusal::NoSuchNode(NodeId(3))));
        assert!(links.cut(&Cut::Islands(vec![nodes(&[0]), nodes(&[0])])).is_err());
        assert!(links.cut(&Cut::Links(vec![])).is_err());
        assert!(links.cuts().is_empty());
    }

    #[test]
    fn a_rule_for_replies_leaves_requests_alone() {
        let mut links = links(3, 0);
        let select = super::super::plan::Selector { class: Some(Class::Reply), to: nodes(&[0]), ..Default::default() };
        links.add_rule(&ChannelRule { select, set: ChannelPatch { loss_ppm: Some(300_000), ..Default::default() } }).unwrap();
        assert_eq!(links.channel((NodeId(1), NodeId(0)), Class::Reply, 0).loss_ppm, 300_000);
        assert_eq!(links.channel((NodeId(1), NodeId(0)), Class::Request, 0).loss_ppm, 0);
        assert_eq!(links.channel((NodeId(0), NodeId(1)), Class::Reply, 0).loss_ppm, 0);
        links.reset_rules();
        assert_eq!(links.channel((NodeId(1), NodeId(0)), Class::Reply, 0).loss_ppm, 0);
    }

    #[test]
    fn clogs_that_follow_each_other_add_up() {
        let mut links = links(2, 0);
        let link = (NodeId(0), NodeId(1));
        links.clog(&[link], 100, 200).unwrap();
        links.clog(&[link], 200, 300).unwrap();
        assert_eq!((links.unclogged(link, 150), links.unclogged(link, 99), links.unclogged(link, 300)), (300, 99, 300));
    }
}

//! What each fault does, one story each, on the smallest system that shows it: nodes that tell everybody the number of the
//! round, and write it down. Links take exactly a millisecond, disks half of one, so that every moment is known.

use netsplit::base::draw::Sequence;
use netsplit::base::{Encode, Encoder, EventId, LocalTime, NodeId};
use netsplit::protocol::{Class, Core, Effects, Input, Message, MessageKind, Shape, Slot, TimerName};
use netsplit::sim::fired::FaultKind;
use netsplit::sim::plan::{
    Action, ChannelPatch, ChannelRule, ClockAct, Cluster, Cut, DiskAct, Generator, MessageAct, Operation, Plan, Refusal, Selector,
};
use netsplit::sim::trace::{Event, EventKind, Loss, NoTrace};
use netsplit::sim::{Deployment, World};
use std::collections::BTreeSet;
use std::sync::Arc;

// ---- the system

const ROUND_US: u64 = 100_000;
const LINK_US: u64 = 1_000;
const FSYNC_US: u64 = 500;

/// What a node did, and when by its monotonic clock.
#[derive(Clone, Debug, PartialEq)]
enum Did {
    /// It began a round, when its wall clock showed this.
    Began(u32, i64),
    /// It heard of a round from a node.
    Heard(NodeId, u32),
    /// Its next write is on disk.
    Synced,
    /// Its next write failed.
    Failed,
}

#[derive(Clone, Debug)]
struct Crier {
    id: NodeId,
    nodes: u16,
    round: u32,
    /// What the disk held when it started.
    found: Vec<Slot<u32>>,
    log: Vec<(u64, Did)>,
}

#[derive(Clone, Debug)]
struct Cry(u32);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Round;

impl TimerName for Round {
    const NAMES: &'static [&'static str] = &["Round"];
    fn index(self) -> u8 {
        0
    }
    fn from_index(index: u8) -> Option<Self> {
        (index == 0).then_some(Round)
    }
}

impl Message for Cry {
    const KINDS: &'static [MessageKind] = &[MessageKind { name: "Cry", class: Class::OneWay, shape: Shape::Control }];
    fn kind(&self) -> u8 {
        0
    }
    fn size_bytes(&self) -> u32 {
        4
    }
}

impl Encode for Cry {
    fn encode(&self, to: &mut Encoder) {
        to.u32(self.0);
    }
}

impl Encode for Crier {
    fn encode(&self, to: &mut Encoder) {
        to.u32(self.round);
    }
}

impl Core for Crier {
    type Message = Cry;
    type Record = u32;
    type Timer = Round;
    type Request = u8;
    type Response = u8;

    fn handle(&mut self, now: LocalTime, input: Input<Crier>, out: &mut Effects<Crier>) {
        let did = match input {
            Input::Started { disk } => {
                self.found = disk;
                return out.set_timer(Round, ROUND_US, ROUND_US);
            }
            Input::Timer(Round) => {
                self.round += 1;
                let others = (0..self.nodes).map(NodeId).filter(|node| *node != self.id);
                others.for_each(|node| out.send(node, Cry(self.round)));
                out.persist(self.round);
                out.set_timer(Round, ROUND_US, ROUND_US);
                Did::Began(self.round, now.wall_us)
            }
            Input::Message { from, message: Cry(round) } => Did::Heard(from, round),
            Input::Persisted(_) => Did::Synced,
            Input::WriteFailed(_) => Did::Failed,
            Input::Request { .. } => return,
        };
        self.log.push((now.monotonic_us, did));
    }
}

#[derive(Clone, Debug)]
struct Town(u16);

impl Deployment for Town {
    type Node = Crier;
    fn boot(&self, id: NodeId) -> Crier {
        Crier { id, nodes: self.0, round: 0, found: Vec::new(), log: Vec::new() }
    }
    fn generate(&self, _: &Generator, _: NodeId, _: u32, _: &mut Sequence) -> u8 {
        0
    }
    fn parse(&self, _: &Operation) -> Result<u8, String> {
        Err("criers take no operations".to_owned())
    }
}

// ---- telling stories about it

const S1: NodeId = NodeId(0);
const S2: NodeId = NodeId(1);
const S3: NodeId = NodeId(2);
const C1: NodeId = NodeId(3);
const C2: NodeId = NodeId(4);
const ALL: [NodeId; 5] = [S1, S2, S3, C1, C2];

struct Story {
    world: World<Town>,
    acted: u32,
}

/// Three servers and two clients, at a moment.
fn at(at_us: u64) -> Story {
    let mut plan = Plan::new("town", 3, 1);
    plan.cluster = Cluster { servers: 3, clients: 2 };
    (plan.network.default.delay_us_min, plan.network.default.delay_us_max) = (LINK_US, LINK_US);
    (plan.disk.fsync_us_min, plan.disk.fsync_us_max) = (FSYNC_US, FSYNC_US);
    let mut story = Story { world: World::new(Arc::new(plan), Town(5)), acted: 0 };
    story.until(at_us);
    story
}

impl Story {
    fn try_act(&mut self, action: Action) -> Result<Event, Refusal> {
        self.acted += 1;
        self.world.act(self.acted, &action, &mut NoTrace)
    }

    #[track_caller]
    fn act(&mut self, action: Action) {
        self.try_act(action).expect("it can be done");
    }

    fn message(&mut self, message: EventId, act: MessageAct) {
        self.act(Action::Message { message, act });
    }

    fn disk(&mut self, node: NodeId, act: DiskAct) {
        self.act(Action::Disk { node, act });
    }

    /// Goes on up to and with a moment. What was lost on the way.
    fn until(&mut self, at_us: u64) -> Vec<(EventId, u32)> {
        let mut lost = Vec::new();
        while self.world.kernel().next_due_us().is_some_and(|due_us| due_us <= at_us) {
            let event = self.world.step(&mut NoTrace).expect("something is due");
            if event.kind == EventKind::Lost {
                lost.push((event.item, event.detail));
            }
        }
        self.world.advance_to(at_us);
        lost
    }

    /// A node crashes and starts again: what its disk holds.
    fn restart(&mut self, node: NodeId) -> &[Slot<u32>] {
        self.act(Action::Crash(node));
        self.act(Action::Restart { node, empty: false });
        &self.world.core(node).found
    }

    fn fired(&self, kind: FaultKind) -> u32 {
        self.world.fired().of(kind)
    }

    /// When a node heard of which rounds from another.
    fn heard(&self, node: NodeId, from: NodeId) -> Vec<(u64, u32)> {
        let log = self.world.core(node).log.iter();
        log.filter_map(|(at_us, did)| match did {
            Did::Heard(speaker, round) if *speaker == from => Some((*at_us, *round)),
            _ => None,
        })
        .collect()
    }

    /// When a node began its rounds.
    fn began(&self, node: NodeId) -> Vec<u64> {
        let log = self.world.core(node).log.iter();
        log.filter(|(_, did)| matches!(did, Did::Began(..))).map(|(at_us, _)| *at_us).collect()
    }

    /// Which links let something through since a moment.
    fn links(&self, since_us: u64) -> BTreeSet<(u16, u16)> {
        let pairs = ALL.iter().flat_map(|from| ALL.iter().map(move |to| (*from, *to)));
        let alive = |(from, to): &(NodeId, NodeId)| self.heard(*to, *from).iter().any(|(at_us, _)| *at_us > since_us);
        pairs.filter(alive).map(|(from, to)| (from.0, to.0)).collect()
    }
}

/// The n-th message that a node sent to another, from 0: that of round n + 1.
fn nth(from: NodeId, to: NodeId, n: u32) -> EventId {
    netsplit::sim::links::message_id((from, to), n)
}

/// When a round arrives if nothing is wrong, and the round.
fn on_time(round: u32) -> (u64, u32) {
    (u64::from(round) * ROUND_US + LINK_US, round)
}

#[test]
fn in_a_healthy_town_everybody_hears_everybody_on_time() {
    let story = at(3 * ROUND_US + LINK_US);
    for (node, from) in ALL.iter().flat_map(|a| ALL.iter().filter(move |b| *b != a).map(move |b| (*a, *b))) {
        assert_eq!(story.heard(node, from), [on_time(1), on_time(2), on_time(3)]);
    }
    assert!(story.world.fired().iter().all(|(_, count)| count == 0));
}

// ---- one message in flight

#[test]
fn a_message_delivered_by_hand_arrives_now_whatever_is_in_its_way() {
    let cut = Some(Action::Cut(Cut::Isolate(S2)));
    let held = Some(Action::Hold(vec![(S1, S2)]));
    for (in_its_way, others) in [(None, vec![on_time(1)]), (held, vec![on_time(1)]), (cut, vec![])] {
        let mut story = at(ROUND_US);
        in_its_way.into_iter().for_each(|action| story.act(action));
        story.message(nth(S1, S2, 0), MessageAct::Deliver);
        story.until(2 * ROUND_US - 1);
        assert_eq!(story.heard(S2, S1), [(ROUND_US, 1)]);
        assert_eq!(story.heard(S2, S3), others, "it alone passes");
        assert_eq!(story.fired(FaultKind::MessageDelivered), 1);
    }
}

#[test]
fn a_message_dropped_by_hand_never_arrives_and_the_next_one_does() {
    let mut story = at(ROUND_US);
    story.message(nth(S1, S2, 0), MessageAct::Drop);
    let lost = story.until(2 * ROUND_US + LINK_US);
    assert_eq!(lost, [(nth(S1, S2, 0), Loss::Hand as u32)]);
    assert_eq!(story.heard(S2, S1), [on_time(2)]);
    assert_eq!(story.fired(FaultKind::MessageDropped), 1);
}

#[test]
fn a_message_duplicated_by_hand_arrives_twice() {
    let mut story = at(ROUND_US);
    story.message(nth(S1, S2, 0), MessageAct::Duplicate);
    story.until(2 * ROUND_US + LINK_US);
    let rounds: Vec<u32> = story.heard(S2, S1).iter().map(|(_, round)| *round).collect();
    assert_eq!(rounds, [1, 1, 2]);
    assert_eq!((story.fired(FaultKind::MessageDuplicated), story.fired(FaultKind::Duplication)), (1, 1));
}

#[test]
fn a_message_delayed_by_hand_arrives_later_by_that_much_and_may_be_overtaken() {
    let mut story = at(ROUND_US);
    story.message(nth(S1, S2, 0), MessageAct::Delay(ROUND_US + 7));
    story.until(3 * ROUND_US);
    assert_eq!(story.heard(S2, S1), [on_time(2), (on_time(1).0 + ROUND_US + 7, 1)]);
    assert_eq!((story.fired(FaultKind::MessageDelayed), story.fired(FaultKind::Reordering)), (1, 1));
}

#[test]
fn messages_swapped_by_hand_change_their_arrival_times() {
    let mut story = at(ROUND_US);
    story.message(nth(S3, S2, 0), MessageAct::Delay(40));
    story.message(nth(S1, S2, 0), MessageAct::Swap(nth(S3, S2, 0)));
    story.until(2 * ROUND_US);
    assert_eq!((story.heard(S2, S3), story.heard(S2, S1)), (vec![on_time(1)], vec![(on_time(1).0 + 40, 1)]));
    assert_eq!(story.fired(FaultKind::MessageSwapped), 1);
    assert_eq!(
        story.try_act(Action::Message { message: nth(S1, S2, 0), act: MessageAct::Drop }),
        Err(Refusal::NoSuchMessage(nth(S1, S2, 0))),
        "it has arrived"
    );
}

// ---- links

fn lose_all(class: Class) -> Action {
    let select = Selector { from: vec![S1], to: vec![S2], class: Some(class), kind: None };
    Action::Channel(ChannelRule { select, set: ChannelPatch { loss_ppm: Some(1_000_000), ..ChannelPatch::default() } })
}

#[test]
fn one_way_messages_are_lost_by_a_rule_for_them_and_by_no_other() {
    let mut story = at(50);
    story.act(lose_all(Class::Request));
    story.act(lose_all(Class::Reply));
    assert_eq!(story.until(2 * ROUND_US - 1), []);
    story.act(lose_all(Class::OneWay));
    let lost = story.until(3 * ROUND_US - 1);
    assert_eq!(lost, [(nth(S1, S2, 1), Loss::Chance as u32)]);
    story.act(Action::ResetChannels);
    story.until(4 * ROUND_US);
    assert_eq!(story.heard(S2, S1), [on_time(1), on_time(3)]);
    assert_eq!(story.heard(S1, S2), [on_time(1), on_time(2), on_time(3)], "the other direction is another link");
    let classes = [FaultKind::LossOfRequest, FaultKind::LossOfReply, FaultKind::LossOfOneWay];
    assert_eq!(classes.map(|kind| story.fired(kind)), [0, 0, 1]);
}

#[test]
fn what_is_held_goes_on_in_order_when_it_is_released() {
    let mut story = at(ROUND_US);
    // What is in flight there is kept too.
    story.act(Action::Hold(vec![(S1, S2)]));
    assert_eq!(story.until(4 * ROUND_US - 1), [], "nothing is lost");
    assert_eq!((story.heard(S2, S1), story.heard(S2, S3).len()), (vec![], 3));
    story.act(Action::Release(vec![(S1, S2)]));
    story.until(4 * ROUND_US + LINK_US);
    let now = 4 * ROUND_US - 1;
    assert_eq!(story.heard(S2, S1), [(now, 1), (now, 2), (now, 3), on_time(4)]);
    assert_eq!(story.try_act(Action::Release(vec![])), Err(Refusal::NothingToDo("nothing-held")));
}

#[test]
fn a_clogged_link_stands_still_to_the_end_and_loses_nothing() {
    let mut story = at(ROUND_US / 2);
    story.act(Action::Clog { links: vec![(S1, S2)], for_us: 2 * ROUND_US });
    assert_eq!(story.until(4 * ROUND_US), []);
    let end = ROUND_US / 2 + 2 * ROUND_US;
    assert_eq!(story.heard(S2, S1), [(end, 1), (end, 2), on_time(3)]);
    assert_eq!(story.fired(FaultKind::Clog), 2);
}

#[test]
fn a_clog_that_is_healed_early_lets_go_at_once_what_is_late_and_no_more() {
    let mut story = at(ROUND_US / 2);
    story.act(Action::Clog { links: vec![(S1, S2)], for_us: 9 * ROUND_US });
    // Round 1 is late, round 2 has just been sent.
    story.until(2 * ROUND_US);
    story.act(Action::Heal(vec![]));
    story.until(3 * ROUND_US);
    assert_eq!(story.heard(S2, S1), [(2 * ROUND_US, 1), on_time(2)]);
}

#[test]
fn a_swizzle_clog_stops_one_node_after_the_other_and_frees_them_in_another_order() {
    let begin = ROUND_US / 2;
    let mut story = at(begin);
    let free_order = vec![2, 0, 1];
    story.act(Action::SwizzleClog { nodes: vec![S1, S2, S3], step_us: ROUND_US, free_order });
    assert_eq!(story.until(6 * ROUND_US), [], "nothing is lost");
    // S1 stops at once, S2 a step later, S3 another step later; then S3, S1 and S2 are freed, a step apart.
    let freed = |steps: u64| begin + steps * ROUND_US;
    let kept = |rounds: std::ops::RangeInclusive<u32>, steps| rounds.map(|round| (freed(steps), round)).collect::<Vec<_>>();
    assert_eq!(story.heard(C1, S1), [kept(1..=4, 4), vec![on_time(5)]].concat());
    assert_eq!(story.heard(C1, S2), [vec![on_time(1)], kept(2..=5, 5)].concat());
    assert_eq!(story.heard(C1, S3), [vec![on_time(1), on_time(2)], kept(3..=3, 3), vec![on_time(4), on_time(5)]].concat());
    assert_eq!(story.heard(C1, C2).len(), 5, "clients among themselves are free");
    assert_eq!(story.fired(FaultKind::SwizzleClog), 1);
}

// ---- partitions

/// Links that a cut takes away from a town in which all messages of round 1 are in flight; a heal gives them back.
fn cut_away(cut: Cut, kind: FaultKind) -> Vec<(u16, u16)> {
    let mut story = at(ROUND_US);
    let everywhere = {
        let mut healthy = at(ROUND_US);
        healthy.until(2 * ROUND_US);
        healthy.links(0)
    };
    story.act(Action::Cut(cut));
    let lost = story.until(ROUND_US + LINK_US);
    let through = story.links(0);
    let cut: Vec<(u16, u16)> = everywhere.difference(&through).copied().collect();
    assert!(lost.iter().all(|(_, why)| *why == Loss::Cut as u32));
    assert_eq!((lost.len(), story.fired(kind)), (cut.len(), 1), "what was in flight is lost too");
    let begin = story.world.kernel().now_us();
    assert_eq!(story.until(2 * ROUND_US + LINK_US).len(), cut.len());
    assert_eq!(story.links(begin), through, "and so is what is sent later");
    assert_eq!(story.fired(FaultKind::LostInCut) as usize, 2 * cut.len());
    let healed = story.world.kernel().now_us();
    story.act(Action::Heal(vec![]));
    story.until(3 * ROUND_US + LINK_US);
    assert_eq!(story.links(healed), everywhere);
    cut
}

/// All links between these sides.
fn between(sides: &[&[NodeId]]) -> Vec<(u16, u16)> {
    let side = |node: &NodeId| sides.iter().position(|side| side.contains(node));
    let pairs = ALL.iter().flat_map(|from| ALL.iter().map(move |to| (from, to)));
    let cut = pairs.filter(|(from, to)| side(from).is_some() && side(to).is_some() && side(from) != side(to));
    cut.map(|(from, to)| (from.0, to.0)).collect()
}

#[test]
fn a_one_way_cut_silences_a_client_that_still_hears() {
    let cut = Cut::OneWay { from: vec![C1], to: vec![S1, S2] };
    assert_eq!(cut_away(cut, FaultKind::CutOneWay), [(C1.0, S1.0), (C1.0, S2.0)]);
}

#[test]
fn a_bridge_sees_both_sides_and_each_side_has_its_client() {
    let (left, right) = (vec![S1, C1], vec![S3, C2]);
    let cut = Cut::Bridge { bridge: S2, left: left.clone(), right: right.clone() };
    assert_eq!(cut_away(cut, FaultKind::CutBridge), between(&[&left, &right]));
}

#[test]
fn in_a_ring_a_client_hears_its_two_neighbours_and_who_is_not_in_it_hears_all() {
    let mut strangers = [between(&[&[S1], &[S3]]), between(&[&[S2], &[C1]])].concat();
    strangers.sort_unstable();
    assert_eq!(cut_away(Cut::Ring(vec![S1, S2, S3, C1]), FaultKind::CutRing), strangers);
}

#[test]
fn islands_part_clients_too_and_who_is_named_in_none_stays_together() {
    let cut = Cut::Islands(vec![vec![S1, C1], vec![S2]]);
    assert_eq!(cut_away(cut, FaultKind::CutIslands), between(&[&[S1, C1], &[S2], &[S3, C2]]));
}

#[test]
fn an_isolated_client_hears_nobody_and_single_links_can_be_cut() {
    assert_eq!(cut_away(Cut::Isolate(C2), FaultKind::CutIsolate), between(&[&[C2], &[S1, S2, S3, C1]]));
    assert_eq!(cut_away(Cut::Links(vec![(S2, C1)]), FaultKind::CutLinks), [(S2.0, C1.0)]);
}

// ---- nodes

#[test]
fn a_paused_node_misses_nothing_and_goes_on_in_order_when_it_is_resumed() {
    let mut story = at(ROUND_US);
    story.act(Action::Pause(S2));
    assert_eq!(story.until(3 * ROUND_US + 7), [], "messages queue");
    assert_eq!(story.world.core(S2).log.len(), 1, "it has begun round 1, and stands still");
    let resumed = 3 * ROUND_US + 7;
    story.act(Action::Resume(S2));
    story.until(resumed);
    // Its write, who cried round 1, its own timer, who cried round 2: as they were due, all now. Its clocks ran on.
    let heard = |round| [S1, S3, C1, C2].map(|from| Did::Heard(from, round));
    let began = Did::Began(2, resumed as i64);
    let log: Vec<Did> = [vec![Did::Synced], heard(1).to_vec(), vec![began], heard(2).to_vec()].concat();
    let did: Vec<(u64, Did)> = story.world.core(S2).log[1..].to_vec();
    assert_eq!(did, log.into_iter().map(|did| (resumed, did)).collect::<Vec<_>>());
    assert_eq!(story.fired(FaultKind::Pause), 1);
}

#[test]
fn a_slow_node_takes_its_time_and_what_its_queue_has_no_room_for_is_lost() {
    let mut story = at(ROUND_US);
    let service_us = 5_000;
    story.act(Action::Slow { node: S2, service_us, queue: 2 });
    let lost = story.until(2 * ROUND_US - 1);
    let arrival = on_time(1).0;
    assert_eq!(
        (story.heard(S2, S1), story.heard(S2, S3)),
        (vec![(arrival + service_us, 1)], vec![(arrival + 2 * service_us, 1)])
    );
    // One is served, one waits behind it: that fills the queue of two.
    assert_eq!(lost, [(nth(C1, S2, 0), Loss::QueueFull as u32), (nth(C2, S2, 0), Loss::QueueFull as u32)]);
    assert_eq!((story.fired(FaultKind::QueueFull), story.fired(FaultKind::Slow)), (2, 1));
    story.act(Action::Slow { node: S2, service_us: 0, queue: 0 });
    story.until(3 * ROUND_US - 1);
    assert_eq!(story.heard(S2, C2), [on_time(2)], "fast again");
}

#[test]
fn a_crashed_node_hears_nothing_and_has_forgotten_what_was_not_on_disk() {
    let mut story = at(ROUND_US + FSYNC_US);
    story.act(Action::Crash(S2));
    let lost = story.until(2 * ROUND_US - 1);
    assert_eq!(lost.len(), 4);
    assert!(lost.iter().all(|(_, why)| *why == Loss::ReceiverDown as u32));
    story.act(Action::Restart { node: S2, empty: false });
    assert_eq!((story.world.core(S2).round, &story.world.core(S2).found[..]), (0, &[Slot::Intact(1)][..]));
    story.act(Action::Crash(S2));
    story.act(Action::Restart { node: S2, empty: true });
    assert_eq!(story.world.core(S2).found, [], "its disk was replaced");
    let kinds = [FaultKind::Crash, FaultKind::Restart, FaultKind::RestartEmpty];
    assert_eq!(kinds.map(|kind| story.fired(kind)), [2, 1, 1]);
}

// ---- clocks

#[test]
fn a_jump_of_the_wall_clock_moves_no_timer() {
    for by_us in [3_600_000_000, -3_600_000_000] {
        let mut story = at(ROUND_US / 2);
        story.act(Action::Clock { node: S2, act: ClockAct::Jump(by_us) });
        story.until(2 * ROUND_US);
        assert_eq!(story.began(S2), [ROUND_US, 2 * ROUND_US]);
        let began = &story.world.core(S2).log[0].1;
        assert_eq!(*began, Did::Began(1, ROUND_US as i64 + by_us), "but it shows another time");
        assert_eq!(story.fired(FaultKind::ClockJump), 1);
    }
}

#[test]
fn a_fast_clock_lets_timers_run_out_early_and_a_slow_one_late() {
    // Half a round is left when the rate changes. When the others hear of its rounds:
    for (rate_ppm, first, second) in [(1_000_000, 75_000, 125_000), (-500_000, 150_000, 350_000)] {
        let mut story = at(ROUND_US / 2);
        story.act(Action::Clock { node: S2, act: ClockAct::Rate(rate_ppm) });
        story.until(400_000);
        let heard: Vec<u64> = story.heard(S1, S2).iter().map(|(at_us, _)| *at_us - LINK_US).take(2).collect();
        assert_eq!(heard, [first, second]);
        assert_eq!(story.began(S2)[..2], [ROUND_US, 2 * ROUND_US], "by its own clock it is punctual");
        assert_eq!(story.fired(FaultKind::ClockRate), 1);
    }
}

// ---- disks

#[test]
fn a_crash_loses_what_was_not_synced_and_keeps_what_was() {
    let mut story = at(2 * ROUND_US + FSYNC_US - 1);
    assert_eq!(story.restart(S2), [Slot::Intact(1)]);
    assert_eq!(story.fired(FaultKind::UnsyncedLost), 1);
    let mut story = at(2 * ROUND_US + FSYNC_US);
    assert_eq!(story.restart(S2), [Slot::Intact(1), Slot::Intact(2)]);
    assert_eq!(story.fired(FaultKind::UnsyncedLost), 0);
}

#[test]
fn a_lucky_crash_keeps_what_was_not_synced() {
    let mut story = at(2 * ROUND_US);
    story.disk(S2, DiskAct::LoseUnsynced(0));
    assert_eq!(story.restart(S2), [Slot::Intact(1), Slot::Intact(2)]);
}

#[test]
fn a_torn_tail_is_found_once_and_cut_off() {
    let mut story = at(2 * ROUND_US);
    story.disk(S2, DiskAct::TornTail(1_000_000));
    assert_eq!(story.restart(S2), [Slot::Intact(1), Slot::Torn]);
    assert_eq!(story.restart(S2), [Slot::Intact(1)]);
    assert_eq!(story.fired(FaultKind::TornTail), 1);
}

#[test]
fn a_corrupt_record_stays_in_its_place() {
    let mut story = at(3 * ROUND_US - 1);
    story.disk(S2, DiskAct::Corrupt(1));
    for _ in 0..2 {
        assert_eq!(story.restart(S2), [Slot::Corrupt, Slot::Intact(2)]);
    }
    assert_eq!(story.fired(FaultKind::Corruption), 1);
    let beyond = Action::Disk { node: S2, act: DiskAct::Corrupt(2) };
    assert_eq!(story.try_act(beyond), Err(Refusal::NothingToDo("no-such-record")));
}

#[test]
fn a_misdirected_write_is_missing_and_damages_what_it_hits() {
    let mut story = at(3 * ROUND_US - 1);
    story.disk(S2, DiskAct::Misdirect(1));
    story.until(4 * ROUND_US + FSYNC_US);
    assert_eq!(story.restart(S2), [Slot::Corrupt, Slot::Intact(2), Slot::Corrupt, Slot::Intact(4)]);
    assert_eq!(story.fired(FaultKind::Misdirection), 1);
}

#[test]
fn a_full_disk_fails_writes_until_there_is_room_and_keeps_nothing_of_them() {
    let mut story = at(2 * ROUND_US - 1);
    story.disk(S2, DiskAct::Full(true));
    story.until(3 * ROUND_US - 1);
    story.disk(S2, DiskAct::Full(false));
    story.until(3 * ROUND_US + FSYNC_US);
    let outcomes = story.world.core(S2).log.iter().filter(|(_, did)| matches!(did, Did::Synced | Did::Failed));
    let at = |round: u64| round * ROUND_US + FSYNC_US;
    let expected = [(at(1), Did::Synced), (at(2), Did::Failed), (at(3), Did::Synced)];
    assert_eq!(outcomes.cloned().collect::<Vec<_>>(), expected);
    assert_eq!(story.fired(FaultKind::DiskFull), 1);
    assert_eq!(story.restart(S2), [Slot::Intact(1), Slot::Intact(3)]);
}

#[test]
fn a_slow_disk_answers_late_and_in_order() {
    let mut story = at(2 * ROUND_US - 1);
    let fsync_us = ROUND_US + 50;
    story.disk(S2, DiskAct::Fsync(fsync_us, fsync_us));
    story.until(3 * ROUND_US);
    // The third write was issued before that, and the fourth does not overtake it.
    story.disk(S2, DiskAct::Fsync(0, 0));
    story.until(5 * ROUND_US);
    let synced = story.world.core(S2).log.iter().filter(|(_, did)| *did == Did::Synced).map(|(at_us, _)| *at_us);
    let third = 3 * ROUND_US + fsync_us;
    let expected = [ROUND_US + FSYNC_US, 2 * ROUND_US + fsync_us, third, third, 5 * ROUND_US];
    assert_eq!(synced.collect::<Vec<_>>(), expected);
    assert_eq!(story.fired(FaultKind::FsyncDelay), 2);
}

//! What is written down says exactly what it was written of: plans come back from both of their forms, and canonical bytes
//! tell different things apart.

use netsplit::base::ids::PlaceKind;
use netsplit::base::{Encode, Encoder, EventId, NodeId, Place};
use netsplit::protocol::Class;
use netsplit::protocol::kv::{self, Key};
use netsplit::protocol::lock::command::{self, Lease, Mode, Place as InQueue, Sequencer};
use netsplit::protocol::machine::{Answer, Op};
use netsplit::protocol::raft::{Command, Entry, HardState, Message, Record};
use netsplit::sim::plan::{
    Action, Channel, ChannelPatch, ChannelRule, ClockAct, ClockPlan, Cluster, Cut, DiskAct, DiskSettings, Generator,
    Intervention, MessageAct, Moment, Network, Operation, Plan, PlannedAction, PlannedOperation, Selector, Setting, Workload,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use std::fmt::Debug;
use std::sync::Arc;

// ---- plans

fn node() -> impl Strategy<Value = NodeId> {
    (0u16..16_384).prop_map(NodeId)
}

fn nodes() -> impl Strategy<Value = Vec<NodeId>> {
    vec(node(), 0..4)
}

fn links() -> impl Strategy<Value = Vec<(NodeId, NodeId)>> {
    vec((node(), node()), 0..3)
}

fn event_id() -> impl Strategy<Value = EventId> {
    let of_node = select(&[PlaceKind::Node, PlaceKind::Disk, PlaceKind::Timer, PlaceKind::Workload][..]);
    let of_link = select(&[PlaceKind::Link, PlaceKind::Copy, PlaceKind::HandCopy, PlaceKind::Loss][..]);
    let place = prop_oneof![
        (of_node, node()).prop_map(|(kind, node)| Place::of_node(kind, node)),
        (of_link, node(), node()).prop_map(|(kind, from, to)| Place::of_link(kind, from, to)),
        // The scripted part of a client's workload.
        node().prop_map(|client| Place::of_link(PlaceKind::Workload, client, NodeId(1))),
        Just(Place::plan()),
        Just(Place::hand()),
    ];
    prop_oneof![9 => (place, any::<u32>()).prop_map(|(place, n)| EventId::new(place, n)), 1 => Just(EventId::NONE)]
}

fn operation() -> impl Strategy<Value = Operation> {
    (any::<String>(), any::<String>(), vec(any::<u64>(), 0..3), option::of(node()))
        .prop_map(|(verb, key, args, target)| Operation { verb, key, args, target })
}

fn class() -> impl Strategy<Value = Class> {
    prop_oneof![Just(Class::Request), Just(Class::Reply), Just(Class::OneWay)]
}

fn rule() -> impl Strategy<Value = ChannelRule> {
    let select = (nodes(), nodes(), option::of(class()), option::of(any::<u8>()));
    let select = select.prop_map(|(from, to, class, kind)| Selector { from, to, class, kind });
    let ppm = || option::of(any::<u32>());
    let set = (option::of(any::<(u64, u64)>()), ppm(), ppm(), ppm(), option::of(any::<u64>())).prop_map(
        |(delay_us, loss_ppm, duplicate_ppm, reorder_ppm, reorder_us_max)| ChannelPatch {
            delay_us,
            loss_ppm,
            duplicate_ppm,
            reorder_ppm,
            reorder_us_max,
        },
    );
    (select, set).prop_map(|(select, set)| ChannelRule { select, set })
}

fn cut() -> impl Strategy<Value = Cut> {
    prop_oneof![
        vec(nodes(), 0..3).prop_map(Cut::Islands),
        (node(), nodes(), nodes()).prop_map(|(bridge, left, right)| Cut::Bridge { bridge, left, right }),
        nodes().prop_map(Cut::Ring),
        (nodes(), nodes()).prop_map(|(from, to)| Cut::OneWay { from, to }),
        node().prop_map(Cut::Isolate),
        links().prop_map(Cut::Links),
    ]
}

fn message_act() -> impl Strategy<Value = MessageAct> {
    prop_oneof![
        Just(MessageAct::Deliver),
        Just(MessageAct::Drop),
        Just(MessageAct::Duplicate),
        any::<u64>().prop_map(MessageAct::Delay),
        event_id().prop_map(MessageAct::Swap),
    ]
}

fn disk_act() -> impl Strategy<Value = DiskAct> {
    prop_oneof![
        any::<(u64, u64)>().prop_map(|(min, max)| DiskAct::Fsync(min, max)),
        any::<u32>().prop_map(DiskAct::LoseUnsynced),
        any::<u32>().prop_map(DiskAct::TornTail),
        any::<u32>().prop_map(DiskAct::Corrupt),
        any::<u32>().prop_map(DiskAct::Misdirect),
        any::<bool>().prop_map(DiskAct::Full),
    ]
}

fn clock_act() -> impl Strategy<Value = ClockAct> {
    prop_oneof![any::<i64>().prop_map(ClockAct::Jump), any::<i64>().prop_map(ClockAct::Rate)]
}

fn action() -> impl Strategy<Value = Action> {
    let at_nodes = prop_oneof![
        node().prop_map(Action::Crash),
        (node(), any::<bool>()).prop_map(|(node, empty)| Action::Restart { node, empty }),
        node().prop_map(Action::Pause),
        node().prop_map(Action::Resume),
        (node(), any::<u64>(), any::<u32>()).prop_map(|(node, service_us, queue)| Action::Slow { node, service_us, queue }),
        (node(), clock_act()).prop_map(|(node, act)| Action::Clock { node, act }),
        (node(), disk_act()).prop_map(|(node, act)| Action::Disk { node, act }),
        (node(), operation()).prop_map(|(client, operation)| Action::Request { client, operation }),
    ];
    let on_links = prop_oneof![
        cut().prop_map(Action::Cut),
        links().prop_map(Action::Heal),
        rule().prop_map(Action::Channel),
        Just(Action::ResetChannels),
        (links(), any::<u64>()).prop_map(|(links, for_us)| Action::Clog { links, for_us }),
        (nodes(), any::<u64>(), vec(any::<u16>(), 0..4)).prop_map(|(nodes, step_us, free_order)| Action::SwizzleClog {
            nodes,
            step_us,
            free_order
        }),
        links().prop_map(Action::Hold),
        links().prop_map(Action::Release),
        (event_id(), message_act()).prop_map(|(message, act)| Action::Message { message, act }),
        event_id().prop_map(Action::Choose),
        any::<u32>().prop_map(Action::Redraw),
    ];
    prop_oneof![at_nodes, on_links]
}

fn network() -> impl Strategy<Value = Network> {
    let channel = any::<(u64, u64, u32, u32, u32, u64)>().prop_map(|(min, max, loss_ppm, duplicate_ppm, reorder_ppm, by)| {
        Channel { delay_us_min: min, delay_us_max: max, loss_ppm, duplicate_ppm, reorder_ppm, reorder_us_max: by }
    });
    (channel, vec(rule(), 0..3)).prop_map(|(default, rules)| Network { default, rules })
}

fn workload() -> impl Strategy<Value = Workload> {
    let planned = (any::<u64>(), node(), operation());
    let planned = planned.prop_map(|(at_us, client, operation)| PlannedOperation { at_us, client, operation });
    let generator = (any::<[u64; 4]>(), any::<u32>(), vec(any::<(String, u32)>(), 0..3)).prop_map(|(times, keys, mix)| {
        let [start_us, end_us, every_us_min, every_us_max] = times;
        Generator { start_us, end_us, every_us_min, every_us_max, keys, mix }
    });
    (vec(planned, 0..3), option::of(generator)).prop_map(|(operations, generator)| Workload { operations, generator })
}

fn plan() -> impl Strategy<Value = Plan> {
    let setting = any::<(String, i64)>().prop_map(|(name, value)| Setting { name, value });
    let clock = (node(), any::<(i64, i64)>());
    let clock = clock.prop_map(|(node, (wall_offset_us, rate_ppm))| ClockPlan { node, wall_offset_us, rate_ppm });
    let disk = any::<(u64, u64, u32, u32)>().prop_map(|(min, max, lose_unsynced_ppm, torn_tail_ppm)| DiskSettings {
        fsync_us_min: min,
        fsync_us_max: max,
        lose_unsynced_ppm,
        torn_tail_ppm,
    });
    let fault = (any::<u64>(), action()).prop_map(|(at_us, action)| PlannedAction { at_us, action });
    let by_hand = (any::<(u64, u32, u32)>(), action()).prop_map(|((at_us, executed, n), action)| Intervention {
        at: Moment { at_us, executed },
        n,
        action,
    });
    let what = (any::<(String, u64, u16, u16)>(), vec(setting, 0..3), vec(any::<String>(), 0..3));
    let world = (network(), vec(clock, 0..3), disk, workload());
    (what, world, vec(fault, 0..4), vec(by_hand, 0..4)).prop_map(|(what, world, faults, interventions)| {
        let ((system, seed, servers, clients), settings, mutants) = what;
        let (network, clocks, disk, workload) = world;
        let cluster = Cluster { servers, clients };
        Plan { system, seed, cluster, settings, mutants, network, clocks, disk, workload, faults, interventions }
    })
}

// ---- what has canonical bytes: of few values, so that equal and almost equal ones meet often

fn small() -> impl Strategy<Value = u64> {
    prop_oneof![0u64..3, Just(1 << 32), Just(u64::MAX)]
}

fn few() -> impl Strategy<Value = u32> {
    0u32..3
}

fn op() -> impl Strategy<Value = Op> {
    let key = || few().prop_map(Key);
    prop_oneof![
        key().prop_map(kv::Op::Get).prop_map(Op::Kv),
        (key(), small()).prop_map(|(key, value)| kv::Op::Put(key, value).into()),
        key().prop_map(kv::Op::Delete).prop_map(Op::Kv),
        (key(), small(), small()).prop_map(|(key, expected, new)| kv::Op::CompareAndSwap { key, expected, new }.into()),
        (key(), small()).prop_map(|(key, value)| kv::Op::Append(key, value).into()),
        command().prop_map(Op::Lock),
    ]
}

fn lease() -> impl Strategy<Value = Lease> {
    (0u16..3, few()).prop_map(|(client, op)| Lease { client: NodeId(client), op })
}

fn mode() -> impl Strategy<Value = Mode> {
    select(vec![Mode::Exclusive, Mode::Shared])
}

fn sequencer() -> impl Strategy<Value = Sequencer> {
    (few(), mode(), small()).prop_map(|(name, mode, generation)| Sequencer { name, mode, generation })
}

fn command() -> impl Strategy<Value = command::Command> {
    use command::Command;
    let sign = || (lease(), few(), small().prop_map(|at| at as i64));
    prop_oneof![
        (sign(), 0u16..3).prop_map(|((lease, nth, until_wall_us), older)| Command::Grant { lease, older, nth, until_wall_us }),
        sign().prop_map(|(lease, nth, until_wall_us)| Command::KeepAlive { lease, nth, until_wall_us }),
        lease().prop_map(Command::End),
        (lease(), small()).prop_map(|(lease, renewed)| Command::Expire { lease, renewed }),
        (few(), lease(), few(), mode()).prop_map(|(name, lease, number, mode)| Command::Enqueue { name, lease, number, mode }),
        (few(), small(), mode()).prop_map(|(name, created, mode)| Command::Look { name, created, mode }),
        (few(), small()).prop_map(|(name, since)| Command::Undelay { name, since }),
        sequencer().prop_map(Command::Check),
    ]
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        Just(kv::Answer::Done.into()),
        option::of(vec(small(), 0..3)).prop_map(|value| kv::Answer::Value(value.map(Arc::new)).into()),
        any::<bool>().prop_map(|swapped| kv::Answer::Swapped(swapped).into()),
        Just(Answer::Lock(command::Answer::Done)),
        (lease(), few(), any::<bool>()).prop_map(|(lease, nth, lives)| Answer::Lock(command::Answer::Lives {
            lease,
            nth,
            lives
        })),
        lease().prop_map(|lease| Answer::Lock(command::Answer::Ended(lease))),
        (sequencer(), any::<bool>()).prop_map(|(shown, valid)| Answer::Lock(command::Answer::Checked { shown, valid })),
        (small(), any::<bool>(), option::of(small()))
            .prop_map(|(created, exists, before)| { Answer::Lock(command::Answer::Place(InQueue { created, exists, before })) }),
    ]
}

fn entry() -> impl Strategy<Value = Entry> {
    let command = prop_oneof![
        Just(Command::Noop),
        (0u16..3, few(), op()).prop_map(|(client, seq, op)| Command::of(NodeId(client), seq, op)),
    ];
    (small(), command).prop_map(|(term, command)| Entry { term, command })
}

fn message() -> impl Strategy<Value = Message> {
    let entries = || vec(entry(), 0..3).prop_map(|entries| entries.into_iter().collect());
    prop_oneof![
        (any::<bool>(), small(), small(), small()).prop_map(|(pre, term, last_index, last_term)| Message::RequestVote {
            pre,
            term,
            last_index,
            last_term
        }),
        (any::<bool>(), small(), any::<bool>()).prop_map(|(pre, term, granted)| Message::RequestVoteResponse {
            pre,
            term,
            granted
        }),
        (small(), small(), small(), small(), entries()).prop_map(|(term, prev_index, prev_term, commit, entries)| {
            Message::AppendEntries { term, prev_index, prev_term, commit, entries }
        }),
        (small(), small()).prop_map(|(term, match_index)| Message::AppendEntriesAccepted { term, match_index }),
        (small(), small(), small(), small()).prop_map(|(term, prev_index, hint_index, hint_term)| {
            Message::AppendEntriesRejected { term, prev_index, hint_index, hint_term }
        }),
        (few(), op()).prop_map(|(seq, op)| Message::ClientRequest { seq, op }),
        (few(), answer()).prop_map(|(seq, answer)| Message::ClientAnswer { seq, answer }),
        (few(), option::of((0u16..3).prop_map(NodeId))).prop_map(|(seq, leader)| Message::ClientRedirect { seq, leader }),
    ]
}

fn record() -> impl Strategy<Value = Record> {
    prop_oneof![
        (small(), option::of((0u16..3).prop_map(NodeId)))
            .prop_map(|(term, voted_for)| Record::HardState(HardState { term, voted_for })),
        (small(), vec(entry(), 0..3)).prop_map(|(from, entries)| Record::Append { from, entries: entries.into_iter().collect() }),
    ]
}

/// Any two of these have the same bytes if and only if they are the same.
fn tell_apart<T: Encode + PartialEq + Debug>(all: &[T]) -> Result<(), TestCaseError> {
    let bytes: Vec<Encoder> = all
        .iter()
        .map(|one| {
            let mut to = Encoder::new();
            to.put(one);
            to
        })
        .collect();
    for (a, ours) in all.iter().zip(&bytes) {
        for (b, theirs) in all.iter().zip(&bytes) {
            prop_assert_eq!(ours.bytes() == theirs.bytes(), a == b, "{:?} and {:?}", a, b);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_comes_back_from_its_packed_form_and_from_json(plan in plan()) {
        let packed = postcard::to_allocvec(&plan).expect("every plan can be packed");
        prop_assert_eq!(&postcard::from_bytes::<Plan>(&packed).expect("what was packed can be read"), &plan);
        let json = serde_json::to_string(&plan).expect("every plan can be written");
        prop_assert_eq!(&serde_json::from_str::<Plan>(&json).expect("what was written can be read"), &plan);
    }

    #[test]
    fn bytes_that_are_no_plan_are_refused_without_a_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = postcard::from_bytes::<Plan>(&bytes);
    }

    #[test]
    fn operations_and_answers_have_the_same_bytes_exactly_if_they_are_the_same(
        ops in vec(op(), 40), answers in vec(answer(), 40),
    ) {
        tell_apart(&ops)?;
        tell_apart(&answers)?;
    }

    #[test]
    fn entries_and_records_have_the_same_bytes_exactly_if_they_are_the_same(
        entries in vec(entry(), 40), records in vec(record(), 40),
    ) {
        tell_apart(&entries)?;
        tell_apart(&records)?;
    }

    #[test]
    fn messages_have_the_same_bytes_exactly_if_they_are_the_same(messages in vec(message(), 60)) {
        tell_apart(&messages)?;
    }
}

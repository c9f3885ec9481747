//! Pictures as text: what the cluster view and the log grid draw, to the byte, and what the page shows before the lab is there.
//!
//! `NETSPLIT_REWRITE=1 cargo test --test golden_svg` writes the files anew; look at them before committing.

use netsplit::base::ids::PlaceKind;
use netsplit::base::{EventId, NodeId, Place};
use netsplit::protocol::{Class, MessageKind, Shape as Glyph};
use netsplit::scenario::{compile, library};
use netsplit::sim::plan::{Cluster, Cut};
use netsplit::system::inspect::{
    EntryState, EntryView, Fill, LinkView, LogSummary, MessageView, NodeStatus, NodeView, PeerView, RoleView, TimerView, Witness,
};
use netsplit::system::requests::LoadSecond;
use netsplit::timeline::Session;
use netsplit::view::playback::{Goals, Playback};
use netsplit::view::plot::{PlotInput, plot_scene};
use netsplit::view::scene::{Form, Role, Shape};
use netsplit::view::{
    Camera, Chip, ClusterInput, Lang, LayoutKind, LogGridInput, LogPart, Names, Naming, Scene, Theme, ViewOptions, cluster_scene,
    log_rows, log_scene, log_window, to_inline_svg, to_svg,
};
use std::path::PathBuf;

static KINDS: &[MessageKind] = &[
    MessageKind { name: "RequestVote", class: Class::Request, shape: Glyph::Election },
    MessageKind { name: "RequestVoteResponse", class: Class::Reply, shape: Glyph::Election },
    MessageKind { name: "AppendEntries", class: Class::Request, shape: Glyph::Data },
    MessageKind { name: "Heartbeat", class: Class::Request, shape: Glyph::Control },
    MessageKind { name: "AppendEntriesResponse", class: Class::Reply, shape: Glyph::Control },
    MessageKind { name: "ClientRequest", class: Class::Request, shape: Glyph::Data },
];
const VOTE: u8 = 0;
const VOTE_RESPONSE: u8 = 1;
const APPEND: u8 = 2;
const HEARTBEAT: u8 = 3;
const APPEND_RESPONSE: u8 = 4;
const CLIENT_REQUEST: u8 = 5;

const FOLLOWER: RoleView = RoleView { key: "raft.role.follower", letter: 'F', fill: Fill::Outline };
const CANDIDATE: RoleView = RoleView { key: "raft.role.candidate", letter: 'C', fill: Fill::Half };
const LEADER: RoleView = RoleView { key: "raft.role.leader", letter: 'L', fill: Fill::Solid };
const CLIENT: RoleView = RoleView { key: "raft.role.client", letter: ' ', fill: Fill::Outline };

/// The moment of every picture.
const NOW_US: u64 = 1_204_000;

/// A run at one moment, as the views are told of it.
struct Moment {
    cluster: Cluster,
    nodes: Vec<NodeView>,
    messages: Vec<MessageView>,
    links: Vec<LinkView>,
    cuts: Vec<Cut>,
    chips: Vec<Chip>,
    pulses: Vec<(NodeId, f64)>,
    witness: Option<Witness>,
}

impl Moment {
    /// Servers that follow S1 in term 1, each with a log of four entries, and clients.
    fn new(servers: u16, clients: u16) -> Moment {
        let cluster = Cluster { servers, clients };
        let nodes = (0..servers + clients).map(|i| node(NodeId(i), i >= servers)).collect();
        let mut moment = Moment {
            cluster,
            nodes,
            messages: vec![],
            links: vec![],
            cuts: vec![],
            chips: vec![],
            pulses: vec![],
            witness: None,
        };
        moment.lead(0, 1);
        moment
    }

    fn lead(&mut self, leader: u16, term: u64) {
        let servers = self.cluster.servers;
        for node in self.nodes.iter_mut().filter(|node| !node.client) {
            (node.role, node.epoch, node.peers) = (FOLLOWER, Some(term), vec![]);
        }
        let peers = (0..servers).filter(|&peer| peer != leader).map(NodeId);
        let log = |node: NodeId, moment: &Moment| moment.nodes[node.index()].log.map_or(0, |log| log.last);
        let peers =
            peers.map(|node| PeerView { node, next: log(node, self) + 1, matched: log(node, self), inflight: 0 }).collect();
        let leader = &mut self.nodes[leader as usize];
        (leader.role, leader.peers) = (LEADER, peers);
    }

    fn log(&mut self, node: u16, last: u64, committed: u64) {
        self.nodes[node as usize].log = Some(LogSummary { first: 1, last, committed, applied: committed, conflict: None });
    }

    /// A message of which `per_cent` of the way lie behind it.
    fn send(&mut self, kind: u8, from: u16, to: u16, per_cent: u64, epoch: Option<u64>) -> &mut MessageView {
        let n = self.messages.len() as u32;
        self.messages.push(MessageView {
            id: EventId::new(Place::of_link(PlaceKind::Link, NodeId(from), NodeId(to)), n),
            from: NodeId(from),
            to: NodeId(to),
            kind,
            sent_us: NOW_US - per_cent * 40,
            due_us: Some(NOW_US + (100 - per_cent) * 40),
            lost: false,
            copy: false,
            waiting: false,
            delayed: false,
            count: 1,
            size_bytes: 40,
            epoch,
            faint: kind == HEARTBEAT,
            answer: None,
            fields: vec![],
        });
        self.messages.last_mut().expect("it was just put there")
    }

    fn link(&mut self, from: u16, to: u16) -> &mut LinkView {
        self.links.push(LinkView {
            from: NodeId(from),
            to: NodeId(to),
            cut: false,
            clogged_until_us: None,
            held: false,
            loss_ppm: [0; 3],
            duplicate_ppm: 0,
            reorder_ppm: 0,
            delay_us: None,
        });
        self.links.last_mut().expect("it was just put there")
    }

    /// Cuts all links between these and the others.
    fn cut(&mut self, island: &[u16]) {
        for a in 0..self.cluster.nodes() as u16 {
            for b in 0..self.cluster.nodes() as u16 {
                if island.contains(&a) != island.contains(&b) {
                    self.link(a, b).cut = true;
                }
            }
        }
        self.cuts.push(Cut::Islands(vec![island.iter().map(|&i| NodeId(i)).collect()]));
    }

    fn names(&self) -> Names {
        Names { cluster: self.cluster, system: "raft", messages: KINDS, timers: &["election", "heartbeat"] }
    }

    fn picture(&self, options: &ViewOptions) -> Scene {
        cluster_scene(&ClusterInput {
            nodes: &self.nodes,
            messages: &self.messages,
            links: &self.links,
            cuts: &self.cuts,
            islands: None,
            names: self.names(),
            now_us: NOW_US as f64,
            chips: &self.chips,
            pulses: &self.pulses,
            witness: self.witness.as_ref(),
            options,
        })
    }
}

fn node(id: NodeId, client: bool) -> NodeView {
    let timer = TimerView {
        name: "election",
        item: EventId::new(Place::of_node(PlaceKind::Timer, id), 0),
        set_us: NOW_US - 20_000 - 23_000 * (id.0 % 40) as u64,
        due_us: NOW_US + 160_000,
        main: true,
    };
    NodeView {
        id,
        client,
        role: if client { CLIENT } else { FOLLOWER },
        epoch: (!client).then_some(1),
        status: NodeStatus::Running,
        queue: None,
        wall_skew_us: 0,
        rate_ppm: 0,
        fields: vec![],
        timers: vec![timer],
        log: (!client).then_some(LogSummary { first: 1, last: 4, committed: 4, applied: 4, conflict: None }),
        peers: vec![],
        votes: vec![],
        disk: (4, 0, 0),
    }
}

/// Five nodes, one client, a write on its way: how the page opens.
fn calm() -> Moment {
    let mut moment = Moment::new(5, 1);
    moment.lead(2, 1);
    moment.log(2, 5, 4);
    for (to, part) in [(0, 62), (1, 45), (3, 71)] {
        moment.send(APPEND, 2, to, part, Some(1));
    }
    moment.send(APPEND_RESPONSE, 4, 2, 30, Some(1)).answer = Some(true);
    moment.send(HEARTBEAT, 2, 4, 55, Some(1));
    moment.send(CLIENT_REQUEST, 5, 2, 40, None);
    moment
}

/// S1 and S2 are cut off; S4 stands for election on the other side.
fn cut() -> Moment {
    let mut moment = Moment::new(5, 2);
    moment.log(0, 6, 4);
    moment.log(1, 6, 4);
    moment.cut(&[0, 1, 6]);
    let candidate = &mut moment.nodes[3];
    (candidate.role, candidate.epoch, candidate.votes) = (CANDIDATE, Some(2), vec![NodeId(3), NodeId(4)]);
    moment.nodes[4].epoch = Some(2);
    moment.send(VOTE, 3, 2, 55, Some(2));
    moment.send(VOTE_RESPONSE, 4, 3, 80, Some(2)).answer = Some(true);
    moment.send(APPEND, 0, 1, 40, Some(1));
    moment.send(APPEND, 0, 2, 92, Some(1)).lost = true;
    moment
}

/// Everything that can be wrong with a node.
fn ill() -> Moment {
    let mut moment = Moment::new(5, 1);
    moment.lead(0, 3);
    moment.log(0, 9, 7);
    moment.nodes[1].status = NodeStatus::Crashed;
    moment.nodes[2].status = NodeStatus::Paused;
    moment.log(2, 7, 6);
    moment.nodes[3].status = NodeStatus::Halted;
    moment.nodes[4].queue = Some((3, 8));
    moment.nodes[4].wall_skew_us = 400_000;
    for _ in 0..2 {
        let waiting = moment.send(APPEND, 0, 2, 100, Some(3));
        (waiting.waiting, waiting.due_us) = (true, None);
    }
    moment.send(APPEND, 0, 4, 50, Some(3)).delayed = true;
    moment.send(APPEND_RESPONSE, 4, 0, 50, Some(3)).answer = Some(false);
    moment.send(CLIENT_REQUEST, 5, 0, 60, None).count = 40;
    moment.chips = vec![
        Chip { text: "Election Safety is violated".to_owned(), violated: true },
        Chip { text: "Rule broken: even_majority".to_owned(), violated: false },
    ];
    moment
}

/// One way cut, loss, a duplicate, one message selected.
fn faulty_links() -> (Moment, ViewOptions) {
    let mut moment = Moment::new(4, 0);
    moment.link(0, 1).loss_ppm = [300_000; 3];
    moment.link(2, 3).cut = true;
    let slow = moment.link(3, 0);
    (slow.delay_us, slow.duplicate_ppm) = (Some((20_000, 80_000)), 50_000);
    moment.send(APPEND, 0, 1, 35, Some(1));
    moment.send(APPEND, 0, 3, 60, Some(1)).copy = true;
    moment.send(APPEND_RESPONSE, 1, 0, 35, Some(1)).answer = Some(true);
    let options = ViewOptions {
        selected: Some("message:n0>n1#0".to_owned()),
        focus: Some("node:2".to_owned()),
        ..ViewOptions::sized(720.0, 460.0)
    };
    (moment, options)
}

/// A leader of term 3 repairs the logs of the others.
fn log_grid(options: &ViewOptions) -> Scene {
    let mut moment = Moment::new(5, 1);
    moment.lead(1, 3);
    let logs: [(&[u64], u64); 5] =
        [(&[1, 1, 1, 2, 2, 2], 3), (&[1, 1, 1, 3, 3], 4), (&[1, 1, 1, 3], 3), (&[1, 1], 2), (&[1, 1, 1, 2], 3)];
    for (i, (epochs, committed)) in logs.iter().enumerate() {
        moment.log(i as u16, epochs.len() as u64, *committed);
    }
    moment.nodes[4].status = NodeStatus::Crashed;
    let leader = &mut moment.nodes[1];
    leader.peers = [(0, 4, 3), (2, 5, 4), (3, 3, 2), (4, 4, 0)]
        .map(|(node, next, matched)| PeerView { node: NodeId(node), next, matched, inflight: 0 })
        .to_vec();
    let window = log_window(&moment.nodes, None, options);
    let entry = |(i, &epoch): (usize, &u64), committed: u64| EntryView {
        index: i as u64 + 1,
        epoch,
        label: format!("{}={}", ["x", "y", "z"][i % 3], 10 * epoch + i as u64),
        state: match i as u64 + 1 {
            index if index < committed => EntryState::Applied,
            index if index == committed => EntryState::Committed,
            _ => EntryState::Appended,
        },
        conflict: i >= 3 && epoch == 2,
    };
    let mut entries: Vec<Vec<EntryView>> =
        logs.iter().map(|(epochs, committed)| epochs.iter().enumerate().map(|e| entry(e, *committed)).collect()).collect();
    entries.push(vec![]);
    log_scene(&LogGridInput { nodes: &moment.nodes, entries: &entries, window, names: moment.names(), options })
}

/// Compares with the file in `tests/golden`, or writes it.
fn golden(name: &str, scene: &Scene, theme: Theme) {
    compare(&format!("tests/golden/{name}.svg"), to_svg(scene, theme.palette()));
}

fn compare(path: &str, svg: String) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("NETSPLIT_REWRITE").is_some() {
        std::fs::write(&path, &svg).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let line = svg.lines().zip(expected.lines()).position(|(new, old)| new != old);
    assert!(svg == expected, "{} differs from line {:?}; NETSPLIT_REWRITE=1 writes it anew", path.display(), line.map(|n| n + 1));
}

#[test]
fn a_calm_cluster() {
    golden("cluster-calm", &calm().picture(&ViewOptions::sized(1140.0, 600.0)), Theme::Light);
    golden("cluster-calm-dark", &calm().picture(&ViewOptions::sized(1140.0, 600.0)), Theme::Dark);
    let hueless = ViewOptions { hueless: true, ..ViewOptions::sized(720.0, 460.0) };
    golden("cluster-calm-forced", &calm().picture(&hueless), Theme::Forced);
}

#[test]
fn a_calm_cluster_on_a_phone_and_in_a_small_frame() {
    golden("cluster-calm-360", &calm().picture(&ViewOptions::sized(360.0, 280.0)), Theme::Light);
    golden("cluster-calm-320", &calm().picture(&ViewOptions::sized(320.0, 280.0)), Theme::Dark);
}

#[test]
fn a_cut_makes_islands() {
    golden("cluster-cut", &cut().picture(&ViewOptions::sized(1140.0, 600.0)), Theme::Light);
    golden("cluster-cut-dark", &cut().picture(&ViewOptions::sized(768.0, 420.0)), Theme::Dark);
    golden("cluster-cut-360", &cut().picture(&ViewOptions::sized(360.0, 280.0)), Theme::Light);
    let mut scattered = Moment::new(5, 0);
    scattered.cut(&[0, 2]);
    golden("cluster-cut-scattered", &scattered.picture(&ViewOptions::sized(720.0, 520.0)), Theme::Light);
}

#[test]
fn a_cut_that_is_being_drawn() {
    let draft = Some(vec![vec![NodeId(0), NodeId(1)], vec![NodeId(2), NodeId(3), NodeId(4), NodeId(5)]]);
    let options = ViewOptions { draft, ..ViewOptions::sized(1140.0, 600.0) };
    golden("cluster-draft", &calm().picture(&options), Theme::Light);
}

#[test]
fn nodes_that_are_not_well() {
    golden("cluster-ill", &ill().picture(&ViewOptions::sized(1140.0, 600.0)), Theme::Light);
    golden("cluster-ill-360", &ill().picture(&ViewOptions::sized(360.0, 280.0)), Theme::Dark);
}

#[test]
fn links_that_are_not_well() {
    let (moment, options) = faulty_links();
    golden("cluster-links", &moment.picture(&options), Theme::Light);
}

#[test]
fn a_witness_keeps_its_strength_and_the_rest_dims() {
    let mut moment = calm();
    moment.witness = Some(Witness { nodes: vec![NodeId(0), NodeId(2)], ..Witness::default() });
    moment.chips = vec![Chip { text: "Election Safety is violated".to_owned(), violated: true }];
    golden("cluster-witness", &moment.picture(&ViewOptions::sized(720.0, 460.0)), Theme::Light);
}

#[test]
fn other_layouts_and_reduced_motion() {
    let options = ViewOptions { layout: LayoutKind::Row, reduced_motion: true, ..ViewOptions::sized(900.0, 420.0) };
    golden("cluster-row", &calm().picture(&options), Theme::Light);
    let options = ViewOptions { layout: LayoutKind::TwoSites, ..ViewOptions::sized(900.0, 520.0) };
    golden("cluster-two-sites", &calm().picture(&options), Theme::Light);
}

/// Logs that differ: on S1 what nobody else has, on S4 and S5 what contradicts it.
#[test]
fn log_bars_show_what_is_committed_appended_and_contradicted() {
    let mut moment = calm();
    moment.lead(2, 3);
    for (node, last, committed, conflict) in
        [(0, 9, 4, Some(5)), (1, 6, 4, None), (2, 8, 6, Some(5)), (3, 6, 6, Some(5)), (4, 4, 4, None)]
    {
        moment.log(node, last, committed);
        moment.nodes[node as usize].log.as_mut().expect("servers have logs").conflict = conflict;
    }
    golden("cluster-conflicts", &moment.picture(&ViewOptions::sized(720.0, 520.0)), Theme::Light);
}

#[test]
fn a_crashed_leader_keeps_its_name() {
    let mut moment = calm();
    moment.nodes[2].status = NodeStatus::Crashed;
    let scene = moment.picture(&ViewOptions::sized(720.0, 520.0));
    golden("cluster-crashed-leader", &scene, Theme::Light);
    let at =
        |content: &str| scene.shapes.iter().position(|shape| matches!(&shape.form, Form::Text(text) if text.content == content));
    let name = at("S3").expect("its name is there");
    let spot = (scene.shapes[name].bounds().0, scene.shapes[name].bounds().1);
    let above = scene.shapes[name + 1..].iter().filter(|shape| matches!(shape.form, Form::Line { .. }));
    let crosses = |shape: &&Shape| {
        let (left, top, right, bottom) = shape.bounds();
        left < spot.0 && spot.0 < right && top < spot.1 && spot.1 < bottom && shape.id.is_none()
    };
    assert_eq!(above.filter(crosses).count(), 0, "nothing is drawn over the name");
    assert_eq!((scene.shapes[name].fill, scene.shapes[name].opacity), (Some(Role::Ink), 1.0));
    assert!(at("crashed").is_some());
}

#[test]
fn a_new_role_pulses_once() {
    let mut moment = calm();
    moment.pulses = vec![(NodeId(2), 0.5)];
    golden("cluster-pulse", &moment.picture(&ViewOptions::sized(720.0, 520.0)), Theme::Light);
}

/// Names of islands stand outside of all areas, and no two of them on the same place.
#[test]
fn names_of_islands_stand_beside_their_islands() {
    for (width, height) in [(1140.0, 615.0), (980.0, 435.0), (1620.0, 795.0), (768.0, 426.0)] {
        for split in [&[0u16, 1][..], &[0, 2], &[1, 3], &[4], &[0, 1, 5], &[2, 3, 4, 5]] {
            let rest = (0..6).filter(|node| !split.contains(node)).map(NodeId).collect::<Vec<_>>();
            let draft = Some(vec![split.iter().copied().map(NodeId).collect(), rest]);
            let scene = calm().picture(&ViewOptions { draft, ..ViewOptions::sized(width, height) });
            let names =
                scene.shapes.iter().filter(|shape| matches!(&shape.form, Form::Text(text) if text.content.starts_with("Island")));
            let names: Vec<_> = names.map(Shape::bounds).collect();
            assert_eq!(names.len(), 2, "{split:?} at {width}x{height}");
            let apart = |a: (f64, f64, f64, f64), b: (f64, f64, f64, f64)| a.0 >= b.2 || b.0 >= a.2 || a.1 >= b.3 || b.1 >= a.3;
            assert!(apart(names[0], names[1]), "{split:?} at {width}x{height}");
            let nodes = scene.targets().into_iter().filter(|target| target.id.starts_with("node:"));
            for node in nodes {
                let node = (node.x, node.y, node.x + node.width, node.y + node.height);
                assert!(names.iter().all(|name| apart(*name, node)), "{split:?} at {width}x{height}: {node:?}");
            }
        }
    }
}

/// What the page shows until the lab is there (`www/index.html`), for the usual sizes of its stage.
#[test]
fn the_page_holds_a_picture_of_its_opening_moment() {
    let scenario = library::find("raft/leader-crash").expect("the page opens with it");
    let compiled = compile(scenario, netsplit::system::open::info("raft").expect("it is there")).expect("it compiles");
    let mut session = Session::open(compiled.plan, Default::default(), netsplit::system::open::open).expect("it opens");
    session.seek_time(compiled.lesson.start_us);
    let playback = Playback::new(session, Lang::En, Goals::default(), compiled.lesson.pace_us_per_ms as f64);
    for (name, width, height) in [("wide", 1140.0, 615.0), ("low", 980.0, 435.0), ("narrow", 360.0, 280.0)] {
        let scene = playback.scene(&compiled.lesson.view, &ViewOptions::sized(width, height)).expect("the view exists");
        let svg = to_inline_svg(&scene);
        assert!(!svg.contains('#') && !svg.contains("style="), "colours come from the page's style sheet");
        compare(&format!("www/opening/{name}.svg"), svg);
    }
}

/// What the page says until the lab is there: the story's question and its two sentences, as `www/lab/story.js` lays them out.
#[test]
fn the_page_holds_the_beginning_of_its_story() {
    let scenario = library::find("raft/leader-crash").expect("the page opens with it");
    let compiled = compile(scenario, netsplit::system::open::info("raft").expect("it is there")).expect("it compiles");
    let (question, about) = (compiled.lesson.question, compiled.lesson.about);
    assert!(!format!("{question}{about}").contains(['<', '>', '&']), "it needs no escape");
    let html = format!(
        r#"<div class="story-head opening-head"><h2><span class="unfold">{question}</span><span class="question">{question}</span></h2><p>{about}</p></div>"#
    );
    compare("www/opening/story.html", html + "\n");
}

#[test]
fn many_nodes_show_less_each() {
    let mut moment = Moment::new(21, 0);
    moment.send(APPEND, 0, 9, 50, Some(1));
    golden("cluster-21", &moment.picture(&ViewOptions::sized(720.0, 460.0)), Theme::Light);
}

/// A large cluster in the middle of a heartbeat round: some have answered, one is down, one stands still, one stands for election.
fn crowd(servers: u16) -> Moment {
    let mut moment = Moment::new(servers, 3);
    moment.lead(7, 2);
    for peer in (0..servers).filter(|peer| *peer != 7) {
        let part = u64::from(peer * 37 % 90);
        match peer % 3 {
            0 => moment.send(APPEND_RESPONSE, peer, 7, part, Some(2)).answer = Some(true),
            _ => _ = moment.send(HEARTBEAT, 7, peer, part, Some(2)),
        }
    }
    moment.messages.iter_mut().for_each(|message| message.faint = true);
    for _ in 0..9 {
        moment.send(CLIENT_REQUEST, servers, 7, 20, None);
    }
    moment.messages.sort_by_key(|message| message.id);
    moment.nodes[3].status = NodeStatus::Crashed;
    moment.nodes[20].status = NodeStatus::Paused;
    moment.nodes[31].status = NodeStatus::NotStarted;
    let candidate = &mut moment.nodes[40];
    (candidate.role, candidate.epoch, candidate.votes) = (CANDIDATE, Some(3), vec![NodeId(40)]);
    moment
}

#[test]
fn crowds_show_fills_letters_and_dots() {
    let options = ViewOptions {
        selected: Some("node:40".to_owned()),
        chosen: vec![NodeId(40), NodeId(41), NodeId(42)],
        ..ViewOptions::sized(1140.0, 600.0)
    };
    golden("cluster-200", &crowd(200).picture(&options), Theme::Light);
    golden("cluster-997-360", &crowd(997).picture(&ViewOptions::sized(360.0, 280.0)), Theme::Dark);
    let near = ViewOptions { camera: Camera::new(5.0, 0.5, 0.1), ..options };
    golden("cluster-200-near", &crowd(200).picture(&near), Theme::Light);
    let mut halves = crowd(200);
    halves.cut(&(0..100).collect::<Vec<_>>());
    let options = ViewOptions { layout: LayoutKind::TwoSites, ..ViewOptions::sized(1140.0, 600.0) };
    golden("cluster-200-cut", &halves.picture(&options), Theme::Light);
}

/// A picture that nobody asks for names is the same picture, and what is out of view is not drawn.
#[test]
fn names_and_the_camera_change_nothing_but_names_and_what_is_seen() {
    for moment in [calm(), cut(), ill(), crowd(200)] {
        let full = moment.picture(&ViewOptions::sized(1140.0, 600.0));
        for naming in [Naming::Ids, Naming::None] {
            let mut scene = moment.picture(&ViewOptions { naming, ..ViewOptions::sized(1140.0, 600.0) });
            assert_eq!(scene.shapes.len(), full.shapes.len());
            for (shape, full) in scene.shapes.iter_mut().zip(&full.shapes) {
                assert_eq!(
                    (shape.id.is_some(), shape.label.is_some()),
                    (naming == Naming::Ids && full.id.is_some(), shape.id.is_some())
                );
                (shape.id, shape.label) = (full.id.clone(), full.label.clone());
                assert_eq!(shape, full);
            }
        }
    }
    let near = ViewOptions { camera: Camera::new(8.0, 0.5, 0.0), ..ViewOptions::sized(1140.0, 600.0) };
    let drawn =
        |options: &ViewOptions| crowd(200).picture(options).targets().iter().filter(|t| t.id.starts_with("node:")).count();
    assert!(drawn(&near) > 0 && drawn(&near) < 30 && drawn(&ViewOptions::sized(1140.0, 600.0)) == 203);
}

#[test]
fn a_cluster_that_has_not_started() {
    let mut moment = Moment::new(5, 1);
    for node in &mut moment.nodes {
        (node.status, node.role, node.epoch, node.log) =
            (NodeStatus::NotStarted, if node.client { CLIENT } else { FOLLOWER }, Some(0), None);
        node.timers.clear();
    }
    let scene = moment.picture(&ViewOptions::sized(720.0, 460.0));
    assert!(scene.targets().iter().any(|target| target.label == "S1: not started"));
    golden("cluster-not-started", &scene, Theme::Light);
}

/// Ten thousand entries on two hundred servers: as many shapes as of any log.
#[test]
fn a_long_log_costs_what_is_seen_of_it() {
    let mut moment = Moment::new(200, 0);
    (0..200).for_each(|node| moment.log(node, 10_000 - u64::from(node), 9_000));
    let part = |first: Option<u64>, row: usize| {
        let options = ViewOptions { log: LogPart { first, row }, ..ViewOptions::sized(1140.0, 520.0) };
        let (window, rows) = (log_window(&moment.nodes, first, &options), log_rows(&moment.nodes, &options));
        let entry = |index| EntryView { index, epoch: 1, label: "x=1".to_owned(), state: EntryState::Applied, conflict: false };
        let entries: Vec<Vec<EntryView>> = (0..200)
            .map(|node| {
                if rows.contains(&node) {
                    (window.first..=window.last.min(10_000 - node as u64)).map(entry).collect()
                } else {
                    vec![]
                }
            })
            .collect();
        log_scene(&LogGridInput { nodes: &moment.nodes, entries: &entries, window, names: moment.names(), options: &options })
    };
    let (newest, oldest, middle) = (part(None, 0), part(Some(1), usize::MAX), part(Some(5_000), 100));
    for scene in [&newest, &oldest, &middle] {
        assert!(scene.shapes.len() < 1_500, "{} shapes", scene.shapes.len());
        assert!(scene.targets().iter().all(|target| target.y + target.height <= 520.0));
    }
    assert!(newest.find("entry:0:10000").is_some() && newest.find("node:0").is_some());
    assert!(oldest.find("entry:199:1").is_some() && oldest.find("node:0").is_none());
    assert!(middle.find("entry:100:5000").is_some());
    golden("log-long", &middle, Theme::Light);
}

#[test]
fn logs_with_conflicts() {
    golden("log-conflicts", &log_grid(&ViewOptions::sized(1140.0, 520.0)), Theme::Light);
    golden("log-conflicts-dark", &log_grid(&ViewOptions::sized(900.0, 420.0)), Theme::Dark);
    golden("log-conflicts-360", &log_grid(&ViewOptions::sized(360.0, 280.0)), Theme::Light);
}

#[test]
fn everything_that_can_be_pointed_at_is_said_in_words() {
    for scene in [calm(), cut(), ill()].map(|moment| moment.picture(&ViewOptions::sized(1140.0, 600.0))) {
        for target in scene.targets() {
            assert!(target.label.len() > 3 && !target.label.contains('{'), "{target:?}");
            assert!(scene.hit(target.x + target.width / 2.0, target.y + target.height / 2.0).is_some(), "{target:?}");
        }
    }
    assert_eq!(Lang::default().code(), "en");
}

/// Half a minute: a slow spell from the 12th second on, after which hardly a call is done for a while.
fn half_a_minute() -> Vec<LoadSecond> {
    let second = |n: u64| {
        let (goodput, offered, slowness) = match n {
            0..12 => (80, 81, 1),
            12..15 => (12, 240, 20),
            15..20 => (0, 318, 0),
            _ => (78, 84, 2),
        };
        let p50_us = 12_000 * slowness + 300 * (n % 5);
        let mut second = LoadSecond { n, demand: 80, offered, goodput, trouble: (12..15).contains(&n), ..LoadSecond::default() };
        if slowness > 0 {
            second.latency_us = Some([p50_us, 3 * p50_us, 7 * p50_us]);
            (0..12).for_each(|class| second.spread[class + 4] = [2, 6, 14, 20, 16, 10, 5, 3, 2, 1, 0, 1][class]);
        }
        second
    };
    (0..31).map(second).collect()
}

#[test]
fn goodput_and_how_long_calls_took() {
    let seconds = half_a_minute();
    let picture = |width: f64, height: f64, lang: Lang| {
        let options = ViewOptions { lang, ..ViewOptions::sized(width, height) };
        plot_scene(&PlotInput { seconds: &seconds, now_us: 30.4e6, options: &options })
    };
    golden("plot", &picture(1140.0, 600.0, Lang::En), Theme::Light);
    golden("plot-dark", &picture(768.0, 420.0, Lang::En), Theme::Dark);
    golden("plot-forced-360", &picture(360.0, 300.0, Lang::De), Theme::Forced);
    golden("plot-low-320", &picture(320.0, 150.0, Lang::En), Theme::Light);
    for width in [320.0, 360.0, 768.0, 1140.0] {
        for height in [150.0, 300.0] {
            let named = |lang, name: &str| to_svg(&picture(width, height, lang), Theme::Light.palette()).matches(name).count();
            for name in [">per second<", ">calls<", ">attempts<", ">done in time<", ">trouble<"] {
                assert_eq!(named(Lang::En, name), 1, "{name} at {width} x {height}");
            }
            assert_eq!(named(Lang::De, ">Störung<"), 1, "{width} x {height}");
        }
    }
    let label = picture(360.0, 300.0, Lang::En).label;
    assert!(
        label.ends_with("Half of them took at most 25.2 ms, 95 of 100 at most 75.6 ms, 99 of 100 at most 176 ms."),
        "{label}"
    );
}

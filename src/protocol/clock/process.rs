//! A process with clocks: it does something of its own, sends, receives, and stamps each of these events.
//!
//! An event is one step of the process, stamped in the step itself. Nothing but the number of its starts is on disk: a process
//! that starts again has lost its memory and counts under a new name, as a new process. With interval trees it owns nothing
//! then, and has to join like a newcomer; what it owned is lost.

use super::config::Config;
use super::hlc::Hlc;
use super::itc;
use super::lamport::Lamport;
use super::message::{Act, Message, Record, Timer};
use super::node::Node;
use super::notes;
use super::stamp::{Actor, Carried, Stamp};
use super::vector::Vector;
use crate::base::{Encode, Encoder, LocalTime, NodeId, Note, NoteKind, WriteId};
use crate::protocol::{Effects, Input, Slot};
use std::sync::Arc;

/// A process.
#[derive(Clone, Debug)]
pub struct Process {
    id: NodeId,
    carried: Carried,
    config: Arc<Config>,
    actor: Actor,
    /// The write that it waits for before its first event.
    starting: Option<WriteId>,
    ready: bool,
    /// Number of its events since it started.
    events: u64,
    /// Stamp of the last one.
    stamp: Stamp,
    /// What it does next by itself.
    turn: u32,
    /// Names under which the others count, as far as it has heard: by node.
    names: Vec<Actor>,
    /// The interval tree that it had when it left, without its part: what it has seen. Empty if it never left.
    left: Arc<itc::Stamp>,
    /// Parts that it was given: by whom, and in which event of theirs. A second copy of a message gives nothing.
    taken: Vec<(Actor, u64)>,
}

/// What can be read from outside.
impl Process {
    /// A process before its first start.
    pub fn new(id: NodeId, carried: Carried, config: Arc<Config>) -> Process {
        let names = (0..config.servers).map(|node| Actor { node: NodeId(node), incarnation: 0 }).collect();
        let actor = Actor { node: id, incarnation: 0 };
        Process {
            id,
            carried,
            config,
            actor,
            starting: None,
            ready: false,
            events: 0,
            stamp: Stamp::default(),
            turn: 0,
            names,
            left: Arc::new(itc::Stamp::seed().peek()),
            taken: Vec::new(),
        }
    }

    /// Number of its events since it started: what a clock says has no part in it.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The stamp of its last event.
    pub fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// The name under which it counts.
    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// Whether it has started to count.
    pub fn is_ready(&self) -> bool {
        self.ready
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Which clocks it carries.
    pub fn carried(&self) -> Carried {
        self.carried
    }
}

/// What happens to it.
impl Process {
    /// Handles one input.
    pub(super) fn handle(&mut self, now: LocalTime, input: Input<Node>, out: &mut Effects<Node>) {
        match input {
            // A torn record is of a start that never began, and is gone when it starts again.
            Input::Started { disk } => {
                let starts = disk.iter().filter(|slot| !matches!(slot, Slot::Torn)).count();
                self.start(starts as u32, out);
            }
            Input::Persisted(write) if self.starting == Some(write) => self.begin(out),
            Input::Message { from, .. } if !self.ready => out.note(Note::new(&notes::NOT_READY, [u64::from(from.0)])),
            Input::Message { message: Message::Command(act), .. } => self.act(act, now, out),
            Input::Message { from, message } => self.receive(from, message, now, out),
            Input::Timer(Timer::Act) => self.by_itself(now, out),
            Input::WriteFailed(_) => out.exit(Note::new(&notes::CANNOT_WRITE, [])),
            Input::Timer(_) | Input::Request { .. } | Input::Persisted(_) => {}
        }
    }

    fn start(&mut self, starts: u32, out: &mut Effects<Node>) {
        *self = Process::new(self.id, self.carried, self.config.clone());
        self.actor = self.config.rules.actor(self.id, starts);
        let (lamport, vector, hybrid) = (Lamport::default(), Arc::new(Vector::new()), Hlc::default());
        self.stamp = Stamp {
            lamport: self.carried.lamport.then_some(lamport),
            vector: self.carried.vector.then_some(vector),
            hybrid: self.carried.hybrid.then_some(hybrid),
            itc: (self.carried.itc && starts == 0).then(|| self.first_part()).flatten(),
        };
        self.starting = Some(out.persist(Record::Start));
        match starts {
            0 => out.note(Note::new(&notes::BEGINS, [])),
            _ => out.note(Note::new(&notes::BEGINS_AGAIN, [u64::from(starts)])),
        }
    }

    /// Its part of the interval from the beginning: the members share it by halves, the same everywhere.
    fn first_part(&self) -> Option<Arc<itc::Stamp>> {
        let mut parts = vec![itc::Stamp::seed()];
        while parts.len() < self.config.members as usize {
            // The first one with the largest part splits it.
            let at = (0..parts.len()).min_by_key(|at| parts[*at].id.depth())?;
            let (kept, given) = parts[at].fork();
            parts[at] = kept;
            parts.insert(at + 1, given);
        }
        parts.into_iter().nth(self.id.index()).map(Arc::new)
    }

    fn begin(&mut self, out: &mut Effects<Node>) {
        self.ready = true;
        self.arm(out);
    }

    fn arm(&self, out: &mut Effects<Node>) {
        if self.config.every_us_max > 0 {
            out.set_timer(Timer::Act, self.config.every_us_min, self.config.every_us_max);
        }
    }

    /// A local event, then a message to each of the others in turn.
    fn by_itself(&mut self, now: LocalTime, out: &mut Effects<Node>) {
        self.arm(out);
        let others = u32::from(self.config.servers).saturating_sub(1);
        let turn = self.turn % (others + 1);
        self.turn = self.turn.wrapping_add(1);
        let act = match turn {
            0 => Act::Local,
            _ => Act::Send(NodeId(((u32::from(self.id.0) + turn) % u32::from(self.config.servers)) as u16)),
        };
        self.act(act, now, out);
    }

    fn act(&mut self, act: Act, now: LocalTime, out: &mut Effects<Node>) {
        let process = |node: NodeId| node != self.id && node.0 < self.config.servers;
        match act {
            Act::Local => self.local(now, out),
            Act::Send(to) if process(to) => self.send(to, now, out),
            Act::Join(of) if process(of) && self.carried.itc => self.ask_to_join(of, out),
            Act::Leave(to) if process(to) && self.carried.itc => self.leave(to, now, out),
            _ => out.note(Note::new(&notes::NO_SUCH_PROCESS, [])),
        }
    }

    /// Whether it can have events: with interval trees only who owns a part.
    fn can(&self, out: &mut Effects<Node>) -> bool {
        let can = !self.carried.itc || self.stamp.itc.is_some();
        if !can {
            out.note(Note::new(&notes::OWNS_NOTHING, []));
        }
        can
    }

    fn local(&mut self, now: LocalTime, out: &mut Effects<Node>) {
        if self.can(out) {
            let vector = self.stamp.vector.as_ref().map(|vector| Arc::new(vector.ticked(self.actor)));
            self.tick(vector, now);
            out.note(Note::new(&notes::ACTS, [self.events]));
        }
    }

    fn send(&mut self, to: NodeId, now: LocalTime, out: &mut Effects<Node>) {
        if self.can(out) {
            self.stamp_send(now);
            out.send(to, Message::Event { n: self.events, stamp: self.stamp.peek() });
            out.note(Note::new(&notes::SENDS, [self.events, u64::from(to.0)]));
        }
    }

    fn stamp_send(&mut self, now: LocalTime) {
        let rules = self.config.rules;
        let vector = self.stamp.vector.as_ref().map(|vector| Arc::new(rules.vector_of_send(vector, self.actor)));
        self.tick(vector, now);
    }

    /// An event that nobody else has a part in; its vector is known.
    fn tick(&mut self, vector: Option<Arc<Vector<Actor>>>, now: LocalTime) {
        let physical = physical_us(now);
        self.events += 1;
        self.stamp.vector = vector;
        self.stamp.lamport = self.stamp.lamport.map(Lamport::ticked);
        self.stamp.hybrid = self.stamp.hybrid.map(|clock| clock.ticked(self.config.rules.hybrid_time(clock.l, physical)));
        self.stamp.itc = self.stamp.itc.take().map(|stamp| stamp.event().map_or(stamp, Arc::new));
    }

    fn receive(&mut self, from: NodeId, message: Message, now: LocalTime, out: &mut Effects<Node>) {
        match message {
            Message::Event { n, stamp } => {
                if self.can(out) && self.believes(from, &stamp, now, out) {
                    self.merge(from, &stamp, now, out, &notes::RECEIVES, n);
                }
            }
            Message::Join { actor, stamp } => self.share(from, actor, &stamp, now, out),
            Message::Share { to, from: giver, n, stamp } => self.join(from, to, (giver, n), &stamp, now, out),
            Message::Leave { to, from: leaver, n, stamp } => self.take_over(from, to, (leaver, n), &stamp, now, out),
            _ => out.note(Note::new(&notes::IGNORES_FOREIGN, [u64::from(from.0)])),
        }
    }

    /// Whether a message's physical time is one that a clock may show.
    fn believes(&self, from: NodeId, stamp: &Stamp, now: LocalTime, out: &mut Effects<Node>) -> bool {
        let Some(theirs) = stamp.hybrid else { return true };
        let (physical, most) = (physical_us(now), self.config.max_offset_us);
        let believes = self.config.rules.hybrid_accepts(theirs, physical, most);
        if !believes {
            let args = [u64::from(from.0), theirs.l.saturating_sub(physical), most];
            out.note(Note::new(&notes::REFUSES_TIME, args));
        }
        believes
    }

    /// The event of a receive. `n`: the sender's event, for the sentence.
    fn merge(&mut self, from: NodeId, theirs: &Stamp, now: LocalTime, out: &mut Effects<Node>, note: &'static NoteKind, n: u64) {
        let (rules, physical) = (self.config.rules, physical_us(now));
        let ahead_before = self.stamp.hybrid.map_or(0, |clock| clock.l.saturating_sub(physical));
        self.events += 1;
        let own = &mut self.stamp;
        own.lamport = own.lamport.zip(theirs.lamport).map(|(own, message)| rules.lamport_of_receive(own, message));
        if let (Some(vector), Some(message)) = (&own.vector, &theirs.vector) {
            let merged = rules.vector_of_receive(vector, message, self.actor);
            own.vector = Some(Arc::new(rules.kept_entries(merged, self.actor, self.config.prune_to)));
        }
        own.hybrid = own.hybrid.zip(theirs.hybrid).map(|(own, message)| {
            let l = rules.hybrid_time(own.l.max(message.l), physical);
            own.received(message, l)
        });
        if let (Some(stamp), Some(message)) = (&own.itc, &theirs.itc) {
            let joined = stamp.join(message).and_then(|joined| joined.event());
            own.itc = joined.map(Arc::new).or_else(|| Some(stamp.clone()));
        }
        let args = [self.events, u64::from(from.0), n];
        if note.args.len() == 3 {
            out.note(Note::new(note, args));
        } else {
            out.note(Note::new(note, [args[0], args[1]]));
        }
        let ahead = self.stamp.hybrid.map_or(0, |clock| clock.l.saturating_sub(physical));
        if ahead > ahead_before {
            out.note(Note::new(&notes::PULLED_AHEAD, [self.events, u64::from(from.0), ahead]));
        }
    }
}

/// Interval trees: processes that come and go.
impl Process {
    fn ask_to_join(&mut self, of: NodeId, out: &mut Effects<Node>) {
        if self.stamp.itc.is_none() {
            let stamp = Stamp { itc: Some(self.left.clone()), ..self.stamp.clone() };
            out.send(of, Message::Join { actor: self.actor, stamp });
            out.note(Note::new(&notes::ASKS_TO_JOIN, [u64::from(of.0)]));
        }
    }

    /// Gives half of its part away: an event, since a message goes out. What the asker had seen when it asked is in its past.
    fn share(&mut self, asker: NodeId, actor: Actor, asked: &Stamp, now: LocalTime, out: &mut Effects<Node>) {
        if !self.carried.itc || !self.can(out) || actor.node != asker || !self.believes(asker, asked, now, out) {
            return;
        }
        self.name(asker, actor);
        self.merge(asker, asked, now, out, &notes::GIVES_SHARE, 0);
        let Some(stamp) = self.stamp.itc.clone() else { return };
        let (kept, given) = self.config.rules.fork(&stamp);
        let given = Stamp { itc: Some(Arc::new(given)), ..self.stamp.peek() };
        self.stamp.itc = Some(Arc::new(kept));
        out.send(asker, Message::Share { to: actor, from: self.actor, n: self.events, stamp: given });
    }

    /// Owns a part from now on. One that was meant for who it was before a restart, or a second one, is not taken.
    fn join(&mut self, from: NodeId, to: Actor, giver: (Actor, u64), stamp: &Stamp, now: LocalTime, out: &mut Effects<Node>) {
        let owns = self.stamp.itc.is_some() || stamp.itc.is_none();
        if to != self.actor || owns || giver.0.node != from || self.taken.contains(&giver) {
            return out.note(Note::new(&notes::IGNORES_SHARE, [u64::from(from.0)]));
        }
        if !self.believes(from, stamp, now, out) {
            return;
        }
        self.name(from, giver.0);
        self.taken.push(giver);
        self.stamp.itc = stamp.itc.clone();
        self.merge(from, &stamp.peek(), now, out, &notes::JOINS, 0);
    }

    /// Leaves: a last event, and its part goes out with it.
    fn leave(&mut self, to: NodeId, now: LocalTime, out: &mut Effects<Node>) {
        let Some(receiver) = self.names.get(to.index()).copied() else { return };
        if self.can(out) {
            self.stamp_send(now);
            let stamp = self.stamp.clone();
            if let Some(own) = self.stamp.itc.take() {
                self.left = Arc::new(own.peek());
            }
            out.send(to, Message::Leave { to: receiver, from: self.actor, n: self.events, stamp });
            out.note(Note::new(&notes::LEAVES, [u64::from(to.0)]));
        }
    }

    /// Takes over the part of one that leaves, once.
    fn take_over(
        &mut self,
        from: NodeId,
        to: Actor,
        leaver: (Actor, u64),
        stamp: &Stamp,
        now: LocalTime,
        out: &mut Effects<Node>,
    ) {
        let disjoint =
            self.stamp.itc.as_ref().zip(stamp.itc.as_ref()).is_some_and(|(own, theirs)| own.id.sum(&theirs.id).is_some());
        if to != self.actor || leaver.0.node != from || self.taken.contains(&leaver) || !disjoint {
            return out.note(Note::new(&notes::IGNORES_SHARE, [u64::from(from.0)]));
        }
        if !self.believes(from, stamp, now, out) {
            return;
        }
        self.taken.push(leaver);
        self.merge(from, stamp, now, out, &notes::TAKES_OVER, 0);
    }

    fn name(&mut self, node: NodeId, actor: Actor) {
        if let Some(name) = self.names.get_mut(node.index()) {
            *name = actor;
        }
    }
}

/// Wall time as clocks here count it: never below zero.
fn physical_us(now: LocalTime) -> u64 {
    u64::try_from(now.wall_us).unwrap_or(0)
}

impl Encode for Process {
    fn encode(&self, to: &mut Encoder) {
        to.put(&self.actor);
        to.bool(self.ready);
        to.put(&self.stamp);
        to.u32(self.turn);
        to.list(self.names.iter());
        to.put(&*self.left);
        to.len(self.taken.len());
        for (actor, n) in &self.taken {
            to.put(actor);
            to.u64(*n);
        }
    }
}

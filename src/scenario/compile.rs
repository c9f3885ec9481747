//! From the text form to a [`Plan`] and a [`Lesson`], with every mistake that only meaning can show.

use super::diagnostic::{Diagnostic, did_you_mean};
use super::lesson::{Expectation, Lesson, LessonStep, Prediction, Twin, When};
use super::predicate::{self, OUTCOMES, STATUSES, names_of};
use super::schema as text;
use crate::base::ids::PlaceKind;
use crate::base::{EventId, NodeId, Place};
use crate::protocol::Class;
use crate::sim::plan::{
    Action, Channel, ChannelPatch, ChannelRule, ClockAct, ClockPlan, Cluster, Cut, DiskAct, DiskSettings, Generator, MessageAct,
    Network, Operation, Plan, PlannedAction, PlannedOperation, Selector, Setting, Workload,
};
use crate::system::inspect::SystemInfo;
use crate::system::open::MAX_NODES;
use crate::timeline::predicate::Predicate;

/// Most servers of a scenario.
pub const SERVERS_MAX: u16 = MAX_NODES as u16;
/// Most clients of a scenario.
pub const CLIENTS_MAX: u16 = MAX_NODES as u16;
/// Longest title, in characters.
pub const TITLE_MAX: usize = 40;
/// Most words of what happened.
pub const HAPPENED_WORDS_MAX: usize = 60;

/// A scenario that can run.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Compiled {
    /// The input of the run.
    pub plan: Plan,
    /// What is told, asked and expected.
    pub lesson: Lesson,
}

impl Compiled {
    /// The lesson as it is told of another plan than its own. Where a rule that the scenario breaks is put right, nothing is known
    /// to fall on the way any more: what falls still is news, and pauses what plays.
    pub fn lesson_of(self, plan: &Plan) -> Lesson {
        let as_broken = self.plan.mutants.iter().all(|mutant| plan.mutants.contains(mutant));
        Lesson { plays_on: if as_broken { self.lesson.plays_on } else { Vec::new() }, ..self.lesson }
    }
}

/// Gives every name its meaning. Reports all mistakes that it finds, each with the path of its value.
pub fn compile(scenario: &text::Scenario, info: &SystemInfo) -> Result<Compiled, Vec<Diagnostic>> {
    let mut compiler = Compiler::new(scenario.plan.cluster, info);
    compiler.system(&scenario.system);
    let plan = compiler.plan(&scenario.system, &scenario.plan);
    let lesson = compiler.lesson(scenario, &plan);
    if compiler.wrong.is_empty() { Ok(Compiled { plan, lesson }) } else { Err(compiler.wrong) }
}

/// An action in the words of a scenario, for a cluster in which `roles` names who plays which part now (first come, first
/// served), so that `leader` can stand for a node.
pub fn action(
    action: &text::Action,
    cluster: Cluster,
    info: &SystemInfo,
    roles: &[(&str, NodeId)],
) -> Result<Action, Diagnostic> {
    let mut compiler = Compiler::new(text::Cluster { servers: cluster.servers, clients: cluster.clients }, info);
    compiler.roles = roles;
    let action = compiler.action("do", action);
    match compiler.wrong.into_iter().next() {
        Some(wrong) => Err(wrong),
        None => action.ok_or_else(|| Diagnostic::at("do", "this action means nothing here", "")),
    }
}

/// An operation in the words of a scenario: `put x 7`, `get x`, `cas x 7 8`.
pub fn operation(ask: &str, target: Option<NodeId>, info: &SystemInfo) -> Result<Operation, Diagnostic> {
    let mut words = ask.split_whitespace();
    let wrong = |message: String, hint: String| Err(Diagnostic::at("", message, hint));
    let (Some(verb), Some(key)) = (words.next(), words.next()) else {
        return wrong(format!("`{ask}` is no operation"), "write verb, key and numbers, for example `put x 7`".into());
    };
    if !info.verbs.contains(&verb) {
        return wrong(format!("clients of {} do not know `{verb}`", info.id), did_you_mean(verb, info.verbs.iter().copied()));
    }
    let args: Result<Vec<u64>, _> = words.map(str::parse).collect();
    let Ok(args) = args else {
        return wrong(format!("`{ask}` has a value that is no number"), "values are whole numbers, for example `put x 7`".into());
    };
    Ok(Operation { verb: verb.to_owned(), key: key.to_owned(), args, target })
}

struct Compiler<'a> {
    cluster: Cluster,
    info: &'a SystemInfo,
    roles: &'a [(&'a str, NodeId)],
    wrong: Vec<Diagnostic>,
}

impl<'a> Compiler<'a> {
    fn new(cluster: text::Cluster, info: &'a SystemInfo) -> Compiler<'a> {
        let cluster = Cluster { servers: cluster.servers.min(SERVERS_MAX), clients: cluster.clients.min(CLIENTS_MAX) };
        Compiler { cluster, info, roles: &[], wrong: Vec::new() }
    }

    fn wrong(&mut self, path: impl Into<String>, message: impl Into<String>, hint: impl Into<String>) {
        self.wrong.push(Diagnostic::at(path, message, hint));
    }

    fn system(&mut self, name: &str) {
        if name != self.info.id {
            self.wrong("system", format!("`{name}` is not this system"), format!("write `{}`", self.info.id));
        }
    }

    // ---- the plan

    fn plan(&mut self, system: &str, plan: &text::Plan) -> Plan {
        if !(1..=SERVERS_MAX).contains(&plan.cluster.servers) {
            self.wrong(
                "plan.cluster.servers",
                format!("{} servers are no cluster", plan.cluster.servers),
                format!("1 to {SERVERS_MAX}"),
            );
        }
        if plan.cluster.clients > CLIENTS_MAX {
            self.wrong(
                "plan.cluster.clients",
                format!("{} clients are too many", plan.cluster.clients),
                format!("at most {CLIENTS_MAX}"),
            );
        }
        if plan.cluster.servers <= SERVERS_MAX
            && plan.cluster.clients <= CLIENTS_MAX
            && usize::from(plan.cluster.servers) + usize::from(plan.cluster.clients) > MAX_NODES
        {
            self.wrong(
                "plan.cluster",
                format!("{} servers and {} clients are too many together", plan.cluster.servers, plan.cluster.clients),
                format!("at most {MAX_NODES} nodes"),
            );
        }
        if plan.end.us == 0 {
            self.wrong("plan.end", "a run must last for some time", "for example `10 s`");
        }
        let settings = plan.settings.iter().map(|(name, value)| self.setting(name, *value)).collect();
        for (i, id) in plan.mutants.iter().enumerate() {
            self.mutant(&format!("plan.mutants[{i}]"), id);
        }
        let network = self.network(&plan.network);
        let clocks = plan.clocks.iter().enumerate().filter_map(|(i, clock)| self.clock(i, clock)).collect();
        let workload = self.workload(plan);
        let faults = plan.faults.iter().enumerate().filter_map(|(i, fault)| self.fault(i, fault, plan.end)).collect();
        Plan {
            system: system.to_owned(),
            seed: plan.seed,
            cluster: self.cluster,
            settings,
            mutants: plan.mutants.clone(),
            network,
            clocks,
            disk: disk(&plan.disk),
            workload,
            faults,
            interventions: Vec::new(),
        }
    }

    fn setting(&mut self, name: &str, value: i64) -> Setting {
        let path = format!("plan.settings.{name}");
        match self.info.settings.iter().find(|setting| setting.name == name) {
            None => {
                let hint = did_you_mean(name, self.info.settings.iter().map(|setting| setting.name));
                self.wrong(path, format!("{} has no setting `{name}`", self.info.id), hint);
            }
            Some(setting) if !(setting.min..=setting.max).contains(&value) => {
                let hint = format!("{} to {}; it is {} if left out", setting.min, setting.max, setting.default);
                self.wrong(path, format!("{name} cannot be {value}"), hint);
            }
            Some(_) => {}
        }
        Setting { name: name.to_owned(), value }
    }

    fn mutant(&mut self, path: &str, id: &str) {
        if !self.info.mutants.iter().any(|mutant| mutant.id == id) {
            let hint = did_you_mean(id, self.info.mutants.iter().map(|mutant| mutant.id));
            self.wrong(path, format!("{} has no mutant `{id}`", self.info.id), hint);
        }
    }

    fn network(&mut self, network: &text::Network) -> Network {
        let mut default = Channel::default();
        if let Some(delay) = network.delay {
            (default.delay_us_min, default.delay_us_max) = (delay.min.us, delay.max.us);
        }
        default.loss_ppm = network.loss.unwrap_or_default().ppm;
        default.duplicate_ppm = network.duplicate.unwrap_or_default().ppm;
        default.reorder_ppm = network.reorder.unwrap_or_default().ppm;
        default.reorder_us_max = network.reorder_by.unwrap_or_default().us;
        if default.reorder_ppm > 0 && default.reorder_us_max == 0 {
            self.wrong(
                "plan.network.reorder",
                "a reordered message comes no later than others",
                "set `reorder_by`, for example `20 ms`",
            );
        }
        let rules = network.rules.iter().enumerate().map(|(i, rule)| self.rule(&format!("plan.network.rules[{i}]"), rule));
        Network { default, rules: rules.collect() }
    }

    fn rule(&mut self, path: &str, rule: &text::Rule) -> ChannelRule {
        let kind = rule.kind.as_deref().and_then(|name| self.message_kind(&format!("{path}.kind"), name));
        let select = Selector {
            from: self.nodes(&format!("{path}.from"), &rule.from),
            to: self.nodes(&format!("{path}.to"), &rule.to),
            class: rule.class.map(|class| match class {
                text::Class::Request => Class::Request,
                text::Class::Reply => Class::Reply,
                text::Class::OneWay => Class::OneWay,
            }),
            kind,
        };
        let set = ChannelPatch {
            delay_us: rule.delay.map(|delay| (delay.min.us, delay.max.us)),
            loss_ppm: rule.loss.map(|chance| chance.ppm),
            duplicate_ppm: rule.duplicate.map(|chance| chance.ppm),
            reorder_ppm: rule.reorder.map(|chance| chance.ppm),
            reorder_us_max: rule.reorder_by.map(|time| time.us),
        };
        if set == ChannelPatch::default() {
            self.wrong(path, "this rule changes nothing", "set `delay`, `loss`, `duplicate`, `reorder` or `reorder_by`");
        }
        ChannelRule { select, set }
    }

    fn message_kind(&mut self, path: &str, name: &str) -> Option<u8> {
        let found = self.info.messages.iter().position(|kind| kind.name.eq_ignore_ascii_case(name));
        if found.is_none() {
            let hint = did_you_mean(name, self.info.messages.iter().map(|kind| kind.name));
            self.wrong(path, format!("{} has no message `{name}`", self.info.id), hint);
        }
        found.map(|n| n as u8)
    }

    fn clock(&mut self, i: usize, clock: &text::Clock) -> Option<ClockPlan> {
        self.rate(&format!("plan.clocks[{i}].rate_ppm"), clock.rate_ppm);
        let node = self.node(&format!("plan.clocks[{i}].node"), &clock.node)?;
        Some(ClockPlan { node, wall_offset_us: clock.ahead.us, rate_ppm: clock.rate_ppm })
    }

    fn rate(&mut self, path: &str, ppm: i64) {
        if ppm <= -1_000_000 {
            self.wrong(path, "a clock cannot stand still or run backwards", "more than -1000000");
        }
        if ppm > 1_000_000_000 {
            self.wrong(path, "no clock runs a thousand times too fast", "at most 1000000000");
        }
    }

    fn workload(&mut self, plan: &text::Plan) -> Workload {
        if self.cluster.clients == 0 && (plan.generator.is_some() || !plan.operations.is_empty()) {
            let path = if plan.generator.is_some() { "plan.generator" } else { "plan.operations" };
            self.wrong(path, "no client is there to ask", "set plan.cluster.clients");
            return Workload::default();
        }
        let operations =
            plan.operations.iter().enumerate().flat_map(|(i, op)| self.planned_operations(i, op, plan.end)).collect();
        let generator = plan.generator.as_ref().map(|generator| self.generator(generator));
        Workload { operations, generator }
    }

    /// An operation of one client, or one of each.
    fn planned_operations(&mut self, i: usize, op: &text::PlannedOperation, end: text::Time) -> Vec<PlannedOperation> {
        let path = format!("plan.operations[{i}]");
        self.within(&format!("{path}.at"), op.at, end);
        let clients: Vec<NodeId> = if op.client == text::EACH_CLIENT {
            (0..self.cluster.clients).map(|n| self.cluster.client(n)).collect()
        } else {
            self.client(&format!("{path}.client"), &op.client).into_iter().collect()
        };
        let operation = self.operation(&path, &op.ask, op.of.as_deref());
        let planned = |client| Some(PlannedOperation { at_us: op.at.us, client, operation: operation.clone()? });
        clients.into_iter().filter_map(planned).collect()
    }

    fn operation(&mut self, path: &str, ask: &str, of: Option<&str>) -> Option<Operation> {
        let target = match of {
            Some(name) => Some(self.node(&format!("{path}.of"), name)?),
            None => None,
        };
        if target.is_some_and(|target| self.cluster.is_client(target)) {
            self.wrong(format!("{path}.of"), "clients answer no requests", names_of(&self.cluster));
        }
        match operation(ask, target, self.info) {
            Ok(operation) => Some(operation),
            Err(wrong) => {
                self.wrong(format!("{path}.ask"), wrong.message, wrong.hint);
                None
            }
        }
    }

    fn generator(&mut self, generator: &text::Generator) -> Generator {
        if generator.from >= generator.until {
            self.wrong("plan.generator.until", "it ends before it begins", format!("later than {}", generator.from));
        }
        if generator.every.min.us == 0 {
            self.wrong("plan.generator.every", "operations without end at one moment", "for example `20 ms to 60 ms`");
        }
        if generator.keys == 0 {
            self.wrong("plan.generator.keys", "operations need a key", "at least 1");
        }
        if generator.mix.values().all(|weight| *weight == 0) {
            self.wrong("plan.generator.mix", "nothing is ever asked", "for example `mix = { put = 1 }`");
        }
        for verb in generator.mix.keys().filter(|verb| !self.info.verbs.contains(&verb.as_str())) {
            let hint = did_you_mean(verb, self.info.verbs.iter().copied());
            self.wrong.push(Diagnostic::at(
                format!("plan.generator.mix.{verb}"),
                format!("clients of {} do not know `{verb}`", self.info.id),
                hint,
            ));
        }
        Generator {
            start_us: generator.from.us,
            end_us: generator.until.us,
            every_us_min: generator.every.min.us,
            every_us_max: generator.every.max.us,
            keys: generator.keys,
            mix: generator.mix.iter().map(|(verb, weight)| (verb.clone(), *weight)).collect(),
        }
    }

    fn fault(&mut self, i: usize, fault: &text::Fault, end: text::Time) -> Option<PlannedAction> {
        self.within(&format!("plan.faults[{i}].at"), fault.at, end);
        let action = self.action(&format!("plan.faults[{i}].do"), &fault.action)?;
        Some(PlannedAction { at_us: fault.at.us, action })
    }

    fn within(&mut self, path: &str, at: text::Time, end: text::Time) {
        if at > end {
            self.wrong(path, format!("{at} is beyond the end of the run"), format!("at most {end}, or set a later `plan.end`"));
        }
    }

    // ---- actions

    fn action(&mut self, path: &str, action: &text::Action) -> Option<Action> {
        use text::Action as Text;
        let at = |name: &str| format!("{path}.{name}");
        Some(match action {
            Text::Crash(node) => Action::Crash(self.node(&at("crash"), node)?),
            Text::Restart(node) => Action::Restart { node: self.node(&at("restart"), node)?, empty: false },
            Text::RestartEmpty(node) => Action::Restart { node: self.node(&at("restart-empty"), node)?, empty: true },
            Text::Pause(node) => Action::Pause(self.node(&at("pause"), node)?),
            Text::Resume(node) => Action::Resume(self.node(&at("resume"), node)?),
            Text::Slow { node, service, queue } => {
                Action::Slow { node: self.node(&at("slow.node"), node)?, service_us: service.us, queue: *queue }
            }
            Text::Cut(cut) => Action::Cut(self.cut(&at("cut"), cut)?),
            Text::Heal(links) if links.is_empty() => Action::Heal(Vec::new()),
            Text::Heal(links) => Action::Heal(self.links(&at("heal"), links)?),
            Text::Channel(rule) => Action::Channel(self.rule(&at("channel"), rule)),
            Text::ResetChannels => Action::ResetChannels,
            Text::Clog { links, lasts } => Action::Clog { links: self.links(&at("clog.links"), links)?, for_us: lasts.us },
            Text::SwizzleClog { nodes, step, free } => self.swizzle(&at("swizzle-clog"), nodes, *step, free)?,
            Text::Hold(links) => Action::Hold(self.links(&at("hold"), links)?),
            Text::Release(links) => Action::Release(self.links(&at("release"), links)?),
            Text::Deliver(message) => {
                Action::Message { message: self.message(&at("deliver"), message)?, act: MessageAct::Deliver }
            }
            Text::Drop(message) => Action::Message { message: self.message(&at("drop"), message)?, act: MessageAct::Drop },
            Text::Duplicate(message) => {
                Action::Message { message: self.message(&at("duplicate"), message)?, act: MessageAct::Duplicate }
            }
            Text::Delay { message, by } => {
                Action::Message { message: self.message(&at("delay.message"), message)?, act: MessageAct::Delay(by.us) }
            }
            Text::Swap(one, other) => Action::Message {
                message: self.message(&at("swap[0]"), one)?,
                act: MessageAct::Swap(self.message(&at("swap[1]"), other)?),
            },
            Text::ClockJump { node, by } => {
                Action::Clock { node: self.node(&at("clock-jump.node"), node)?, act: ClockAct::Jump(by.us) }
            }
            Text::ClockRate { node, ppm } => {
                self.rate(&at("clock-rate.ppm"), *ppm);
                Action::Clock { node: self.node(&at("clock-rate.node"), node)?, act: ClockAct::Rate(*ppm) }
            }
            Text::Disk { node, act } => Action::Disk { node: self.node(&at("disk.node"), node)?, act: disk_act(*act) },
            Text::Request { client, ask, of } => Action::Request {
                client: self.client(&at("request.client"), client)?,
                operation: self.operation(&at("request"), ask, of.as_deref())?,
            },
            Text::Choose(item) => Action::Choose(self.item(&at("choose"), item)?),
        })
    }

    fn cut(&mut self, path: &str, cut: &text::Cut) -> Option<Cut> {
        let at = |name: &str| format!("{path}.{name}");
        Some(match cut {
            text::Cut::Islands(islands) => {
                let path = at("islands");
                if islands.is_empty() {
                    self.wrong(&path, "no islands are no cut", "for example `islands = [[\"S1\", \"S2\"]]`");
                }
                let islands: Vec<Vec<NodeId>> =
                    islands.iter().enumerate().map(|(i, island)| self.nodes(&format!("{path}[{i}]"), island)).collect();
                self.once(&path, &islands.concat());
                Cut::Islands(islands)
            }
            text::Cut::Bridge { bridge, left, right } => {
                let bridge = self.node(&at("bridge.bridge"), bridge)?;
                let (left, right) = (self.some_nodes(&at("bridge.left"), left), self.some_nodes(&at("bridge.right"), right));
                self.once(&at("bridge"), &[&[bridge], &left[..], &right[..]].concat());
                Cut::Bridge { bridge, left, right }
            }
            text::Cut::Ring(nodes) => {
                let nodes = self.some_nodes(&at("ring"), nodes);
                self.once(&at("ring"), &nodes);
                Cut::Ring(nodes)
            }
            text::Cut::OneWay { from, to } => {
                Cut::OneWay { from: self.some_nodes(&at("one-way.from"), from), to: self.some_nodes(&at("one-way.to"), to) }
            }
            text::Cut::Isolate(node) => Cut::Isolate(self.node(&at("isolate"), node)?),
            text::Cut::Links(links) => Cut::Links(self.links(&at("links"), links)?),
        })
    }

    fn swizzle(&mut self, path: &str, nodes: &[String], step: text::Time, free: &[String]) -> Option<Action> {
        let before = self.wrong.len();
        let nodes = self.some_nodes(&format!("{path}.nodes"), nodes);
        let free = self.nodes(&format!("{path}.free"), free);
        self.once(&format!("{path}.nodes"), &nodes);
        self.once(&format!("{path}.free"), &free);
        let order: Option<Vec<u16>> =
            free.iter().map(|node| nodes.iter().position(|other| other == node).map(|at| at as u16)).collect();
        let order = order.filter(|order| order.len() == nodes.len());
        if order.is_none() && self.wrong.len() == before {
            self.wrong(format!("{path}.free"), "not the same nodes are freed", "name every node of `nodes` once");
        }
        Some(Action::SwizzleClog { nodes, step_us: step.us, free_order: order? })
    }

    /// `timer election of S2`, `message 3 from S1 to S2`, `write 2 of S1`
    fn item(&mut self, path: &str, item: &str) -> Option<EventId> {
        let words: Vec<&str> = item.split_whitespace().collect();
        match words[..] {
            ["timer", ref name @ .., "of", _] | ["timer", ref name @ .., "of", _, _] if !name.is_empty() => {
                let (timer, node) = item.trim().strip_prefix("timer")?.rsplit_once(" of ")?;
                let node = self.node(path, node)?;
                let same = |a: &str, b: &str| a.replace(['-', ' '], "").eq_ignore_ascii_case(&b.replace(['-', ' '], ""));
                match self.info.timers.iter().position(|known| same(known, timer.trim())) {
                    Some(number) => Some(EventId::new(Place::of_node(PlaceKind::Timer, node), number as u32)),
                    None => {
                        let hint = did_you_mean(timer.trim(), self.info.timers.iter().copied());
                        self.wrong(path, format!("{} has no timer `{}`", self.info.id, timer.trim()), hint);
                        None
                    }
                }
            }
            ["write", number, "of", ..] => {
                let node = self.node(path, item.rsplit_once(" of ")?.1)?;
                Some(EventId::new(Place::of_node(PlaceKind::Disk, node), self.ordinal(path, number)?))
            }
            ["message", ..] => self.message(path, item),
            _ => {
                let hint = "write `timer election of S2`, `message 3 from S1 to S2` or `write 2 of S1`";
                self.wrong(path, format!("`{item}` names nothing that can happen"), hint);
                None
            }
        }
    }

    /// `message 3 from S1 to S2`, counted from 1
    fn message(&mut self, path: &str, message: &str) -> Option<EventId> {
        let parts = message.trim().strip_prefix("message ").and_then(|rest| {
            let (number, rest) = rest.split_once(" from ")?;
            let (from, to) = rest.split_once(" to ")?;
            Some((number.trim(), from, to))
        });
        let Some((number, from, to)) = parts else {
            self.wrong(
                path,
                format!("`{message}` names no message"),
                "write `message 3 from S1 to S2`, counted from 1 on that link",
            );
            return None;
        };
        let (from, to) = (self.node(path, from)?, self.node(path, to)?);
        Some(EventId::new(Place::of_link(PlaceKind::Link, from, to), self.ordinal(path, number)?))
    }

    fn ordinal(&mut self, path: &str, number: &str) -> Option<u32> {
        let found = number.parse::<u32>().ok().and_then(|number| number.checked_sub(1));
        if found.is_none() {
            self.wrong(path, format!("`{number}` is no position"), "the first is 1");
        }
        found
    }

    // ---- names

    fn node(&mut self, path: &str, name: &str) -> Option<NodeId> {
        let found = self.cluster.node(name).or_else(|| {
            let role = self.roles.iter().find(|(role, _)| *role == name.trim());
            role.map(|(_, node)| *node)
        });
        if found.is_none() {
            let hint = if self.roles.is_empty() {
                names_of(&self.cluster)
            } else {
                format!("{}, or a role that a node has now", names_of(&self.cluster))
            };
            self.wrong(path, format!("no node is named `{name}`"), hint);
        }
        found
    }

    fn client(&mut self, path: &str, name: &str) -> Option<NodeId> {
        let node = self.node(path, name)?;
        if self.cluster.is_client(node) {
            return Some(node);
        }
        self.wrong(path, format!("{name} is not a client"), names_of(&self.cluster));
        None
    }

    fn nodes(&mut self, path: &str, names: &[String]) -> Vec<NodeId> {
        names.iter().enumerate().filter_map(|(i, name)| self.node(&format!("{path}[{i}]"), name)).collect()
    }

    fn some_nodes(&mut self, path: &str, names: &[String]) -> Vec<NodeId> {
        if names.is_empty() {
            self.wrong(path, "no nodes are named here", names_of(&self.cluster));
        }
        self.nodes(path, names)
    }

    fn once(&mut self, path: &str, nodes: &[NodeId]) {
        let again = (1..nodes.len()).find(|at| nodes[..*at].contains(&nodes[*at]));
        if let Some(at) = again {
            self.wrong(path, format!("{} stands here twice", self.cluster.name(nodes[at])), "name each node once");
        }
    }

    /// `S1 -> S2`, `S1 <-> S2, S3`, `all -> S1`
    fn links(&mut self, path: &str, texts: &[String]) -> Option<Vec<(NodeId, NodeId)>> {
        if texts.is_empty() {
            self.wrong(path, "no links are named here", "write for example `S1 -> S2`, `S1 <-> S2, S3` or `all -> S1`");
            return None;
        }
        let mut links = Vec::new();
        for (i, text) in texts.iter().enumerate() {
            let path = format!("{path}[{i}]");
            let (both, sides) = match text.split_once("<->") {
                Some(sides) => (true, Some(sides)),
                None => (false, text.split_once("->")),
            };
            let Some((from, to)) = sides else {
                self.wrong(path, format!("`{text}` is no link"), "write for example `S1 -> S2`, `S1 <-> S2, S3` or `all -> S1`");
                continue;
            };
            let (from, to) = (self.side(&path, from), self.side(&path, to));
            let pairs = from.iter().flat_map(|a| to.iter().map(move |b| (*a, *b))).filter(|(a, b)| a != b);
            for (a, b) in pairs {
                links.push((a, b));
                if both {
                    links.push((b, a));
                }
            }
        }
        links.sort();
        links.dedup();
        if links.is_empty() && self.wrong.is_empty() {
            self.wrong(path, "no links are left", "a node has no link to itself");
        }
        (!links.is_empty()).then_some(links)
    }

    fn side(&mut self, path: &str, names: &str) -> Vec<NodeId> {
        let all = |from: u16, count: u16| (from..from + count).map(NodeId).collect();
        match names.trim() {
            "all" => all(0, self.cluster.servers + self.cluster.clients),
            "servers" => all(0, self.cluster.servers),
            "clients" => all(self.cluster.servers, self.cluster.clients),
            names => names.split(',').filter_map(|name| self.node(path, name)).collect(),
        }
    }

    // ---- the lesson

    fn lesson(&mut self, scenario: &text::Scenario, plan: &Plan) -> Lesson {
        self.texts(scenario);
        if !self.info.views.contains(&scenario.view.as_str()) {
            let hint = did_you_mean(&scenario.view, self.info.views.iter().copied());
            self.wrong("view", format!("{} has no view `{}`", self.info.id, scenario.view), hint);
        }
        self.within("start_at", scenario.start_at, scenario.plan.end);
        if !(1..=3).contains(&scenario.steps.len()) {
            self.wrong("steps", format!("{} steps", scenario.steps.len()), "one to three");
        }
        let steps = scenario.steps.iter().enumerate().filter_map(|(i, step)| self.step(i, step)).collect();
        let goal = self.predicate("goal", &scenario.goal);
        for (i, property) in scenario.plays_on.iter().enumerate() {
            if !self.info.properties.contains(&property.as_str()) {
                let hint = did_you_mean(property, self.info.properties.iter().copied());
                self.wrong(format!("plays_on.{i}"), format!("{} has no property `{property}`", self.info.id), hint);
            }
        }
        let prediction = scenario.prediction.as_ref().map(|prediction| self.prediction(prediction));
        if scenario.expect.is_empty() {
            self.wrong("expect", "it asserts nothing", "say with `[[expect]]` what must come of it");
        }
        let end = scenario.plan.end;
        let expect = self.expectations("expect", &scenario.expect, end);
        let twin = scenario.twin.as_ref().map(|twin| self.twin(twin, plan, end));
        Lesson {
            id: scenario.id.clone(),
            system: scenario.system.clone(),
            title: scenario.title.clone(),
            question: scenario.question.clone(),
            about: scenario.about.clone(),
            looks_for: scenario.looks_for.clone(),
            level: scenario.level,
            minutes: scenario.minutes,
            view: scenario.view.clone(),
            pace_us_per_ms: scenario.pace.us_per_ms(),
            start_us: scenario.start_at.us,
            end_us: scenario.plan.end.us,
            steps,
            goal: goal.unwrap_or(Predicate::Time { at_us: 0 }),
            plays_on: scenario.plays_on.clone(),
            prediction,
            happened: scenario.happened.clone(),
            next: scenario.next.clone(),
            sources: scenario.sources.clone(),
            expect,
            twin,
        }
    }

    fn texts(&mut self, scenario: &text::Scenario) {
        let name =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        match scenario.id.split_once('/') {
            Some((system, rest)) if system == scenario.system && name(rest) => {}
            _ => {
                let hint = format!("`{}/` and small letters, digits and hyphens", scenario.system);
                self.wrong("id", format!("`{}` is not the address of a scenario of {}", scenario.id, scenario.system), hint);
            }
        }
        for (path, text) in [
            ("title", &scenario.title),
            ("question", &scenario.question),
            ("about", &scenario.about),
            ("looks_for", &scenario.looks_for),
            ("happened", &scenario.happened),
        ] {
            if text.trim().is_empty() {
                self.wrong(path, format!("`{path}` is empty"), "write it for somebody who has not seen this before");
            }
        }
        let length = scenario.title.chars().count();
        if length > TITLE_MAX {
            self.wrong("title", format!("the title has {length} characters"), format!("at most {TITLE_MAX}"));
        }
        let words = scenario.happened.split_whitespace().count();
        if words > HAPPENED_WORDS_MAX {
            self.wrong("happened", format!("what happened takes {words} words"), format!("at most {HAPPENED_WORDS_MAX}"));
        }
        if !(1..=60).contains(&scenario.minutes) {
            self.wrong("minutes", format!("{} minutes", scenario.minutes), "1 to 60");
        }
        if scenario.sources.is_empty() {
            self.wrong("sources", "it names no source", "a paper and its section, or a report");
        }
    }

    fn step(&mut self, i: usize, step: &text::Step) -> Option<LessonStep> {
        let path = format!("steps[{i}]");
        if step.text.trim().is_empty() {
            self.wrong(format!("{path}.text"), "the step says nothing", "write what to do, for example `Crash the leader`");
        }
        if let Some(action) = &step.action {
            // Roles are filled when the button is pressed; here any node may stand for them.
            let roles: Vec<(&str, NodeId)> = ROLES.iter().map(|role| (*role, NodeId(0))).collect();
            let mut inner = Compiler { cluster: self.cluster, info: self.info, roles: &roles, wrong: Vec::new() };
            inner.action(&format!("{path}.do"), action);
            self.wrong.append(&mut inner.wrong);
        }
        let until = self.predicate(&format!("{path}.until"), &step.until)?;
        Some(LessonStep { text: step.text.clone(), action: step.action.clone(), until })
    }

    fn prediction(&mut self, prediction: &text::Prediction) -> Prediction {
        let answers = prediction.answers.len();
        if !(2..=4).contains(&answers) {
            self.wrong("prediction.answers", format!("{answers} answers"), "two to four");
        }
        if !(1..=answers).contains(&(prediction.right as usize)) {
            self.wrong("prediction.right", format!("there is no answer {}", prediction.right), format!("1 to {answers}"));
        }
        let right = prediction.right.saturating_sub(1);
        Prediction { question: prediction.question.clone(), answers: prediction.answers.clone(), right }
    }

    fn expectations(&mut self, path: &str, texts: &[text::Expect], end: text::Time) -> Vec<Expectation> {
        let expectation = |(i, expect): (usize, &text::Expect)| {
            let path = format!("{path}[{i}]");
            let when = self.when(&format!("{path}.when"), &expect.when, end);
            let that = self.predicate(&format!("{path}.that"), &expect.that);
            Some(Expectation { when: when?, that: that?, why: expect.why.clone() })
        };
        texts.iter().enumerate().filter_map(expectation).collect()
    }

    fn when(&mut self, path: &str, when: &str, end: text::Time) -> Option<When> {
        if when.trim() == "end" {
            return Some(When::End);
        }
        if let Ok(time) = when.parse::<text::Time>() {
            self.within(path, time, end);
            return Some(When::At(time.us));
        }
        self.predicate(path, when).map(When::First)
    }

    fn twin(&mut self, twin: &text::Twin, plan: &Plan, end: text::Time) -> Twin {
        for (i, id) in twin.without.iter().enumerate().filter(|(_, id)| !plan.mutants.contains(id)) {
            let hint = did_you_mean(id, plan.mutants.iter().map(String::as_str));
            self.wrong(format!("twin.without[{i}]"), format!("`{id}` is not switched on here"), hint);
        }
        if plan.mutants.is_empty() {
            self.wrong("twin", "a twin needs a mutant to switch off", "name one in plan.mutants");
        }
        let without = if twin.without.is_empty() { plan.mutants.clone() } else { twin.without.clone() };
        Twin { without, expect: self.expectations("twin.expect", &twin.expect, end) }
    }

    fn predicate(&mut self, path: &str, text: &str) -> Option<Predicate> {
        match predicate::parse(text, &self.cluster) {
            Ok(predicate) => {
                self.known(path, &predicate);
                Some(predicate)
            }
            Err(mut wrong) => {
                wrong.place.path = path.to_owned();
                self.wrong.push(wrong);
                None
            }
        }
    }

    fn known(&mut self, path: &str, predicate: &Predicate) {
        match predicate {
            Predicate::And(parts) | Predicate::Or(parts) => parts.iter().for_each(|part| self.known(path, part)),
            Predicate::Not(inner) => self.known(path, inner),
            Predicate::Verdict { property, status } => {
                if !self.info.properties.contains(&property.as_str()) {
                    let hint = did_you_mean(property, self.info.properties.iter().copied());
                    self.wrong(path, format!("{} has no property `{property}`", self.info.id), hint);
                }
                debug_assert!(STATUSES.contains(&status.as_str()));
            }
            Predicate::Operations { outcome, .. } => debug_assert!(OUTCOMES.contains(&outcome.as_str())),
            Predicate::Nodes { .. } | Predicate::Event { .. } | Predicate::Time { .. } => {}
        }
    }
}

/// Names of roles that the action of a step may use instead of a node's.
pub(super) const ROLES: [&str; 4] = ["leader", "candidate", "pre-candidate", "follower"];

fn disk(disk: &text::Disk) -> DiskSettings {
    let default = DiskSettings::default();
    let (fsync_us_min, fsync_us_max) =
        disk.fsync.map_or((default.fsync_us_min, default.fsync_us_max), |fsync| (fsync.min.us, fsync.max.us));
    DiskSettings {
        fsync_us_min,
        fsync_us_max,
        lose_unsynced_ppm: disk.lose_unsynced.map_or(default.lose_unsynced_ppm, |chance| chance.ppm),
        torn_tail_ppm: disk.torn_tail.map_or(default.torn_tail_ppm, |chance| chance.ppm),
    }
}

fn disk_act(act: text::DiskAct) -> DiskAct {
    match act {
        text::DiskAct::Fsync(span) => DiskAct::Fsync(span.min.us, span.max.us),
        text::DiskAct::LoseUnsynced(chance) => DiskAct::LoseUnsynced(chance.ppm),
        text::DiskAct::TornTail(chance) => DiskAct::TornTail(chance.ppm),
        text::DiskAct::Corrupt(record) => DiskAct::Corrupt(record),
        text::DiskAct::Misdirect(record) => DiskAct::Misdirect(record),
        text::DiskAct::Full(full) => DiskAct::Full(full),
    }
}

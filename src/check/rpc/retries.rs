//! What retries cost and how long they are waited for:
//! - a client makes no retry that its budget does not hold (retry budget), reckoned here once more from what it did;
//! - each delay is drawn from the range that its kind gives, the cap included (backoff bounds).

use super::notes;
use super::{Falls, P};
use crate::base::{Encoder, EventId, NodeId, Note};
use crate::protocol::rpc::call::{Deed, Told};
use crate::protocol::rpc::client::Client;
use crate::protocol::rpc::config::Config;
use crate::protocol::rpc::message::CallId;
use crate::sim::trace::Event;
use std::collections::BTreeMap;

/// One client's budget as it must be, thousandths of a token.
#[derive(Clone, Debug)]
struct Account {
    tokens: u64,
    /// What the last retry of each open call cost.
    costs: BTreeMap<u32, u64>,
}

/// Budgets by client.
#[derive(Clone, Debug, Default)]
pub(super) struct Retries(BTreeMap<NodeId, Account>);

impl Retries {
    /// A node starts: its budget is in memory.
    pub(super) fn starts(&mut self, node: NodeId) {
        self.0.remove(&node);
    }

    /// A client did something.
    pub(super) fn client(&mut self, event: &Event, node: NodeId, client: &Client, falls: &mut Falls) {
        let config = client.config();
        for deed in client.deeds() {
            if let Deed::Waits { id, nth, range_us, delay_us, slept_us, after_silence } = *deed {
                bounds(event, config, (id, nth), (range_us, delay_us, slept_us), falls);
                self.spends(event, config, id, after_silence, falls);
            } else if config.budget.capacity > 0 {
                self.account(node, config).moves(config, deed);
            }
        }
    }

    fn account(&mut self, node: NodeId, config: &Config) -> &mut Account {
        self.0.entry(node).or_insert_with(|| Account { tokens: config.budget.capacity, costs: BTreeMap::new() })
    }

    fn spends(&mut self, event: &Event, config: &Config, id: CallId, after_silence: bool, falls: &mut Falls) {
        let budget = &config.budget;
        if budget.capacity == 0 {
            return;
        }
        let account = self.account(id.client, config);
        let cost = if after_silence { budget.timeout } else { budget.retry };
        account.costs.insert(id.seq, cost);
        let enough = account.tokens >= cost && (budget.floor == 0 || account.tokens > budget.floor);
        let had = account.tokens;
        account.tokens = had.saturating_sub(cost);
        if !enough {
            let args = [event.at_us, id.client.0.into(), u64::from(id.seq) + 1, had / 1_000, cost / 1_000];
            falls.at(P::RetryBudget, event, Note::new(&notes::RETRY_BUDGET_VIOLATED, args), &[] as &[EventId], &[id.client]);
        }
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        to.len(self.0.len());
        for (node, account) in &self.0 {
            to.put(node);
            to.u64(account.tokens);
            to.len(account.costs.len());
            for (seq, cost) in &account.costs {
                to.u32(*seq);
                to.u64(*cost);
            }
        }
    }
}

impl Account {
    /// What comes in, and what a failure takes.
    fn moves(&mut self, config: &Config, deed: &Deed) {
        let budget = &config.budget;
        let mut earned = 0;
        match deed {
            Deed::Began(_) => earned = budget.call,
            Deed::Failed(..) => self.tokens = self.tokens.saturating_sub(budget.failure),
            Deed::Ended { id, told, .. } => {
                let last = self.costs.remove(&id.seq);
                if matches!(told, Told::Ok(_)) {
                    earned = last.filter(|_| budget.returns).unwrap_or(budget.success);
                }
            }
            Deed::Sent(_) | Deed::Heard(_) | Deed::Waits { .. } => {}
        }
        self.tokens = self.tokens.saturating_add(earned).min(budget.capacity);
    }
}

fn bounds(event: &Event, config: &Config, (id, nth): (CallId, u32), delay: ((u64, u64), u64, u64), falls: &mut Falls) {
    let ((least, most), delay_us, slept_us) = delay;
    let right = config.backoff.range_us(config.base_us, config.cap_us, nth, slept_us);
    let capped = least.min(config.cap_us)..=most.min(config.cap_us);
    if (least, most) != right || !capped.contains(&delay_us) {
        let args = [event.at_us, id.client.0.into(), delay_us, right.0.min(config.cap_us), right.1.min(config.cap_us)];
        falls.at(P::BackoffBounds, event, Note::new(&notes::BACKOFF_BOUNDS_VIOLATED, args), &[], &[id.client]);
    }
}

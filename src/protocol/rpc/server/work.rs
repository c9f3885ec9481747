//! What a server works on: one request after the other, from its queue to its effect, or to those that are set aside.

use super::super::dead_letters::DeadLetter;
use super::super::message::{Ask, Record, Says, Timer};
use super::super::notes;
use super::super::queue::{FOR_EVER, Job};
use super::super::role::Role;
use super::super::rules::Refusal;
use super::{Deed, RESTART_US, Server, Unsynced, answer, of};
use crate::base::{Note, WriteId};
use crate::protocol::Effects;

impl Server {
    /// There is no room any more for what has waited. What was given to the worker again is set aside as before.
    pub(super) fn send_away(&mut self, job: &Job, out: &mut Effects<Role>) {
        self.let_go(job);
        if job.until_us != FOR_EVER {
            return self.turn_away(job.from, &job.attempt, &notes::TURNS_AWAY, out);
        }
        let letter = DeadLetter { attempt: job.attempt, deliveries: self.config.max_receives };
        self.dead_letters.add(letter);
        let [client, n, _] = of(&job.attempt);
        out.note(Note::new(&notes::SETS_ASIDE, [client, n, letter.deliveries.into()]));
        answer(job.from, &job.attempt, Says::Refused(Refusal::SetAside), None, out);
    }

    pub(super) fn let_go(&mut self, job: &Job) {
        self.deeds.push(Deed::LetGo(job.attempt.origin));
        self.forget(job);
    }

    fn forget(&mut self, job: &Job) {
        if let Some(key) = job.attempt.key {
            self.dedup.forget(&key);
        }
    }

    pub(super) fn begin_next(&mut self, now_us: u64, out: &mut Effects<Role>) {
        while let Some(job) = self.queue.shed(self.config.order, self.config.codel, now_us) {
            let [client, n, nth] = of(&job.attempt);
            out.note(Note::new(&notes::SHEDS, [client, n, nth, now_us.saturating_sub(job.arrived_us)]));
            self.send_away(&job, out);
        }
        while let Some(job) = self.queue.pop(self.config.order) {
            let [client, n, nth] = of(&job.attempt);
            let late_us = now_us.checked_sub(job.until_us);
            if !self.config.rules.may_start(now_us, job.until_us) {
                self.counts.dropped += 1;
                self.let_go(&job);
                self.deeds.push(Deed::Dropped(job.attempt.id));
                out.note(Note::new(&notes::DROPS, [client, n, nth, late_us.unwrap_or(0)]));
                continue;
            }
            match late_us {
                Some(late_us) => out.note(Note::new(&notes::STARTS_LATE, [client, n, nth, late_us])),
                None => out.note(Note::new(&notes::STARTS, [client, n, nth, now_us - job.arrived_us])),
            }
            let Job { arrived_us, until_us, ends_us, .. } = job;
            self.deeds.push(Deed::Started { id: job.attempt.origin, arrived_us, until_us, ends_us });
            let work_us = job.attempt.work_us.saturating_mul(self.config.trigger.factor_at(now_us));
            let work_us = if job.failed > 0 { work_us.max(RESTART_US) } else { work_us };
            out.set_timer(Timer::Work, work_us, work_us);
            self.working = Some(job);
            return;
        }
    }

    pub(super) fn finish(&mut self, now_us: u64, out: &mut Effects<Role>) {
        let Some(job) = self.working.take() else { return };
        if matches!(job.attempt.ask, Ask::Faulty { .. }) && self.config.has_bug(now_us) {
            self.fail(Job { failed: job.failed.saturating_add(1), ..job }, out);
            return self.begin_next(now_us, out);
        }
        self.counts.worked += 1;
        let [client, n, _] = of(&job.attempt);
        match job.attempt.ask {
            Ask::Charge { account, amount } | Ask::Faulty { account, amount } => {
                let balance = self.balance(account).saturating_add(amount);
                out.note(Note::new(&notes::CHARGES, [client, n, u64::from(account), balance]));
                let write = self.charge(&job, account, balance, now_us, out);
                answer(job.from, &job.attempt, Says::Done { value: balance, again: false }, Some(write), out);
            }
            Ask::Update { account, seen } => self.update(&job, account, seen, now_us, out),
            Ask::Look { account } => {
                let value = self.balance(account);
                out.note(Note::new(&notes::READS, [client, n, u64::from(account), value]));
                answer(job.from, &job.attempt, Says::Seen(value), None, out);
            }
            Ask::Read { account } | Ask::Redrive { account } => {
                let value = self.balance(account);
                out.note(Note::new(&notes::READS, [client, n, u64::from(account), value]));
                answer(job.from, &job.attempt, Says::Done { value, again: false }, None, out);
            }
        }
        self.begin_next(now_us, out);
    }

    /// A write that is made only if nobody has written since (Kung and Robinson 1981).
    fn update(&mut self, job: &Job, account: u32, seen: u64, now_us: u64, out: &mut Effects<Role>) {
        self.counts.updates += 1;
        let ([client, n, _], holds) = (of(&job.attempt), self.balance(account));
        if holds != seen {
            self.counts.changed += 1;
            self.let_go(job);
            out.note(Note::new(&notes::HAS_CHANGED, [client, n, u64::from(account), holds]));
            // What it has come too late for may be on its way to disk.
            let write = self.unsynced.last().map(|effect| effect.write);
            return answer(job.from, &job.attempt, Says::Refused(Refusal::Changed), write, out);
        }
        let balance = seen.saturating_add(1);
        out.note(Note::new(&notes::CHARGES, [client, n, u64::from(account), balance]));
        let write = self.charge(job, account, balance, now_us, out);
        answer(job.from, &job.attempt, Says::Done { value: balance, again: false }, Some(write), out);
    }

    /// The worker has failed at a request: it is the next one again, or is set aside.
    fn fail(&mut self, job: Job, out: &mut Effects<Role>) {
        let [client, n, _] = of(&job.attempt);
        let told = [client, n, job.failed.into()];
        self.counts.failed += 1;
        self.deeds.push(Deed::Failed(job.attempt.origin));
        out.note(Note::new(&notes::WORK_FAILS, told));
        if self.config.rules.delivers_again(job.failed, self.config.max_receives) {
            return self.queue.put_back(job, self.config.order);
        }
        let letter = DeadLetter { attempt: job.attempt, deliveries: job.failed };
        self.forget(&job);
        self.dead_letters.add(letter);
        out.note(Note::new(&notes::SETS_ASIDE, told));
        let write = out.persist(Record::Dead(letter));
        answer(job.from, &job.attempt, Says::Refused(Refusal::SetAside), Some(write), out);
    }

    /// What was set aside of an account waits again, as far as there is room: whoever wants that waits for ever.
    pub(super) fn redrive(&mut self, account: u32, now_us: u64, out: &mut Effects<Role>) -> u64 {
        let room = (self.config.capacity as usize).saturating_sub(self.queue.len());
        let letters = self.dead_letters.take(account, room);
        out.note(Note::new(&notes::REDRIVES, [letters.len() as u64, account.into()]));
        for DeadLetter { attempt, .. } in &letters {
            if let Some(key) = attempt.key {
                self.dedup.begin(key, attempt.ask);
            }
            let (from, arrived_us, until_us) = (attempt.id.client, now_us, FOR_EVER);
            let job = Job { from, attempt: *attempt, arrived_us, until_us, ends_us: FOR_EVER, failed: 0 };
            self.queue.push(job, self.config.order, self.config.capacity);
        }
        if self.working.is_none() {
            self.begin_next(now_us, out);
        }
        letters.len() as u64
    }

    /// The effect, and what is needed to recognise its request.
    fn charge(&mut self, job: &Job, account: u32, balance: u64, now_us: u64, out: &mut Effects<Role>) -> WriteId {
        let rules = self.config.rules;
        self.balances.insert(account, balance);
        self.counts.charges += 1;
        let keep_us = rules.keep_us(job.attempt.call_left_us, self.config.window_us);
        let key = job.attempt.key;
        let with_effect = key.filter(|_| rules.kept_with_effect());
        let write =
            out.persist(Record::Done { id: job.attempt.origin, key: with_effect, ask: job.attempt.ask, balance, keep_us });
        if let Some(key) = key {
            self.dedup.finish(key, job.attempt.ask, balance, Some(write), now_us.saturating_add(keep_us));
        }
        self.unsynced.push(Unsynced { write, id: job.attempt.origin, key, ask: job.attempt.ask, balance, keep_us });
        write
    }
}

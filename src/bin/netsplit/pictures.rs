//! `netsplit pictures`: each scenario's run at its telling moment, and the words beside it, for whoever shows a scenario without
//! running it: lists, and embeds before Play.

use super::{Done, Failure, compile};
use netsplit::scenario::{Compiled, Diagnostic, library};
use netsplit::system::inspect::Status;
use netsplit::timeline::Session;
use netsplit::view::layout::ViewOptions;
use netsplit::view::palette::Theme;
use netsplit::view::playback::{Goals, Playback};
use netsplit::view::report::ScenarioText;
use netsplit::view::svg::to_svg;
use netsplit::view::words::Lang;
use serde_json::json;
use std::fs;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Where the pictures go: `raft-leader-crash.light.svg`, `raft-leader-crash.dark.svg`, in languages other than English
    /// `raft-leader-crash.de.light.svg`, and `raft-leader-crash.json` with title, question and what is to be seen, in every language
    folder: PathBuf,
    /// Width in logical pixels
    #[arg(long, default_value_t = 480, value_parser = clap::value_parser!(u32).range(64..=16_384))]
    width: u32,
    /// Height in logical pixels
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(64..=16_384))]
    height: u32,
}

pub(super) fn run(arguments: &Arguments) -> Done {
    fs::create_dir_all(&arguments.folder)?;
    let options = ViewOptions::sized(arguments.width.into(), arguments.height.into());
    for scenario in library::all() {
        let compiled = compile(scenario).map_err(Failure::Unusable)?;
        let view = &compiled.lesson.view;
        let mut playback = telling(&compiled)?;
        let name = scenario.id.replace('/', "-");
        fs::write(arguments.folder.join(format!("{name}.json")), words(&compiled, &playback, &options))?;
        for lang in Lang::ALL {
            let options = ViewOptions { lang, ..options.clone() };
            // Its chips are rows of the lab.
            playback.set_lang(lang);
            let scene = playback
                .scene(view, &options)
                .ok_or_else(|| Diagnostic::at(&scenario.id, format!("no view is called `{view}`"), "a view of its system"))?;
            for (kind, theme) in [("light", Theme::Light), ("dark", Theme::Dark)] {
                let ending = if lang == Lang::En { kind.to_owned() } else { format!("{}.{kind}", lang.code()) };
                fs::write(arguments.folder.join(format!("{name}.{ending}.svg")), to_svg(&scene, theme.palette()))?;
            }
        }
    }
    Ok(())
}

/// What stands beside a picture, by language, as JSON.
fn words(scenario: &Compiled, playback: &Playback, options: &ViewOptions) -> String {
    let mut by_lang = serde_json::Map::new();
    for lang in Lang::ALL {
        let ScenarioText { title, question, view, .. } = ScenarioText::new(lang, &scenario.lesson);
        let options = ViewOptions { lang, ..options.clone() };
        let picture = playback.scene(&view, &options).map_or_else(String::new, |scene| scene.label);
        by_lang.insert(lang.code().to_owned(), json!({ "title": title, "question": question, "picture": picture }));
    }
    serde_json::Value::Object(by_lang).to_string()
}

/// A run at the moment at which its question is answered, after a reader has done what the steps offer; with a broken rule,
/// at the moment at which its property has fallen, too.
fn telling(scenario: &Compiled) -> Result<Playback, Failure> {
    let lesson = &scenario.lesson;
    let session = Session::open(scenario.plan.clone(), Default::default(), netsplit::system::open).map_err(Failure::from)?;
    let goals = Goals::from(lesson);
    let mut playback = Playback::new(session, Lang::En, goals, lesson.pace_us_per_ms as f64);
    playback.seek_time(lesson.start_us);
    playback.work(&mut |_| false);
    let mut offered = 0;
    while playback.cursor().at_us < lesson.end_us && !(playback.goal_reached() && fallen(&playback, scenario)) {
        let done = playback.steps_done().iter().take_while(|done| **done).count();
        if done >= offered {
            offered = done + 1;
            if let Some(action) = lesson.action(done, playback.session().run()) {
                // A step that cannot be done as things stand is left out: `verify` is there to complain.
                let _ = playback.act(action?);
            }
        }
        if playback.step().is_none() {
            break;
        }
    }
    Ok(playback)
}

/// Whether everything that the broken rules stand for has fallen.
fn fallen(playback: &Playback, scenario: &Compiled) -> bool {
    scenario.plan.mutants.is_empty()
        || playback.session().run().verdicts().iter().any(|verdict| verdict.status == Status::Violated)
}

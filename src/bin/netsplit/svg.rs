//! `netsplit svg`: the picture of a moment.

use super::{Done, Failure, Language, Source, duration};
use netsplit::scenario::Diagnostic;
use netsplit::scenario::diagnostic::did_you_mean;
use netsplit::timeline::Session;
use netsplit::view::layout::ViewOptions;
use netsplit::view::palette::Theme;
use netsplit::view::playback::{Goals, Playback};
use netsplit::view::svg::to_svg;
use std::io::Write;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
    /// The moment, instead of the one at which the page opens: `3.2s`
    #[arg(long, value_parser = duration)]
    at: Option<u64>,
    /// cluster, log, ...: the scenario's own if it is left out
    #[arg(long)]
    view: Option<String>,
    /// light or dark
    #[arg(long, default_value = "light", value_parser = theme)]
    theme: Theme,
    /// Width in logical pixels
    #[arg(long, default_value_t = 960, value_parser = clap::value_parser!(u32).range(64..=16_384))]
    width: u32,
    /// Height in logical pixels
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(64..=16_384))]
    height: u32,
    #[command(flatten)]
    lang: Language,
}

pub(super) fn run(arguments: &Arguments, out: &mut impl Write) -> Done {
    let scenario = arguments.source.load()?;
    let lang = arguments.lang.lang;
    let pace = scenario.lesson.pace_us_per_ms as f64;
    let mut session = Session::open(scenario.plan.clone(), Default::default(), netsplit::system::open).map_err(Failure::from)?;
    session.seek_time(arguments.at.unwrap_or(scenario.lesson.start_us));
    let view = arguments.view.as_ref().unwrap_or(&scenario.lesson.view);
    let views = session.run().info().views;
    let playback = Playback::new(session, lang, Goals::default(), pace);
    let options = ViewOptions { lang, ..ViewOptions::sized(arguments.width.into(), arguments.height.into()) };
    let scene = playback.scene(view, &options).ok_or_else(|| {
        Diagnostic::at("--view", format!("no view is called `{view}`"), did_you_mean(view, views.iter().copied()))
    })?;
    out.write_all(to_svg(&scene, arguments.theme.palette()).as_bytes())?;
    Ok(())
}

fn theme(name: &str) -> Result<Theme, String> {
    Theme::from_name(name).ok_or_else(|| format!("`{name}` is no theme: light or dark"))
}

//! `netsplit svg`: the picture of a moment.

use super::{Done, Failure, Language, Source, duration};
use netsplit::scenario::diagnostic::did_you_mean;
use netsplit::scenario::{Compiled, Diagnostic};
use netsplit::timeline::Session;
use netsplit::view::layout::ViewOptions;
use netsplit::view::palette::Theme;
use netsplit::view::playback::{Goals, Playback};
use netsplit::view::svg::to_svg;
use std::io::Write;

/// Of a run that no scenario tells, as in the page; microseconds for each millisecond.
const PACE: u64 = 33;

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
    let (plan, start, own_view, pace) = match arguments.source.link()? {
        Some(link) => (link.plan, Err(link.cursor), None, PACE),
        None => {
            let Compiled { plan, lesson, .. } = arguments.source.load()?;
            (plan, Ok(lesson.start_us), Some(lesson.view), lesson.pace_us_per_ms)
        }
    };
    let mut session = Session::open(plan, Default::default(), netsplit::system::open).map_err(Failure::from)?;
    match arguments.at.map_or(start, Ok) {
        Ok(at_us) => session.seek_time_begin(at_us),
        Err(moment) => session.seek_moment_begin(moment),
    }
    session.finish();
    let views = session.run().info().views;
    let view = arguments.view.clone().or(own_view).unwrap_or_else(|| views.first().copied().unwrap_or_default().to_owned());
    let lang = arguments.lang.lang;
    let playback = Playback::new(session, lang, Goals::default(), pace as f64);
    let options = ViewOptions { lang, ..ViewOptions::sized(arguments.width.into(), arguments.height.into()) };
    let scene = playback.scene(&view, &options).ok_or_else(|| {
        Diagnostic::at("--view", format!("no view is called `{view}`"), did_you_mean(&view, views.iter().copied()))
    })?;
    out.write_all(to_svg(&scene, arguments.theme.palette()).as_bytes())?;
    Ok(())
}

fn theme(name: &str) -> Result<Theme, String> {
    Theme::from_name(name).ok_or_else(|| format!("`{name}` is no theme: light or dark"))
}

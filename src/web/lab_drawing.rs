//! Pictures of the Lab: painted, as SVG, and what is where in them.

use super::answers::{Answer, answer, targets};
use super::arguments::Arguments;
use super::canvas;
use super::lab::{Desk, Lab};
use crate::base::NodeId;
use crate::view::palette::Theme;
use crate::view::{Camera, LayoutKind, LogPart, Naming, Scene, ViewOptions, to_svg};
use serde::Deserialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Largest canvas, pixels a side.
pub(super) const SIDE_MAX: f64 = 16_384.0;

/// How a picture is wanted.
#[derive(Deserialize)]
struct PaintOptions {
    width: f64,
    height: f64,
    #[serde(default)]
    dpr: Option<f64>,
    #[serde(default)]
    theme: Option<String>,
    #[serde(default)]
    selected: Option<String>,
    #[serde(default)]
    hover: Option<String>,
    #[serde(default)]
    focus: Option<String>,
    #[serde(default)]
    islands: Option<Vec<Vec<NodeId>>>,
    #[serde(default)]
    layout: Option<String>,
    #[serde(default)]
    moved: Vec<(NodeId, f64, f64)>,
    #[serde(default)]
    chosen: Vec<NodeId>,
    #[serde(default)]
    camera: Option<(f64, f64, f64)>,
    #[serde(default)]
    log_first: Option<u64>,
    #[serde(default)]
    log_row: u32,
    #[serde(default)]
    reduced_motion: bool,
    #[serde(default)]
    verdicts_elsewhere: bool,
}

/// A picture and how to paint it.
pub(super) struct Picture {
    pub(super) scene: Scene,
    pub(super) theme: Theme,
    pub(super) dpr: f64,
}

#[wasm_bindgen]
impl Lab {
    /// Paints a view onto a canvas, whose bitmap is made to fit.
    #[wasm_bindgen(unchecked_return_type = "Result<null>")]
    pub fn paint(
        &self,
        #[wasm_bindgen(unchecked_param_type = "HTMLCanvasElement")] canvas: JsValue,
        #[wasm_bindgen(unchecked_param_type = "ViewName")] view: JsValue,
        #[wasm_bindgen(unchecked_param_type = "PaintOptions")] options: JsValue,
    ) -> JsValue {
        answer(self.with(|desk, read| {
            desk.picture(read, &view, &options, Naming::None)?.paint(read, &canvas)?;
            Ok(JsValue::NULL)
        }))
    }

    /// A view as SVG.
    #[wasm_bindgen(unchecked_return_type = "Result<string>")]
    pub fn svg(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ViewName")] view: JsValue,
        #[wasm_bindgen(unchecked_param_type = "PaintOptions")] options: JsValue,
    ) -> JsValue {
        answer(self.with(|desk, read| {
            let Picture { scene, theme, .. } = desk.picture(read, &view, &options, Naming::Full)?;
            Ok(to_svg(&scene, theme.palette()).into())
        }))
    }

    /// Id of what is at a point of a view: `node:0`, `message:n0>n1#3`, `link:0:1`, `entry:0:5`; null if nothing is.
    #[wasm_bindgen(unchecked_return_type = "string | null")]
    pub fn hit(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ViewName")] view: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] x: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] y: JsValue,
        #[wasm_bindgen(unchecked_param_type = "PaintOptions")] options: JsValue,
    ) -> JsValue {
        let hit = self.with(|desk, read| {
            let scene = desk.picture(read, &view, &options, Naming::Ids)?.scene;
            let point = x.as_f64().zip(y.as_f64()).filter(|(x, y)| x.is_finite() && y.is_finite());
            Ok(point.and_then(|(x, y)| scene.hit(x, y).map(JsValue::from)))
        });
        hit.ok().flatten().unwrap_or(JsValue::NULL)
    }

    /// Everything in a view that can be pointed at, with its box.
    #[wasm_bindgen(unchecked_return_type = "Target[]")]
    pub fn targets(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ViewName")] view: JsValue,
        #[wasm_bindgen(unchecked_param_type = "PaintOptions")] options: JsValue,
    ) -> JsValue {
        self.list(|desk, read| Ok(targets(&desk.picture(read, &view, &options, Naming::Full)?.scene.targets())))
    }
}

impl Picture {
    /// Paints it onto a canvas, whose bitmap is made to fit.
    pub(super) fn paint(&self, read: Arguments, canvas: &JsValue) -> Answer<()> {
        let wrong = || read.problem("bad-canvas", "canvas", &[]);
        let canvas: &HtmlCanvasElement = canvas.dyn_ref().ok_or_else(wrong)?;
        let context = canvas.get_context("2d").ok().flatten().ok_or_else(wrong)?;
        let context: &CanvasRenderingContext2d = context.dyn_ref().ok_or_else(wrong)?;
        let Picture { scene, theme, dpr } = self;
        let (width, height) = ((scene.width * dpr).round() as u32, (scene.height * dpr).round() as u32);
        if (canvas.width(), canvas.height()) != (width, height) {
            canvas.set_width(width);
            canvas.set_height(height);
        }
        canvas::paint(context, scene, theme.palette(), *dpr).map_err(|_| wrong())
    }
}

impl Desk {
    pub(super) fn picture(&mut self, read: Arguments, view: &JsValue, options: &JsValue, naming: Naming) -> Answer<Picture> {
        let views = self.playback.session().run().info().views;
        let choices: Vec<(&str, &str)> = views.iter().map(|view| (*view, *view)).collect();
        let view = read.choice(view, "view", &choices)?;
        let there = read.flag_or_not(&read.property(options, "there", "options")?, "options.there")?;
        let (options, theme, dpr) = self.view_options(read, options, naming)?;
        let scene = if there {
            self.playback.on_other(|lab| lab.scene(view, &options)).flatten()
        } else {
            self.playback.scene(view, &options)
        };
        let scene = scene.ok_or_else(|| read.problem("bad-choice", "view", &[("choices", &views.join(", "))]))?;
        Ok(Picture { scene, theme, dpr })
    }

    /// Options as the page gives them: how the viewer wants it, the theme, and bitmap pixels for each logical pixel.
    pub(super) fn view_options(&self, read: Arguments, options: &JsValue, naming: Naming) -> Answer<(ViewOptions, Theme, f64)> {
        let options: PaintOptions = read.data(options, "options")?;
        let dpr = options.dpr.unwrap_or(1.0);
        let size = |side: f64| (1.0..=SIDE_MAX).contains(&side) && (0.0..=SIDE_MAX).contains(&(side * dpr));
        if !size(options.width) || !size(options.height) || dpr <= 0.0 {
            return Err(read.problem("bad-size", "options", &[("max", "16384")]));
        }
        let theme = match options.theme.as_deref() {
            None => Theme::default(),
            Some(name) => Theme::from_name(name)
                .ok_or_else(|| read.problem("bad-choice", "options.theme", &[("choices", "light, dark")]))?,
        };
        let layout = match options.layout.as_deref() {
            None => LayoutKind::default(),
            Some(name) => LayoutKind::from_name(name)
                .ok_or_else(|| read.problem("bad-choice", "options.layout", &[("choices", "ring, row, two-sites")]))?,
        };
        let options = ViewOptions {
            width: options.width,
            height: options.height,
            selected: options.selected,
            hover: options.hover,
            focus: options.focus,
            draft: options.islands,
            layout,
            moved: options.moved,
            chosen: options.chosen,
            hueless: theme == Theme::Forced,
            camera: options.camera.map_or_else(Camera::default, |(zoom, x, y)| Camera::new(zoom, x, y)),
            log: LogPart { first: options.log_first, row: options.log_row as usize },
            naming,
            reduced_motion: options.reduced_motion,
            verdicts_elsewhere: options.verdicts_elsewhere,
            lang: read.lang,
        };
        Ok((options, theme, dpr))
    }
}

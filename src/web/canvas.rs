//! The Canvas 2D painter: the same look as the SVG painter, from the same scene.

use crate::view::Point;
use crate::view::palette::Palette;
use crate::view::scene::{Anchor, Dash, Form, Scene, Shape, Stroke, Text};
use crate::view::svg::{Fixed, MONO, SANS};
use std::f64::consts::{FRAC_PI_2, TAU};
use wasm_bindgen::JsValue;
use web_sys::CanvasRenderingContext2d;

/// Paints a scene onto a canvas whose bitmap has `pixel_ratio` pixels for each logical pixel. The context's state is as before
/// afterwards, except for its transformation.
pub fn paint(context: &CanvasRenderingContext2d, scene: &Scene, palette: &Palette, pixel_ratio: f64) -> Result<(), JsValue> {
    context.set_transform(pixel_ratio, 0.0, 0.0, pixel_ratio, 0.0, 0.0)?;
    context.save();
    let mut brush = Brush::new(context, palette);
    brush.fill_with(palette.paper);
    context.fill_rect(0.0, 0.0, scene.width, scene.height);
    context.set_text_baseline("alphabetic");
    for shape in &scene.shapes {
        brush.paint(shape)?;
    }
    context.restore();
    Ok(())
}

/// A context, and what it was last told: a setting crosses from wasm to the browser only if it is another one.
struct Brush<'a> {
    context: &'a CanvasRenderingContext2d,
    palette: &'a Palette,
    fill: &'static str,
    stroke: &'static str,
    opacity: f64,
    width: f64,
    join: &'static str,
    cap: &'static str,
    dash: Option<(f64, f64)>,
    align: &'static str,
    font: Option<(f64, bool, bool)>,
}

impl<'a> Brush<'a> {
    /// For a context as it is after `save`: nothing is known of it but that lines are not dashed.
    fn new(context: &'a CanvasRenderingContext2d, palette: &'a Palette) -> Brush<'a> {
        Brush {
            context,
            palette,
            fill: "",
            stroke: "",
            opacity: f64::NAN,
            width: f64::NAN,
            join: "",
            cap: "",
            dash: None,
            align: "",
            font: None,
        }
    }

    fn paint(&mut self, shape: &Shape) -> Result<(), JsValue> {
        if self.opacity != shape.opacity {
            self.opacity = shape.opacity;
            self.context.set_global_alpha(shape.opacity);
        }
        if let Form::Text(text) = &shape.form {
            return self.paint_text(text, shape);
        }
        self.context.begin_path();
        trace(self.context, &shape.form)?;
        if let Some(role) = shape.fill {
            self.fill_with(self.palette.color(role));
            self.context.fill();
        }
        if let Some(Stroke { role, width, dash }) = shape.stroke {
            self.stroke_with(self.palette.color(role), width, "miter", if dash == Dash::Dotted { "round" } else { "butt" });
            self.dash_with(dash.lengths(width))?;
            self.context.stroke();
        }
        Ok(())
    }

    fn fill_with(&mut self, color: &'static str) {
        if self.fill != color {
            self.fill = color;
            self.context.set_fill_style_str(color);
        }
    }

    fn stroke_with(&mut self, color: &'static str, width: f64, join: &'static str, cap: &'static str) {
        if self.stroke != color {
            self.stroke = color;
            self.context.set_stroke_style_str(color);
        }
        if self.width != width {
            self.width = width;
            self.context.set_line_width(width);
        }
        if self.join != join {
            self.join = join;
            self.context.set_line_join(join);
        }
        if self.cap != cap {
            self.cap = cap;
            self.context.set_line_cap(cap);
        }
    }

    fn dash_with(&mut self, lengths: Option<(f64, f64)>) -> Result<(), JsValue> {
        if self.dash == lengths {
            return Ok(());
        }
        self.dash = lengths;
        let dash = js_sys::Array::new();
        if let Some((on, off)) = lengths {
            dash.push(&on.into());
            dash.push(&off.into());
        }
        self.context.set_line_dash(&dash)
    }

    fn paint_text(&mut self, text: &Text, shape: &Shape) -> Result<(), JsValue> {
        let font = (text.size, text.bold, text.mono);
        if self.font != Some(font) {
            self.font = Some(font);
            let weight = if text.bold { "600 " } else { "" };
            let family = if text.mono { MONO } else { SANS };
            self.context.set_font(&format!("{weight}{}px {family}", Fixed(text.size)));
        }
        let align = match text.anchor {
            Anchor::Start => "left",
            Anchor::Middle => "center",
            Anchor::End => "right",
        };
        if self.align != align {
            self.align = align;
            self.context.set_text_align(align);
        }
        if text.rim {
            self.stroke_with(self.palette.paper, 4.0, "round", "butt");
            self.dash_with(None)?;
            self.context.stroke_text(&text.content, text.at.x, text.at.y)?;
        }
        if let Some(role) = shape.fill {
            self.fill_with(self.palette.color(role));
            self.context.fill_text(&text.content, text.at.x, text.at.y)?;
        }
        Ok(())
    }
}

/// Adds the outline of a form to the current path.
fn trace(context: &CanvasRenderingContext2d, form: &Form) -> Result<(), JsValue> {
    match form {
        Form::Circle { center, radius } => context.arc(center.x, center.y, *radius, 0.0, TAU)?,
        Form::Arc { center, radius, from, to } => {
            // The canvas counts angles from three o'clock.
            context.arc(center.x, center.y, *radius, from * TAU - FRAC_PI_2, to * TAU - FRAC_PI_2)?;
        }
        Form::Rect { at, width, height, radius } => trace_rect(context, *at, *width, *height, *radius)?,
        Form::Line { points } => trace_lines(context, points),
        Form::Polygon { points } => {
            trace_lines(context, points);
            context.close_path();
        }
        Form::Dots { at, radius } => {
            for center in at {
                context.move_to(center.x + radius, center.y);
                context.arc(center.x, center.y, *radius, 0.0, TAU)?;
            }
        }
        Form::Hatch { lines } => {
            for (from, to) in lines {
                context.move_to(from.x, from.y);
                context.line_to(to.x, to.y);
            }
        }
        Form::Text(_) => {}
    }
    Ok(())
}

fn trace_lines(context: &CanvasRenderingContext2d, points: &[Point]) {
    for (i, point) in points.iter().enumerate() {
        if i == 0 {
            context.move_to(point.x, point.y);
        } else {
            context.line_to(point.x, point.y);
        }
    }
}

fn trace_rect(context: &CanvasRenderingContext2d, at: Point, width: f64, height: f64, radius: f64) -> Result<(), JsValue> {
    if radius == 0.0 {
        context.rect(at.x, at.y, width, height);
        return Ok(());
    }
    let radius = radius.min(width / 2.0).min(height / 2.0);
    let (right, bottom) = (at.x + width, at.y + height);
    context.move_to(at.x + radius, at.y);
    context.arc_to(right, at.y, right, bottom, radius)?;
    context.arc_to(right, bottom, at.x, bottom, radius)?;
    context.arc_to(at.x, bottom, at.x, at.y, radius)?;
    context.arc_to(at.x, at.y, right, at.y, radius)?;
    context.close_path();
    Ok(())
}

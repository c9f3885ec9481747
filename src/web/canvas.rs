//! The Canvas 2D painter: the same look as the SVG painter, from the same scene.

use crate::view::Point;
use crate::view::palette::Palette;
use crate::view::scene::{Anchor, Dash, Form, Scene, Shape, Text};
use crate::view::svg::{Fixed, MONO, SANS};
use std::f64::consts::{FRAC_PI_2, TAU};
use wasm_bindgen::JsValue;
use web_sys::CanvasRenderingContext2d;

/// Paints a scene onto a canvas whose bitmap has `pixel_ratio` pixels for each logical pixel. The context's state is as before
/// afterwards, except for its transformation.
pub fn paint(context: &CanvasRenderingContext2d, scene: &Scene, palette: &Palette, pixel_ratio: f64) -> Result<(), JsValue> {
    context.set_transform(pixel_ratio, 0.0, 0.0, pixel_ratio, 0.0, 0.0)?;
    context.save();
    context.set_fill_style_str(palette.paper);
    context.fill_rect(0.0, 0.0, scene.width, scene.height);
    context.set_text_baseline("alphabetic");
    for shape in &scene.shapes {
        paint_shape(context, shape, palette)?;
    }
    context.restore();
    Ok(())
}

fn paint_shape(context: &CanvasRenderingContext2d, shape: &Shape, palette: &Palette) -> Result<(), JsValue> {
    context.set_global_alpha(shape.opacity);
    if let Form::Text(text) = &shape.form {
        return paint_text(context, text, shape, palette);
    }
    context.begin_path();
    trace(context, &shape.form)?;
    if let Some(role) = shape.fill {
        context.set_fill_style_str(palette.color(role));
        context.fill();
    }
    if let Some(stroke) = shape.stroke {
        context.set_stroke_style_str(palette.color(stroke.role));
        context.set_line_width(stroke.width);
        context.set_line_join("miter");
        context.set_line_cap(if stroke.dash == Dash::Dotted { "round" } else { "butt" });
        let dash = js_sys::Array::new();
        if let Some((on, off)) = stroke.dash.lengths(stroke.width) {
            dash.push(&on.into());
            dash.push(&off.into());
        }
        context.set_line_dash(&dash)?;
        context.stroke();
    }
    Ok(())
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

fn paint_text(context: &CanvasRenderingContext2d, text: &Text, shape: &Shape, palette: &Palette) -> Result<(), JsValue> {
    let weight = if text.bold { "600 " } else { "" };
    let family = if text.mono { MONO } else { SANS };
    context.set_font(&format!("{weight}{}px {family}", Fixed(text.size)));
    context.set_text_align(match text.anchor {
        Anchor::Start => "left",
        Anchor::Middle => "center",
        Anchor::End => "right",
    });
    if text.rim {
        context.set_stroke_style_str(palette.paper);
        context.set_line_width(4.0);
        context.set_line_join("round");
        context.set_line_dash(&js_sys::Array::new())?;
        context.stroke_text(&text.content, text.at.x, text.at.y)?;
    }
    if let Some(role) = shape.fill {
        context.set_fill_style_str(palette.color(role));
        context.fill_text(&text.content, text.at.x, text.at.y)?;
    }
    Ok(())
}

//! The SVG painter: the same scene gives the same text, to the byte, everywhere.

use super::geometry::{Point, direction_at};
use super::palette::Palette;
use super::scene::{Anchor, Dash, Form, Role, Scene, Shape, Text};
use std::fmt::Write;

/// The fonts of texts; canvas and SVG use the same.
pub const SANS: &str = "system-ui, sans-serif";
/// The fonts of data.
pub const MONO: &str = "ui-monospace, monospace";

/// Where colours come from.
#[derive(Clone, Copy)]
enum Paints<'a> {
    /// From a palette: the picture stands alone.
    Palette(&'a Palette),
    /// From the style sheet of the page around it, by classes: `f-ink` fills with ink, `s-e2` strokes with the second hue.
    Classes,
}

/// The scene as an SVG document that stands alone or inline in HTML.
pub fn to_svg(scene: &Scene, palette: &Palette) -> String {
    write(scene, Paints::Palette(palette))
}

/// The scene as SVG for a page that has the style sheet `picture.css`: one picture for every theme. Nothing in it can be pointed
/// at.
pub fn to_inline_svg(scene: &Scene) -> String {
    write(scene, Paints::Classes)
}

fn write(scene: &Scene, paints: Paints<'_>) -> String {
    let mut svg = String::with_capacity(64 * scene.shapes.len() + 512);
    let (width, height) = (Fixed(scene.width), Fixed(scene.height));
    let _ = writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="{SANS}">"#,
    );
    let _ = writeln!(svg, "<title>{}</title>", Escaped(&scene.label));
    if let Paints::Palette(palette) = paints {
        let _ = writeln!(svg, r#"<rect width="{width}" height="{height}" fill="{}"/>"#, palette.paper);
    }
    for shape in &scene.shapes {
        write_shape(&mut svg, shape, paints);
    }
    svg.push_str("</svg>\n");
    svg
}

fn write_shape(svg: &mut String, shape: &Shape, paints: Paints<'_>) {
    let name = write_geometry(svg, &shape.form);
    write_paint(svg, shape, paints);
    let named = matches!(paints, Paints::Palette(_));
    if let Some(id) = shape.id.as_ref().filter(|_| named) {
        let _ = write!(svg, r#" data-id="{}""#, Escaped(id));
    }
    match (&shape.form, &shape.label) {
        (Form::Text(text), _) => {
            let _ = write!(svg, ">{}</text>", Escaped(&text.content));
        }
        (_, Some(label)) if named => {
            let _ = write!(svg, "><title>{}</title></{name}>", Escaped(label));
        }
        _ => svg.push_str("/>"),
    }
    svg.push('\n');
}

/// Writes the element up to its geometry, and returns the element's name.
fn write_geometry(svg: &mut String, form: &Form) -> &'static str {
    match form {
        Form::Circle { center, radius } => {
            let _ = write!(svg, r#"<circle cx="{}" cy="{}" r="{}""#, Fixed(center.x), Fixed(center.y), Fixed(*radius));
            "circle"
        }
        Form::Arc { center, radius, from, to } => {
            let (start, end) = (center.along(direction_at(*from), *radius), center.along(direction_at(*to), *radius));
            let large = u8::from(to - from > 0.5);
            let r = Fixed(*radius);
            let _ = write!(svg, r#"<path d="M{} A{r} {r} 0 {large} 1 {}""#, Pair(start), Pair(end));
            "path"
        }
        Form::Rect { at, width, height, radius } => {
            let (x, y, width, height) = (Fixed(at.x), Fixed(at.y), Fixed(*width), Fixed(*height));
            let _ = write!(svg, r#"<rect x="{x}" y="{y}" width="{width}" height="{height}""#);
            if *radius > 0.0 {
                let _ = write!(svg, r#" rx="{}""#, Fixed(*radius));
            }
            "rect"
        }
        Form::Line { points } => {
            write_points(svg, "polyline", points);
            "polyline"
        }
        Form::Polygon { points } => {
            write_points(svg, "polygon", points);
            "polygon"
        }
        Form::Dots { at, radius } => {
            svg.push_str("<path d=\"");
            let (r, across) = (Fixed(*radius), Fixed(2.0 * radius));
            for center in at {
                let left = Pair(center.by(-radius, 0.0));
                let _ = write!(svg, "M{left}a{r} {r} 0 1 0 {across} 0a{r} {r} 0 1 0 -{across} 0");
            }
            svg.push('"');
            "path"
        }
        Form::Hatch { lines } => {
            svg.push_str("<path d=\"");
            for (from, to) in lines {
                let _ = write!(svg, "M{}L{}", Pair(*from), Pair(*to));
            }
            svg.push('"');
            "path"
        }
        Form::Text(text) => {
            write_text(svg, text);
            "text"
        }
    }
}

fn write_points(svg: &mut String, name: &str, points: &[Point]) {
    let _ = write!(svg, "<{name} points=\"");
    for (i, point) in points.iter().enumerate() {
        let _ = write!(svg, "{}{}", if i == 0 { "" } else { " " }, Pair(*point));
    }
    svg.push('"');
}

fn write_text(svg: &mut String, text: &Text) {
    let _ = write!(svg, r#"<text x="{}" y="{}" font-size="{}""#, Fixed(text.at.x), Fixed(text.at.y), Fixed(text.size));
    match text.anchor {
        Anchor::Start => {}
        Anchor::Middle => svg.push_str(r#" text-anchor="middle""#),
        Anchor::End => svg.push_str(r#" text-anchor="end""#),
    }
    if text.bold {
        svg.push_str(r#" font-weight="600""#);
    }
    if text.mono {
        let _ = write!(svg, r#" font-family="{MONO}""#);
    }
}

fn write_paint(svg: &mut String, shape: &Shape, paints: Paints<'_>) {
    let rim = matches!(&shape.form, Form::Text(text) if text.rim).then_some(Role::Paper);
    let outline = shape.stroke.map(|stroke| stroke.role).or(rim);
    match paints {
        Paints::Palette(palette) => {
            let _ = write!(svg, r#" fill="{}""#, shape.fill.map_or("none", |role| palette.color(role)));
            if let Some(role) = outline {
                let _ = write!(svg, r#" stroke="{}""#, palette.color(role));
            }
        }
        Paints::Classes => {
            let _ = write!(svg, r#" class="f-{}"#, shape.fill.map_or("none", class));
            if let Some(role) = outline {
                let _ = write!(svg, " s-{}", class(role));
            }
            svg.push('"');
        }
    }
    if let Some(stroke) = shape.stroke {
        let _ = write!(svg, r#" stroke-width="{}""#, Fixed(stroke.width));
        if let Some((on, off)) = stroke.dash.lengths(stroke.width) {
            let _ = write!(svg, r#" stroke-dasharray="{} {}""#, Fixed(on), Fixed(off));
        }
        if stroke.dash == Dash::Dotted {
            svg.push_str(r#" stroke-linecap="round""#);
        }
    } else if rim.is_some() {
        svg.push_str(r#" stroke-width="4" stroke-linejoin="round" paint-order="stroke""#);
    }
    if shape.opacity < 1.0 {
        let _ = write!(svg, r#" opacity="{}""#, Fixed(shape.opacity));
    }
}

/// The name of a role in classes.
fn class(role: Role) -> &'static str {
    match role {
        Role::Paper => "paper",
        Role::Raised => "raised",
        Role::Ink => "ink",
        Role::Muted => "muted",
        Role::Line => "line",
        Role::Violated => "violated",
        Role::Epoch(n) => ["e1", "e2", "e3", "e4"][n as usize % 4],
        Role::OnEpoch => "on-epoch",
    }
}

/// A number with at most two decimals, written from an integer.
pub(crate) struct Fixed(pub(crate) f64);

impl std::fmt::Display for Fixed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hundredths = (self.0 * 100.0).round() as i64;
        let (sign, digits) = (if hundredths < 0 { "-" } else { "" }, hundredths.unsigned_abs());
        let (whole, part) = (digits / 100, digits % 100);
        match (part, part % 10) {
            (0, _) => write!(f, "{sign}{whole}"),
            (_, 0) => write!(f, "{sign}{whole}.{}", part / 10),
            _ => write!(f, "{sign}{whole}.{part:02}"),
        }
    }
}

struct Pair(Point);

impl std::fmt::Display for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", Fixed(self.0.x), Fixed(self.0.y))
    }
}

/// A text as XML allows it, in elements and in attributes.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                c if c < ' ' => f.write_char(' ')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::palette::Theme;
    use crate::view::scene::Role;

    #[test]
    fn numbers_are_short_and_never_exponents() {
        let fixed = |value| Fixed(value).to_string();
        assert_eq!([fixed(1.0), fixed(0.5), fixed(-0.25), fixed(1e-9), fixed(-1e-9)], ["1", "0.5", "-0.25", "0", "0"]);
        assert_eq!([fixed(0.07), fixed(1234567.891), fixed(-12.999)], ["0.07", "1234567.89", "-13"]);
    }

    #[test]
    fn texts_cannot_break_out() {
        let mut scene = Scene::new(10.0, 10.0, "a & b");
        scene.push(Shape::text(Point::new(1.0, 1.0), "</text><script>", 12.0));
        scene.push(Shape::circle(Point::new(1.0, 1.0), 1.0).filled(Role::Ink).named("\"x\"", "<b>"));
        let svg = to_svg(&scene, Theme::Light.palette());
        assert!(svg.contains("a &amp; b") && svg.contains("&lt;/text&gt;&lt;script&gt;") && svg.contains("&quot;x&quot;"));
        assert!(!svg.contains("<script>"));
    }
}

//! A scene: a flat list of shapes in logical pixels, first one lowest.
//!
//! Whatever can be pointed at has an id (`node:0`, `message:...`, `link:0:1`, `entry:0:5`) and a spoken label. What has none is
//! decoration: it neither catches the pointer nor is it read aloud.

use super::geometry::{self, Point};
use std::collections::BTreeSet;

/// What a colour stands for. A palette says which colour that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The ground.
    Paper,
    /// Ground that is raised a little: clients, bars, labels.
    Raised,
    /// Text and outlines.
    Ink,
    /// Text of second rank.
    Muted,
    /// Hairlines and inactive outlines.
    Line,
    /// A violated property.
    Violated,
    /// The hue of an epoch: its number modulo 4.
    Epoch(u8),
    /// Text on an epoch's hue, or on red.
    OnEpoch,
}

impl Role {
    /// The hue of a term, ballot or view. Terms 1, 5, 9 share the first hue: the number always stands beside it.
    pub fn epoch(epoch: u64) -> Role {
        Role::Epoch((epoch.wrapping_sub(1) % 4) as u8)
    }
}

/// How a line is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dash {
    /// Unbroken.
    Solid,
    /// Dashes: a faulty link, a partition.
    Dashed,
    /// Dots: a delayed message's tail, an unknown verdict.
    Dotted,
}

impl Dash {
    /// Lengths of stroke and gap for a line of this width; `None` if it is unbroken. Dots have round caps and no length.
    pub fn lengths(self, width: f64) -> Option<(f64, f64)> {
        match self {
            Dash::Solid => None,
            Dash::Dashed if width < 2.0 => Some((4.0, 3.0)),
            Dash::Dashed => Some((4.0 + width * 2.0, 3.0 + width * 1.5)),
            Dash::Dotted => Some((0.0, width * 2.0 + 1.0)),
        }
    }
}

/// An outline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub role: Role,
    /// Its width in pixels.
    pub width: f64,
    /// How it is broken.
    pub dash: Dash,
}

/// Where a text stands relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// It begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// A piece of text on one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// Where its base line is anchored.
    pub at: Point,
    /// What it says.
    pub content: String,
    /// Font size in pixels; at least [`Text::LEAST`].
    pub size: f64,
    /// How it stands.
    pub anchor: Anchor,
    /// In the heavier of the two weights.
    pub bold: bool,
    /// In the monospaced font.
    pub mono: bool,
    /// With a rim of paper, so that lines behind it do not disturb.
    pub rim: bool,
}

impl Text {
    /// Text smaller than this is left out, never shrunk further.
    pub const LEAST: f64 = 12.0;

    /// A rough width in pixels: no fonts are measured, so that every machine lays out alike.
    pub fn width_of(content: &str, size: f64) -> f64 {
        content.chars().map(|c| if "iljtf.,:;|'()[] 1".contains(c) { 0.36 } else { 0.61 }).sum::<f64>() * size
    }
}

/// The geometry of a shape.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// A circle.
    Circle {
        /// Its centre.
        center: Point,
        /// Its radius.
        radius: f64,
    },
    /// A part of a circle's line. Turns are clockwise from twelve o'clock; `to` is greater than `from` and less than `from + 1`.
    Arc {
        /// The circle's centre.
        center: Point,
        /// Its radius.
        radius: f64,
        /// Where the arc begins, turns.
        from: f64,
        /// Where it ends, turns.
        to: f64,
    },
    /// A rectangle.
    Rect {
        /// Left upper corner.
        at: Point,
        /// Width.
        width: f64,
        /// Height.
        height: f64,
        /// Radius of its corners.
        radius: f64,
    },
    /// Straight lines from point to point.
    Line {
        /// The points.
        points: Vec<Point>,
    },
    /// Straight lines, closed to an area.
    Polygon {
        /// The corners.
        points: Vec<Point>,
    },
    /// Many separate circles that look alike.
    Dots {
        /// Their centres.
        at: Vec<Point>,
        /// The radius of each.
        radius: f64,
    },
    /// Many separate straight lines: a hatching.
    Hatch {
        /// Their ends.
        lines: Vec<(Point, Point)>,
    },
    /// A text.
    Text(Text),
}

/// One shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// What it is.
    pub form: Form,
    /// The colour of its area, or of its text.
    pub fill: Option<Role>,
    /// Its outline.
    pub stroke: Option<Stroke>,
    /// From 0, not seen, to 1.
    pub opacity: f64,
    /// What it is called, if it can be pointed at.
    pub id: Option<String>,
    /// What is said of it.
    pub label: Option<String>,
}

impl Shape {
    fn new(form: Form) -> Shape {
        Shape { form, fill: None, stroke: None, opacity: 1.0, id: None, label: None }
    }

    /// A circle.
    pub fn circle(center: Point, radius: f64) -> Shape {
        Shape::new(Form::Circle { center, radius })
    }

    /// A part of a circle's line, clockwise from twelve o'clock.
    pub fn arc(center: Point, radius: f64, from: f64, to: f64) -> Shape {
        Shape::new(Form::Arc { center, radius, from, to })
    }

    /// A rectangle.
    pub fn rect(at: Point, width: f64, height: f64, radius: f64) -> Shape {
        Shape::new(Form::Rect { at, width, height, radius })
    }

    /// A straight line.
    pub fn line(from: Point, to: Point) -> Shape {
        Shape::new(Form::Line { points: vec![from, to] })
    }

    /// Straight lines from point to point.
    pub fn polyline(points: Vec<Point>) -> Shape {
        Shape::new(Form::Line { points })
    }

    /// An area with corners.
    pub fn polygon(points: Vec<Point>) -> Shape {
        Shape::new(Form::Polygon { points })
    }

    /// Many separate circles.
    pub fn dots(at: Vec<Point>, radius: f64) -> Shape {
        Shape::new(Form::Dots { at, radius })
    }

    /// Many separate lines.
    pub fn hatch(lines: Vec<(Point, Point)>) -> Shape {
        Shape::new(Form::Hatch { lines })
    }

    /// A text in ink whose middle line is at `at`.
    pub fn text(at: Point, content: impl Into<String>, size: f64) -> Shape {
        let at = Point { x: at.x, y: at.y + size * 0.35 };
        let text = Text { at, content: content.into(), size, anchor: Anchor::Middle, bold: false, mono: false, rim: false };
        Shape::new(Form::Text(text)).filled(Role::Ink)
    }

    /// With its area in this colour.
    pub fn filled(mut self, role: Role) -> Shape {
        self.fill = Some(role);
        self
    }

    /// With an unbroken outline.
    pub fn outlined(self, role: Role, width: f64) -> Shape {
        self.stroked(role, width, Dash::Solid)
    }

    /// With an outline.
    pub fn stroked(mut self, role: Role, width: f64, dash: Dash) -> Shape {
        self.stroke = Some(Stroke { role, width, dash });
        self
    }

    /// Fainter.
    pub fn faded(mut self, opacity: f64) -> Shape {
        self.opacity *= opacity;
        self
    }

    /// To be pointed at, and what is said of it.
    pub fn named(mut self, id: impl Into<String>, label: impl Into<String>) -> Shape {
        self.id = Some(id.into());
        self.label = Some(label.into());
        self
    }

    /// If it is a text: anchored so.
    pub fn anchored(mut self, anchor: Anchor) -> Shape {
        if let Form::Text(text) = &mut self.form {
            text.anchor = anchor;
        }
        self
    }

    /// If it is a text: in the heavier weight.
    pub fn bold(mut self) -> Shape {
        if let Form::Text(text) = &mut self.form {
            text.bold = true;
        }
        self
    }

    /// If it is a text: in the monospaced font.
    pub fn mono(mut self) -> Shape {
        if let Form::Text(text) = &mut self.form {
            text.mono = true;
        }
        self
    }

    /// If it is a text: with a rim of paper.
    pub fn rimmed(mut self) -> Shape {
        if let Form::Text(text) = &mut self.form {
            text.rim = true;
        }
        self
    }

    /// Its bounding box, without the outline: left, top, right, bottom.
    pub fn bounds(&self) -> (f64, f64, f64, f64) {
        match &self.form {
            Form::Circle { center, radius } | Form::Arc { center, radius, .. } => {
                (center.x - radius, center.y - radius, center.x + radius, center.y + radius)
            }
            Form::Rect { at, width, height, .. } => (at.x, at.y, at.x + width, at.y + height),
            Form::Line { points } | Form::Polygon { points } => geometry::bounds(points.iter().copied()),
            Form::Dots { at, radius } => {
                let (left, top, right, bottom) = geometry::bounds(at.iter().copied());
                (left - radius, top - radius, right + radius, bottom + radius)
            }
            Form::Hatch { lines } => geometry::bounds(lines.iter().flat_map(|(a, b)| [*a, *b])),
            Form::Text(text) => {
                let width = Text::width_of(&text.content, text.size);
                let left = match text.anchor {
                    Anchor::Start => text.at.x,
                    Anchor::Middle => text.at.x - width / 2.0,
                    Anchor::End => text.at.x - width,
                };
                (left, text.at.y - text.size * 0.8, left + width, text.at.y + text.size * 0.25)
            }
        }
    }

    /// Elsewhere: to the right and down by so much.
    pub fn moved(mut self, right: f64, down: f64) -> Shape {
        let shift = |point: &mut Point| *point = point.by(right, down);
        match &mut self.form {
            Form::Circle { center, .. } | Form::Arc { center, .. } => shift(center),
            Form::Rect { at, .. } => shift(at),
            Form::Line { points } | Form::Polygon { points } | Form::Dots { at: points, .. } => points.iter_mut().for_each(shift),
            Form::Hatch { lines } => lines.iter_mut().for_each(|(a, b)| {
                shift(a);
                shift(b);
            }),
            Form::Text(text) => shift(&mut text.at),
        }
        self
    }

    /// How far a point is from the shape, 0 inside of it.
    fn distance(&self, p: Point) -> f64 {
        match &self.form {
            Form::Circle { center, radius } => (p.distance(*center) - radius).max(0.0),
            Form::Arc { center, radius, .. } => (p.distance(*center) - radius).abs(),
            Form::Line { points } => {
                points.windows(2).map(|ends| geometry::segment_distance(p, ends[0], ends[1])).fold(f64::INFINITY, f64::min)
            }
            Form::Dots { at, radius } => {
                at.iter().map(|center| (p.distance(*center) - radius).max(0.0)).fold(f64::INFINITY, f64::min)
            }
            Form::Polygon { points } if geometry::inside(p, points) => 0.0,
            Form::Polygon { points } => geometry::outline_distance(p, points),
            Form::Rect { .. } | Form::Hatch { .. } | Form::Text(_) => {
                let (left, top, right, bottom) = self.bounds();
                let (dx, dy) = ((left - p.x).max(p.x - right).max(0.0), (top - p.y).max(p.y - bottom).max(0.0));
                (dx * dx + dy * dy).sqrt()
            }
        }
    }
}

/// Something that can be pointed at, with its box: for a twin in the document that the keyboard and screen readers use.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Its id.
    pub id: String,
    /// What is said of it.
    pub label: String,
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// A picture as data.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Width in logical pixels.
    pub width: f64,
    /// Height in logical pixels.
    pub height: f64,
    /// What the whole picture shows, in a sentence.
    pub label: String,
    /// The shapes, lowest first.
    pub shapes: Vec<Shape>,
}

impl Scene {
    /// The least extent of a target, pixels: what is smaller can be hit within this square around it.
    pub const LEAST_TARGET: f64 = 24.0;

    /// An empty scene.
    pub fn new(width: f64, height: f64, label: impl Into<String>) -> Scene {
        Scene { width, height, label: label.into(), shapes: Vec::new() }
    }

    /// Puts a shape on top.
    pub fn push(&mut self, shape: Shape) {
        self.shapes.push(shape);
    }

    /// Moves everything down, and makes the picture higher by as much.
    pub fn lower(&mut self, by: f64) {
        self.height += by;
        self.shapes = std::mem::take(&mut self.shapes).into_iter().map(|shape| shape.moved(0.0, by)).collect();
    }

    /// What is at this point: the topmost named shape there; else the nearest one that is too small or thin to be hit exactly.
    pub fn hit(&self, x: f64, y: f64) -> Option<&str> {
        let p = Point { x, y };
        let named = || self.shapes.iter().rev().filter_map(|shape| Some((shape, shape.id.as_deref()?)));
        if let Some((_, id)) = named().find(|(shape, _)| shape.distance(p) <= 0.0) {
            return Some(id);
        }
        let mut best: Option<(f64, &str)> = None;
        for (shape, id) in named() {
            let (left, top, right, bottom) = shape.bounds();
            let extent = match shape.form {
                Form::Line { .. } => 0.0,
                _ => (right - left).min(bottom - top),
            };
            let reach = ((Scene::LEAST_TARGET - extent) / 2.0).max(0.0);
            let distance = shape.distance(p);
            if distance <= reach && best.is_none_or(|(least, _)| distance < least) {
                best = Some((distance, id));
            }
        }
        best.map(|(_, id)| id)
    }

    /// All that can be pointed at, lowest first, each with a box of at least [`Scene::LEAST_TARGET`].
    pub fn targets(&self) -> Vec<Target> {
        let mut targets: Vec<Target> = Vec::new();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for shape in &self.shapes {
            let Some(id) = &shape.id else { continue };
            if !seen.insert(id) {
                continue;
            }
            let (left, top, right, bottom) = shape.bounds();
            let (width, height) = ((right - left).max(Scene::LEAST_TARGET), (bottom - top).max(Scene::LEAST_TARGET));
            targets.push(Target {
                id: id.clone(),
                label: shape.label.clone().unwrap_or_default(),
                x: (left + right - width) / 2.0,
                y: (top + bottom - height) / 2.0,
                width,
                height,
            });
        }
        targets
    }

    /// What can be pointed at in the order in which it is read: nodes, messages, all else. Of more than `most`, those around the
    /// one with the id `around`, or the first.
    pub fn reading_order(&self, around: Option<&str>, most: usize) -> Vec<Target> {
        let mut targets = self.targets();
        let rank = |target: &Target| match target.id.split(':').next() {
            Some("node") => 0,
            Some("message") => 1,
            _ => 2,
        };
        targets.sort_by_key(rank);
        let at = around.and_then(|id| targets.iter().position(|target| target.id == id)).unwrap_or(0);
        let first = at.saturating_sub(most / 2).min(targets.len().saturating_sub(most));
        targets.into_iter().skip(first).take(most).collect()
    }

    /// The shape with this id.
    pub fn find(&self, id: &str) -> Option<&Shape> {
        self.shapes.iter().find(|shape| shape.id.as_deref() == Some(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene() -> Scene {
        let mut scene = Scene::new(200.0, 100.0, "test");
        scene.push(Shape::line(Point::new(0.0, 50.0), Point::new(200.0, 50.0)).outlined(Role::Line, 1.0).named("link", "a link"));
        scene.push(Shape::circle(Point::new(50.0, 50.0), 30.0).named("node", "a node"));
        scene.push(Shape::rect(Point::new(48.0, 48.0), 4.0, 4.0, 0.0).named("message", "a message"));
        scene
    }

    #[test]
    fn the_topmost_shape_is_hit() {
        assert_eq!(scene().hit(50.0, 50.0), Some("message"));
        assert_eq!(scene().hit(70.0, 50.0), Some("node"));
    }

    #[test]
    fn what_is_read_comes_in_order_and_around_what_is_selected() {
        let mut scene = Scene::new(100.0, 100.0, "test");
        for id in ["message:a", "node:1", "link:0:1", "node:2", "message:b", "node:3"] {
            scene.push(Shape::circle(Point::default(), 9.0).named(id, id));
        }
        let ids = |around: Option<&str>, most| scene.reading_order(around, most).into_iter().map(|t| t.id).collect::<Vec<_>>();
        assert_eq!(ids(None, 9), ["node:1", "node:2", "node:3", "message:a", "message:b", "link:0:1"]);
        assert_eq!(ids(Some("message:a"), 2), ["node:3", "message:a"]);
        assert_eq!(ids(Some("link:0:1"), 3), ["message:a", "message:b", "link:0:1"]);
        assert_eq!(ids(Some("gone"), 2), ["node:1", "node:2"]);
    }

    #[test]
    fn thin_lines_and_small_shapes_can_be_hit_from_nearby() {
        assert_eq!(scene().hit(150.0, 58.0), Some("link"));
        assert_eq!(scene().hit(150.0, 70.0), None);
        let targets = scene().targets();
        assert!(targets.iter().all(|target| target.width >= 24.0 && target.height >= 24.0));
        assert_eq!((targets[2].x, targets[2].width), (38.0, 24.0));
    }
}

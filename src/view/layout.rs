//! Where nodes stand: on a ring, in a row, at two sites; servers inside, clients outside.

use super::crowd::{self, Area, Crowd, MANY, Order};
use super::geometry::{Point, direction_at, segment_distance};
use super::words::Lang;
use crate::base::NodeId;
use crate::sim::plan::Cluster;

/// How nodes are arranged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LayoutKind {
    /// Servers on a ring, the first at twelve o'clock, clockwise; clients at the sides.
    #[default]
    Ring,
    /// Servers in a row, clients in a row beneath.
    Row,
    /// The first half of the servers at one site, the rest at another, facing each other.
    TwoSites,
}

impl LayoutKind {
    /// The layout with this name: `ring`, `row`, `two-sites`.
    pub fn from_name(name: &str) -> Option<LayoutKind> {
        match name {
            "ring" => Some(LayoutKind::Ring),
            "row" => Some(LayoutKind::Row),
            "two-sites" => Some(LayoutKind::TwoSites),
            _ => None,
        }
    }
}

/// What the shapes of a picture are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// By ids and in words: for twins of the picture, and for SVG.
    #[default]
    Full,
    /// By ids: for finding out what is at a point.
    Ids,
    /// Not at all: for a canvas, frame by frame.
    None,
}

/// Which part of the stage is in view, and how large.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    zoom: f64,
    x: f64,
    y: f64,
}

impl Camera {
    /// The greatest zoom.
    pub const ZOOM_MAX: f64 = 24.0;

    /// `zoom` times as large, with the point (`x`, `y`) in the middle: parts (0 to 1) of width and height. Nothing beyond the edges
    /// comes into view; what is no number is as if it were not said.
    pub fn new(zoom: f64, x: f64, y: f64) -> Camera {
        let zoom = if zoom.is_finite() { zoom.clamp(1.0, Camera::ZOOM_MAX) } else { 1.0 };
        let half = 0.5 / zoom;
        let inside = |part: f64| if part.is_finite() { part.clamp(half, 1.0 - half) } else { 0.5 };
        Camera { zoom, x: inside(x), y: inside(y) }
    }

    /// How large: 1 if all is in view.
    pub fn zoom(&self) -> f64 {
        self.zoom
    }

    /// Where a point of the whole stage is in a picture of this size.
    pub fn look(&self, p: Point, width: f64, height: f64) -> Point {
        if self.zoom == 1.0 {
            return p;
        }
        Point::new((p.x - self.x * width) * self.zoom + width / 2.0, (p.y - self.y * height) * self.zoom + height / 2.0)
    }
}

impl Default for Camera {
    fn default() -> Camera {
        Camera { zoom: 1.0, x: 0.5, y: 0.5 }
    }
}

/// Which part of the log grid is in view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogPart {
    /// The first position; `None` for the newest ones.
    pub first: Option<u64>,
    /// How many rows lie above.
    pub row: usize,
}

/// How the viewer wants a picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ViewOptions {
    /// Width in logical pixels.
    pub width: f64,
    /// Height in logical pixels.
    pub height: f64,
    /// Id of the selected shape.
    pub selected: Option<String>,
    /// Id of the shape under the pointer.
    pub hover: Option<String>,
    /// Id of the shape that has the keyboard's focus.
    pub focus: Option<String>,
    /// Islands that are being drawn and are not yet applied.
    pub draft: Option<Vec<Vec<NodeId>>>,
    /// Nodes that are selected together.
    pub chosen: Vec<NodeId>,
    /// There is one colour for all epochs, as where the system prescribes the colours: which hue is which is not told.
    pub hueless: bool,
    /// How nodes are arranged.
    pub layout: LayoutKind,
    /// Which part of the stage is in view.
    pub camera: Camera,
    /// Which part of the logs is in view.
    pub log: LogPart,
    /// What shapes are called.
    pub naming: Naming,
    /// Nodes that were moved by hand: parts (0 to 1) of width and height.
    pub moved: Vec<(NodeId, f64, f64)>,
    /// Messages are arrows that hop from event to event.
    pub reduced_motion: bool,
    /// The viewer says elsewhere which properties fell: no chip repeats it.
    pub verdicts_elsewhere: bool,
    /// The language of all words in the picture.
    pub lang: Lang,
}

impl ViewOptions {
    /// Everything as usual, in this size.
    pub fn sized(width: f64, height: f64) -> ViewOptions {
        ViewOptions { width, height, ..ViewOptions::default() }
    }
}

/// Where a node stands, and how large.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Its middle.
    pub center: Point,
    /// Half of its extent.
    pub radius: f64,
}

impl Spot {
    /// Radius of a node at full size.
    pub const FULL: f64 = 32.0;
    /// Nodes of less than this radius show no name: fill, letter and epoch.
    pub const NAMED: f64 = 22.0;
    /// Nodes of less than this radius show their fill only.
    pub const LETTERED: f64 = 12.0;
    const LEAST: f64 = 5.0;
}

/// Room that a node needs beside its circle: timer ring and gap above, log bar and a line of text beneath.
const ABOVE: f64 = 22.0;
const BENEATH: f64 = 38.0;
/// Least gap between the circles of neighbours, for messages to pass and be seen.
const GAP: f64 = 44.0;
/// Where nodes could not have their names otherwise: the least gap, and how much wider than high a ring may be.
const CLOSE: f64 = 22.0;
const WIDE: f64 = 1.7;
/// Gap between the ring and a client.
const OUTSIDE: f64 = 56.0;
/// Stages narrower than this keep a strip at the foot for chips and legend. Wider ones keep one at the top if there are chips,
/// and have a corner for the legend.
pub(crate) const NARROW: f64 = 640.0;
/// Height of that strip.
pub(crate) const STRIP: f64 = 30.0;
/// On lower stages nodes have neither names nor log bars, and the ring is as wide as there is room.
const LOW: f64 = 170.0;

/// Where every node of the cluster stands, by number. `head` pixels at the top are kept free.
pub fn place(cluster: Cluster, options: &ViewOptions, head: f64) -> Vec<Spot> {
    let foot = if options.width < NARROW { STRIP } else { 0.0 };
    let (width, height) = (options.width, options.height - head - foot);
    let (mut spots, pitch) = match options.layout {
        // Its corners are not free for a legend.
        layout if cluster.servers > MANY => crowded(cluster, layout, width, height - (STRIP - foot)),
        LayoutKind::Ring => (ring(cluster, width, height), None),
        LayoutKind::Row => (row(cluster, width, height), None),
        LayoutKind::TwoSites => (two_sites(cluster, width, height), None),
    };
    for spot in &mut spots {
        spot.center.y += head;
    }
    for &(node, x, y) in &options.moved {
        if let Some(spot) = spots.get_mut(node.index()) {
            let inside = |part: f64, extent: f64| (part * extent).clamp(spot.radius, (extent - spot.radius).max(spot.radius));
            spot.center = Point::new(inside(x, options.width), inside(y, options.height));
        }
    }
    let Camera { zoom, .. } = options.camera;
    if zoom > 1.0 {
        for spot in &mut spots {
            spot.center = options.camera.look(spot.center, options.width, options.height);
            spot.radius = grown(spot.radius, zoom, pitch);
        }
    }
    spots
}

/// The radius of a node that is looked at more closely. It grows to full size, and beyond what has a name only where there is
/// room for ring, log bar and words between neighbours that are `pitch` apart.
fn grown(radius: f64, zoom: f64, pitch: Option<f64>) -> f64 {
    let full = (radius * zoom).min(radius.max(Spot::FULL));
    match pitch {
        Some(pitch) if full >= Spot::NAMED => {
            let room = (pitch * zoom - ABOVE - BENEATH) / 2.0;
            if room >= Spot::NAMED { full.min(room) } else { Spot::NAMED - 0.5 }
        }
        _ => full,
    }
}

/// More servers than one ring has room for; clients in columns at both sides.
fn crowded(cluster: Cluster, layout: LayoutKind, width: f64, height: f64) -> (Vec<Spot>, Option<f64>) {
    const MARGIN: f64 = 10.0;
    const CLIENT: f64 = 9.0;
    const STEP: f64 = 2.0 * CLIENT + 8.0;
    let (right, left) = (cluster.clients.div_ceil(2), cluster.clients / 2);
    let rows = ((height - 2.0 * MARGIN) / STEP).floor().max(1.0) as u16;
    // A little apart from the servers, so that islands keep apart, too.
    let strip = |clients: u16| if clients > 0 { f64::from(clients.div_ceil(rows)) * STEP + 10.0 } else { 0.0 };
    let inner = Area {
        left: MARGIN + strip(left),
        top: MARGIN,
        width: (width - 2.0 * MARGIN - strip(left) - strip(right)).max(40.0),
        height: (height - 2.0 * MARGIN).max(40.0),
    };
    let Crowd { places, radius, pitch } = match layout {
        LayoutKind::Ring => crowd::rings(cluster.servers, inner),
        LayoutKind::Row => crowd::grid(cluster.servers, inner, Order::Rows),
        LayoutKind::TwoSites => {
            let near = cluster.servers.div_ceil(2);
            let half = Area { width: inner.width * 0.44, ..inner };
            let other = Area { left: inner.left + inner.width * 0.56, ..half };
            let mut sites = crowd::grid(near, half, Order::Columns);
            sites
                .places
                .extend(crowd::grid(near, other, Order::Columns).places.into_iter().take((cluster.servers - near) as usize));
            sites
        }
    };
    let mut spots: Vec<Spot> = places.into_iter().map(|center| Spot { center, radius }).collect();
    for i in 0..cluster.clients {
        let (at, count) = (i / 2, if i % 2 == 0 { right } else { left });
        let in_column = rows.min(count - at / rows * rows);
        let y = height / 2.0 + (f64::from(at % rows) - f64::from(in_column - 1) / 2.0) * STEP;
        let x = MARGIN + CLIENT + f64::from(at / rows) * STEP;
        spots.push(Spot { center: Point::new(if i % 2 == 0 { width - x } else { x }, y), radius: CLIENT.min(radius.max(5.0)) });
    }
    (spots, Some(pitch))
}

fn ring(cluster: Cluster, width: f64, height: f64) -> Vec<Spot> {
    let servers = cluster.servers.max(1) as f64;
    let (right, left) = (cluster.clients.div_ceil(2), cluster.clients / 2);
    let low = height < LOW;
    let (above, beneath, widest) = if low { (12.0, 10.0, 3.0) } else { (ABOVE, BENEATH, 1.3) };
    let mut radius = if low { Spot::NAMED - 0.5 } else { Spot::FULL };
    // Smaller nodes make a wider ring: a few rounds settle it.
    let mut extents = (0.0, 0.0);
    for _ in 0..24 {
        let side = |clients: u16| if clients > 0 { OUTSIDE.min(width / 7.0) + 2.0 * client_radius(radius) + 14.0 } else { 14.0 };
        let ry = ((height - above - beneath) / 2.0 - radius).clamp(0.0, 240.0);
        let rx = ((width - side(left) - side(right)) / 2.0 - radius).clamp(0.0, ry * widest);
        extents = (rx, ry);
        let chord = if low { least_chord(cluster.servers, rx, ry) } else { 2.0 * rx.min(ry) * direction_at(0.5 / servers).x };
        let gap = if low { radius * 0.5 } else { GAP.min(radius * 1.6) };
        if cluster.servers <= 1 || chord >= 2.0 * radius + gap || radius <= Spot::LEAST {
            break;
        }
        radius = (radius - 1.5).max(Spot::LEAST);
    }
    // Names are worth more than wide gaps and a round ring.
    if !low && radius < Spot::NAMED {
        let clients = OUTSIDE.min(width / 7.0) + 2.0 * client_radius(Spot::NAMED) + 14.0;
        let side = |count: u16| if count > 0 { clients } else { 14.0 };
        let ry = ((height - above - beneath) / 2.0 - Spot::NAMED).clamp(0.0, 240.0);
        let rx = ((width - side(left) - side(right)) / 2.0 - Spot::NAMED).clamp(0.0, ry * WIDE);
        if least_chord(cluster.servers, rx, ry) >= 2.0 * Spot::NAMED + CLOSE {
            (radius, extents) = (Spot::NAMED, (rx, ry));
        }
    }
    let (rx, ry) = extents;
    let reach =
        |clients: u16| rx + radius + if clients > 0 { OUTSIDE.min(width / 7.0) + 2.0 * client_radius(radius) } else { 0.0 };
    let middle = Point::new(
        (width + reach(left) - reach(right)) / 2.0,
        above + radius + ry + (height - above - beneath - 2.0 * (ry + radius)) / 2.0,
    );
    let mut spots: Vec<Spot> = (0..cluster.servers)
        .map(|i| {
            let unit = direction_at(i as f64 / servers);
            Spot { center: middle.by(unit.x * rx, unit.y * ry), radius }
        })
        .collect();
    // A single server stands in the middle.
    if let [only] = &mut spots[..] {
        only.center = middle;
    }
    let radius = client_radius(radius);
    for i in 0..cluster.clients {
        let (side, at, count) = if i % 2 == 0 { (1.0, i / 2, right) } else { (-1.0, i / 2, left) };
        let x = middle.x + side * (reach(count) - radius);
        let y = if count == 1 {
            free_height(&spots[..cluster.servers as usize], x, middle.y, ry)
        } else {
            let spread = (ry * 2.0).min((count - 1) as f64 * (2.0 * radius + 56.0));
            middle.y - spread / 2.0 + spread * at as f64 / (count - 1) as f64
        };
        spots.push(Spot { center: Point::new(x, y), radius });
    }
    spots
}

/// The least distance between neighbours on a flat ring.
fn least_chord(servers: u16, rx: f64, ry: f64) -> f64 {
    let at = |i: u16| {
        let unit = direction_at(f64::from(i) / f64::from(servers.max(1)));
        Point::new(unit.x * rx, unit.y * ry)
    };
    (0..servers).map(|i| at(i).distance(at(i + 1))).fold(f64::INFINITY, f64::min)
}

/// The height beside the ring from which the lines to all servers pass the others and their log bars: the nearest to the middle
/// that is good enough.
fn free_height(servers: &[Spot], x: f64, middle: f64, ry: f64) -> f64 {
    let clearance = |y: f64| {
        let passes = servers.iter().enumerate().flat_map(|(i, to)| {
            let others = servers.iter().enumerate().filter(move |(j, _)| i != *j);
            others.map(move |(_, Spot { center, radius })| {
                let gap = |p: Point, extent: f64| segment_distance(p, Point::new(x, y), to.center) - extent;
                let bar = [-0.8, 0.0, 0.8].map(|part| gap(center.by(radius * part, radius + 15.0), 6.0));
                bar.into_iter().fold(gap(*center, *radius), f64::min)
            })
        });
        passes.fold(f64::INFINITY, f64::min)
    };
    let heights = (0..13).map(|step| middle + ry * 0.1 * ((step + 1) / 2) as f64 * if step % 2 == 0 { 1.0 } else { -1.0 });
    let mut best = (f64::NEG_INFINITY, middle);
    for y in heights {
        let room = clearance(y).min(12.0);
        if room > best.0 {
            best = (room, y);
        }
    }
    best.1
}

fn client_radius(server: f64) -> f64 {
    (server * 0.8).max(Spot::LEAST)
}

fn row(cluster: Cluster, width: f64, height: f64) -> Vec<Spot> {
    let line = |count: u16, y: f64, full: f64, bowed: bool| -> Vec<Spot> {
        let step = width / count.max(1) as f64;
        let radius = full.min(step / 2.0 - 10.0).min(height / 9.0).max(Spot::LEAST);
        let step = step.min(2.0 * radius + 140.0);
        let middle = (count as f64 - 1.0) / 2.0;
        // A row is an arch, so that the line between two nodes does not run through those between them.
        let needed = (radius + 12.0) * middle * middle;
        let bow = if bowed && count > 2 { needed.min(height * 0.4) } else { 0.0 };
        (0..count)
            .map(|i| {
                let part = if middle > 0.0 { (i as f64 - middle) / middle } else { 0.0 };
                let center = Point::new(width / 2.0 + step * (i as f64 - middle), y + bow * (part * part - 0.5));
                Spot { center, radius }
            })
            .collect()
    };
    let servers = if cluster.clients > 0 { height * 0.38 } else { height * 0.46 };
    let mut spots = line(cluster.servers, servers, Spot::FULL, true);
    spots.extend(line(cluster.clients, height * 0.82, client_radius(Spot::FULL), false));
    spots
}

fn two_sites(cluster: Cluster, width: f64, height: f64) -> Vec<Spot> {
    let (near, far) = (cluster.servers.div_ceil(2), cluster.servers / 2);
    let site = |count: u16, x: f64, outwards: f64| -> Vec<Spot> {
        let step = (height - 28.0) / count.max(1) as f64;
        let radius = Spot::FULL.min((step - BENEATH) / 2.0).min(width / 12.0).max(Spot::LEAST);
        (0..count)
            .map(|i| {
                // Bowed outwards, so that the lines of one site do not run through each other.
                let part = if count > 1 { 2.0 * i as f64 / (count - 1) as f64 - 1.0 } else { 0.0 };
                let bow = (1.0 - part * part) * width * 0.06 * outwards;
                Spot { center: Point::new(x + bow, 8.0 + step * (i as f64 + 0.5) - 8.0), radius }
            })
            .collect()
    };
    let mut spots = site(near, width * 0.24, -1.0);
    spots.extend(site(far, width * 0.76, 1.0));
    let radius = client_radius(spots.first().map_or(Spot::FULL, |spot| spot.radius));
    let step = (height - 28.0) / cluster.clients.max(1) as f64;
    spots.extend((0..cluster.clients).map(|i| Spot { center: Point::new(width / 2.0, step * (i as f64 + 0.5)), radius }));
    spots
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spots(servers: u16, clients: u16, width: f64, height: f64, layout: LayoutKind) -> Vec<Spot> {
        place(Cluster { servers, clients }, &ViewOptions { layout, ..ViewOptions::sized(width, height) }, 0.0)
    }

    #[test]
    fn nodes_stay_on_the_stage_and_apart_from_phones_to_walls() {
        for (width, height) in
            [(320.0, 280.0), (320.0, 200.0), (420.0, 176.0), (360.0, 280.0), (768.0, 420.0), (1140.0, 600.0), (1600.0, 900.0)]
        {
            for (servers, clients) in [(1, 0), (3, 1), (4, 2), (5, 1), (5, 3), (7, 2)] {
                for layout in [LayoutKind::Ring, LayoutKind::Row, LayoutKind::TwoSites] {
                    let spots = spots(servers, clients, width, height, layout);
                    assert_eq!(spots.len(), (servers + clients) as usize);
                    for (i, spot) in spots.iter().enumerate() {
                        let (c, r) = (spot.center, spot.radius);
                        let what = format!("node {i} of {servers}+{clients} at {width}x{height}, {layout:?}: {spot:?}");
                        assert!(c.x - r >= 0.0 && c.x + r <= width && c.y - r >= 0.0 && c.y + r <= height, "{what}");
                        for other in &spots[..i] {
                            assert!(c.distance(other.center) >= r + other.radius, "{what} touches {other:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn five_nodes_keep_their_full_size_on_a_desktop() {
        assert!(spots(5, 1, 1140.0, 600.0, LayoutKind::Ring).iter().take(5).all(|spot| spot.radius == Spot::FULL));
        assert!(spots(5, 1, 360.0, 280.0, LayoutKind::Ring)[0].radius >= 16.0);
    }

    #[test]
    fn five_nodes_keep_their_names_on_the_stage_of_a_telephone_also_when_it_is_lower() {
        for height in [240.0, 247.0, 260.0, 280.0] {
            let radius = spots(5, 1, 360.0, height, LayoutKind::Ring)[0].radius;
            assert!(radius >= Spot::NAMED, "{height} high: {radius}");
        }
    }

    #[test]
    fn five_nodes_keep_their_letters_on_the_low_stages_of_embeds_and_of_telephones_on_their_side() {
        for (width, height) in [(320.0, 140.0), (320.0, 150.0), (420.0, 176.0), (480.0, 190.0), (740.0, 150.0)] {
            let spots = spots(5, 1, width, height, LayoutKind::Ring);
            for (i, spot) in spots.iter().enumerate() {
                assert!(spot.radius >= Spot::LETTERED, "{width} x {height}: {spot:?}");
                for other in &spots[..i] {
                    let gap = spot.center.distance(other.center) - spot.radius - other.radius;
                    assert!(gap >= 4.0, "{width} x {height}: {gap} between {spot:?} and {other:?}");
                }
            }
        }
    }

    #[test]
    fn crowds_stay_on_the_stage_with_their_clients() {
        for (width, height) in [(320.0, 280.0), (360.0, 280.0), (768.0, 420.0), (1140.0, 600.0), (1600.0, 900.0)] {
            for (servers, clients) in [(60, 1), (200, 5), (500, 40), (990, 10)] {
                for layout in [LayoutKind::Ring, LayoutKind::Row, LayoutKind::TwoSites] {
                    let spots = spots(servers, clients, width, height, layout);
                    assert_eq!(spots.len(), (servers + clients) as usize);
                    for Spot { center, radius: r } in spots {
                        let inside = center.x >= r && center.x + r <= width && center.y >= r && center.y + r <= height;
                        assert!(inside, "{servers}+{clients} at {width}x{height}, {layout:?}: {center:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_closer_look_makes_nodes_larger_until_they_have_names() {
        let cluster = Cluster { servers: 200, clients: 0 };
        let at = |zoom: f64| {
            let options = ViewOptions { camera: Camera::new(zoom, 0.5, 0.5), ..ViewOptions::sized(1140.0, 600.0) };
            place(cluster, &options, 0.0)
        };
        let nearest = |spots: &[Spot]| {
            let gaps = spots[1..].iter().map(|spot| spot.center.distance(spots[0].center));
            gaps.fold(f64::INFINITY, f64::min)
        };
        let mut last = 0.0;
        for zoom in [1.0, 1.5, 2.0, 3.0, 5.0] {
            let spots = at(zoom);
            assert!(spots[0].radius >= last, "{zoom}");
            last = spots[0].radius;
            if last >= Spot::NAMED {
                assert!(nearest(&spots) >= 2.0 * last + ABOVE, "at {zoom} names and bars have room");
            }
        }
        assert!(at(1.0)[0].radius < Spot::NAMED && last == Spot::FULL);
    }

    #[test]
    fn no_camera_looks_beyond_the_edges_or_at_nothing() {
        for (zoom, x, y) in [(2.0, 0.0, 1.0), (f64::NAN, 9.0, f64::INFINITY), (1e9, -3.0, 0.3), (0.0, 0.5, 0.5)] {
            let camera = Camera::new(zoom, x, y);
            let corner = camera.look(Point::default(), 100.0, 100.0);
            let far = camera.look(Point::new(100.0, 100.0), 100.0, 100.0);
            assert!(corner.x <= 1e-9 && corner.y <= 1e-9 && far.x >= 100.0 - 1e-9 && far.y >= 100.0 - 1e-9, "{camera:?}");
        }
    }

    #[test]
    fn a_node_moved_by_hand_stays_where_it_was_put() {
        let options = ViewOptions { moved: vec![(NodeId(1), 0.5, 2.0)], ..ViewOptions::sized(400.0, 300.0) };
        let spot = place(Cluster { servers: 3, clients: 0 }, &options, 0.0)[1];
        assert_eq!((spot.center.x, spot.center.y), (200.0, 300.0 - spot.radius));
    }
}

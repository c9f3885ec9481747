//! Cuts as islands: who still reaches whom, their outlines, and the broken line between them.

use super::geometry::{self, Point, direction_at};
use super::layout::Spot;
use crate::base::{NodeId, sorted};
use crate::sim::plan::{Cluster, Cut};
use crate::system::inspect::LinkView;

/// In larger clusters no line runs between islands that are scattered.
const LINED: usize = 60;
/// Nor between more areas than this.
const PARTED: usize = 6;

/// The islands that open cuts have made: parts of the cluster between which nothing passes, in either direction.
///
/// They follow from the links, not from how the cut was made: two cuts add up, and a mended link joins islands. Only a bridge,
/// which leaves everybody connected through one node, is shown as it was made. Empty if all is one.
pub(crate) fn islands(nodes: usize, links: &[LinkView], cuts: &[Cut]) -> Vec<Vec<NodeId>> {
    let cut: Vec<(NodeId, NodeId)> = links.iter().filter(|link| link.cut).map(|link| (link.from, link.to)).collect();
    islands_of(nodes, &cut, cuts)
}

/// The same from the directed links that are cut.
pub(crate) fn islands_of(nodes: usize, cut: &[(NodeId, NodeId)], cuts: &[Cut]) -> Vec<Vec<NodeId>> {
    let islands = if cut.is_empty() { Vec::new() } else { components(nodes, cut) };
    if islands.len() > 1 {
        return islands;
    }
    let bridged = cuts.iter().find_map(|cut| match cut {
        Cut::Bridge { left, right, .. } => Some(vec![left.clone(), right.clone()]),
        _ => None,
    });
    bridged.unwrap_or_default()
}

/// The parts of the cluster that are joined by links of which at least one direction is open. Sets of nodes are bits, so that a
/// thousand nodes are a matter of thousands of words.
fn components(nodes: usize, cut: &[(NodeId, NodeId)]) -> Vec<Vec<NodeId>> {
    const WORD: usize = u64::BITS as usize;
    let words = nodes.div_ceil(WORD);
    // For each node: whom it does not reach, and who does not reach it.
    let (mut to, mut from) = (vec![0u64; nodes * words], vec![0u64; nodes * words]);
    for (a, b) in cut.iter().map(|(a, b)| (a.index(), b.index())).filter(|(a, b)| *a < nodes && *b < nodes) {
        to[a * words + b / WORD] |= 1 << (b % WORD);
        from[b * words + a / WORD] |= 1 << (a % WORD);
    }
    let mut unseen: Vec<u64> = (0..words).map(|word| !0 >> (WORD - (nodes - word * WORD).min(WORD))).collect();
    let mut islands = Vec::new();
    for first in 0..nodes {
        if unseen[first / WORD] >> (first % WORD) & 1 == 0 {
            continue;
        }
        unseen[first / WORD] &= !(1 << (first % WORD));
        let mut island = vec![NodeId(first as u16)];
        let mut at = 0;
        while let Some(a) = island.get(at).map(|node| node.index()) {
            for word in 0..words {
                let mut reached = unseen[word] & !(to[a * words + word] & from[a * words + word]);
                unseen[word] &= !reached;
                while reached != 0 {
                    island.push(NodeId((word * WORD) as u16 + reached.trailing_zeros() as u16));
                    reached &= reached - 1;
                }
            }
            at += 1;
        }
        sorted::sort_few(&mut island, |a, b| a < b);
        islands.push(island);
    }
    islands
}

/// The outline of an island: one convex area, or several if one would take in somebody else's node.
pub(crate) struct Outline {
    /// Convex areas.
    pub(crate) parts: Vec<Vec<Point>>,
}

/// Outlines of islands, in order. Around nodes on the stage they keep to it.
pub(crate) fn outlines(islands: &[Vec<NodeId>], cluster: Cluster, spots: &[Spot], stage: Stage) -> Vec<Outline> {
    let clash = |a: &Outline, b: &Outline| a.parts.iter().any(|p| b.parts.iter().any(|q| geometry::overlap(p, q)));
    let mut loose = vec![0; islands.len()];
    let outline = |island: usize, loose: u8| Outline::new(&islands[island], loose, cluster, (spots, stage));
    let mut outlines: Vec<Outline> = (0..islands.len()).map(|i| outline(i, 0)).collect();
    // Where two overlap, both come apart by one step, until all is single nodes.
    for _ in 0..2 {
        let clashing: Vec<usize> =
            (0..outlines.len()).filter(|&a| (0..outlines.len()).any(|b| a != b && clash(&outlines[a], &outlines[b]))).collect();
        for island in clashing {
            loose[island] += 1;
            outlines[island] = outline(island, loose[island]);
        }
    }
    outlines
}

impl Outline {
    /// How close together: 0 all nodes in one area, 1 clients apart from the servers, 2 each node on its own.
    fn new(island: &[NodeId], loose: u8, cluster: Cluster, spots: (&[Spot], Stage)) -> Outline {
        let (servers, clients): (Vec<NodeId>, Vec<NodeId>) = island.iter().partition(|node| !cluster.is_client(**node));
        let groups: Vec<Vec<NodeId>> = match loose {
            0 => vec![island.to_vec()],
            1 => Some(servers).into_iter().chain(clients.into_iter().map(|node| vec![node])).collect(),
            _ => island.iter().map(|node| vec![*node]).collect(),
        };
        let parts = groups.iter().map(|group| around(group, spots)).filter(|part| part.len() > 2).collect();
        Outline { parts }
    }

    /// The part that a label belongs to: the one with the widest extent.
    pub(crate) fn main_part(&self) -> &[Point] {
        let width = |part: &Vec<Point>| geometry::bounds(part.iter().copied()).2 - geometry::bounds(part.iter().copied()).0;
        self.parts.iter().max_by(|a, b| width(a).total_cmp(&width(b))).map_or(&[], Vec::as_slice)
    }
}

/// The convex area around some nodes, with their rings and log bars.
fn around(nodes: &[NodeId], (spots, stage): (&[Spot], Stage)) -> Vec<Point> {
    let crowd = spots.len() > LINED;
    let spots = nodes.iter().filter_map(|node| spots.get(node.index()));
    geometry::hull(
        spots
            .flat_map(|Spot { center, radius }| {
                // The bar makes a named node taller than its circle.
                let (down, more) = if *radius >= Spot::NAMED { (6.0, 21.0) } else { (0.0, if crowd { 4.0 } else { 11.0 }) };
                let rim = move |i| center.by(0.0, down).along(direction_at(f64::from(i) / 32.0), radius + more);
                (0..32).map(rim).map(move |at| if stage.has(*center) { stage.kept(at) } else { at })
            })
            .collect(),
    )
}

/// Where the broken line between islands runs: halfway between nodes that stand alone, else straight between areas.
pub(crate) fn borders(islands: &[Vec<NodeId>], outlines: &[Outline], spots: &[Spot], stage: Stage) -> Vec<(Point, Point)> {
    let of = |i: usize| islands.iter().position(|nodes| nodes.iter().any(|node| node.index() == i));
    let parts = outlines.iter().map(|outline| outline.parts.len()).sum::<usize>();
    if spots.len() > LINED && parts > PARTED {
        // In a crowd of scattered nodes a line between every two would be a maze: hatching says whose they are.
        return Vec::new();
    }
    if parts == islands.iter().map(Vec::len).sum::<usize>() {
        let nodes: Vec<(usize, Point)> = (0..spots.len()).filter_map(|i| Some((of(i)?, spots[i].center))).collect();
        halfway(&nodes, stage)
    } else {
        between_areas(outlines, stage)
    }
}

/// Where lines may run: so wide, from `top` to `bottom`.
#[derive(Clone, Copy)]
pub(crate) struct Stage {
    /// Its width.
    pub(crate) width: f64,
    /// Its upper edge: beneath the chips.
    pub(crate) top: f64,
    /// Its lower edge.
    pub(crate) bottom: f64,
}

impl Stage {
    /// How near to its edges an outline comes.
    const EDGE: f64 = 2.0;

    fn has(self, at: Point) -> bool {
        (0.0..=self.width).contains(&at.x) && (self.top..=self.bottom).contains(&at.y)
    }

    /// The nearest point that is well on it.
    fn kept(self, at: Point) -> Point {
        let within = |at: f64, from: f64, to: f64| at.min(to - Stage::EDGE).max(from + Stage::EDGE);
        Point::new(within(at.x, 0.0, self.width), within(at.y, self.top, self.bottom))
    }
}

/// The part of a line that is on the stage, less a margin.
fn on_stage(line: (Point, Point), stage: Stage) -> Option<(Point, Point)> {
    let (a, b) = geometry::clip(line.0, line.1, |p| 6.0 - p.x)?;
    let (a, b) = geometry::clip(a, b, |p| p.x - stage.width + 6.0)?;
    let (a, b) = geometry::clip(a, b, |p| stage.top + 6.0 - p.y)?;
    geometry::clip(a, b, |p| p.y - stage.bottom + 6.0)
}

/// The line across the middle of the way from `p` to `q`, from edge to edge.
fn across(p: Point, q: Point, stage: Stage) -> Option<(Point, Point)> {
    let (middle, along, far) = (p.towards(q, 0.5), p.direction(q).right(), stage.width + stage.bottom);
    on_stage((middle.along(along, -far), middle.along(along, far)), stage)
}

/// For every two nodes of different islands: that part of their middle line to which they are the nearest nodes.
fn halfway(nodes: &[(usize, Point)], stage: Stage) -> Vec<(Point, Point)> {
    let square = |x: Point, y: Point| (x.x - y.x) * (x.x - y.x) + (x.y - y.y) * (x.y - y.y);
    let mut borders = Vec::new();
    for (i, &(island, p)) in nodes.iter().enumerate() {
        for &(_, q) in nodes[..i].iter().filter(|(other, _)| *other != island) {
            let others = nodes.iter().filter(|(_, r)| *r != p && *r != q);
            let line = others.fold(across(p, q, stage), |line, &(_, r)| {
                let (a, b) = line?;
                geometry::clip(a, b, |at| square(at, p) - square(at, r))
            });
            borders.extend(line.filter(|(a, b)| a.distance(*b) > 2.0));
        }
    }
    borders
}

/// For every two areas of different islands: that part of the line between them which no third area is nearer to.
fn between_areas(outlines: &[Outline], stage: Stage) -> Vec<(Point, Point)> {
    const STEP: f64 = 6.0;
    let areas: Vec<(usize, &[Point])> =
        outlines.iter().enumerate().flat_map(|(i, outline)| outline.parts.iter().map(move |part| (i, part.as_slice()))).collect();
    let mut borders = Vec::new();
    for (i, &(island, a)) in areas.iter().enumerate() {
        for (j, &(_, b)) in areas[..i].iter().enumerate().filter(|(_, (other, _))| *other != island) {
            let (p, q) = geometry::nearest_points(a, b);
            let Some((from, to)) = across(p, q, stage).filter(|_| p != q) else { continue };
            let third = || areas.iter().enumerate().filter(|(k, _)| *k != i && *k != j);
            let free = |at: Point| {
                let near = geometry::outline_distance(at, a).max(geometry::outline_distance(at, b));
                third().all(|(_, (_, area))| geometry::outline_distance(at, area) + STEP >= near && !geometry::inside(at, area))
            };
            let steps = (from.distance(to) / STEP).floor().max(1.0);
            let at = |step: f64| from.towards(to, step / steps);
            let mut start: Option<Point> = None;
            for step in 0..=steps as u32 {
                match (free(at(step as f64)), start) {
                    (true, None) => start = Some(at(step as f64)),
                    (false, Some(first)) => {
                        borders.push((first, at(step as f64 - 1.0)));
                        start = None;
                    }
                    _ => {}
                }
            }
            borders.extend(start.map(|first| (first, to)));
        }
    }
    borders.retain(|(a, b)| a.distance(*b) > 3.0 * STEP);
    borders
}

/// The direction of an island's hatching, of length 1.
pub(crate) fn slope(island: usize) -> Point {
    direction_at([0.125, 0.375, 0.25, 0.0][island % 4])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::layout::{ViewOptions, place};

    fn cut(from: u16, to: u16) -> LinkView {
        LinkView {
            from: NodeId(from),
            to: NodeId(to),
            cut: true,
            clogged_until_us: None,
            held: false,
            loss_ppm: [0; 3],
            duplicate_ppm: 0,
            reorder_ppm: 0,
            delay_us: None,
        }
    }

    fn between(a: &[u16], b: &[u16]) -> Vec<LinkView> {
        a.iter().flat_map(|&a| b.iter().flat_map(move |&b| [cut(a, b), cut(b, a)])).collect()
    }

    #[test]
    fn islands_are_what_no_link_joins() {
        let links = between(&[0, 1], &[2, 3, 4]);
        let ids = |nodes: &[u16]| nodes.iter().map(|&n| NodeId(n)).collect::<Vec<_>>();
        assert_eq!(islands(5, &links, &[]), [ids(&[0, 1]), ids(&[2, 3, 4])]);
        assert_eq!(islands(5, &links[1..], &[]).len(), 0, "one direction is open");
        let bridge = Cut::Bridge { bridge: NodeId(2), left: ids(&[0, 1]), right: ids(&[3, 4]) };
        assert_eq!(islands(5, &between(&[0, 1], &[3, 4]), &[bridge]), [ids(&[0, 1]), ids(&[3, 4])]);
    }

    #[test]
    fn areas_of_different_islands_do_not_overlap_on_a_desktop() {
        let cluster = Cluster { servers: 5, clients: 0 };
        let spots = place(cluster, &ViewOptions::sized(1140.0, 600.0), 0.0);
        for split in [&[0u16, 1][..], &[0, 2], &[1, 3], &[4]] {
            let rest: Vec<u16> = (0..5).filter(|n| !split.contains(n)).collect();
            let islands = islands(5, &between(split, &rest), &[]);
            let stage = Stage { width: 1140.0, top: 0.0, bottom: 600.0 };
            let outlines = outlines(&islands, cluster, &spots, stage);
            for p in &outlines[0].parts {
                assert!(outlines[1].parts.iter().all(|q| !geometry::overlap(p, q)), "{split:?}");
            }
            assert!(!borders(&islands, &outlines, &spots, stage).is_empty());
        }
    }

    #[test]
    fn outlines_keep_to_the_stage_at_every_width() {
        let cluster = Cluster { servers: 5, clients: 1 };
        for (width, height) in [(320.0, 166.0), (384.0, 527.0), (768.0, 627.0), (810.0, 685.0), (1_620.0, 685.0)] {
            let spots = place(cluster, &ViewOptions::sized(width, height), 0.0);
            let stage = Stage { width, top: 0.0, bottom: height };
            let islands = islands(6, &between(&[0, 1], &[2, 3, 4, 5]), &[]);
            let corners = outlines(&islands, cluster, &spots, stage).into_iter().flat_map(|outline| outline.parts).flatten();
            let mut seen = 0;
            for at in corners {
                seen += 1;
                assert!(at.x > 0.0 && at.x < width && at.y > 0.0 && at.y < height, "{at:?} of {width} x {height}");
            }
            assert!(seen > 20);
        }
    }
}

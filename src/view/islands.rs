//! Cuts as islands: who still reaches whom, their outlines, and the broken line between them.

use super::geometry::{self, Point, direction_at};
use super::layout::Spot;
use crate::base::NodeId;
use crate::sim::plan::{Cluster, Cut};
use crate::system::inspect::LinkView;

/// The islands that open cuts have made: parts of the cluster between which nothing passes, in either direction.
///
/// They follow from the links, not from how the cut was made: two cuts add up, and a mended link joins islands. Only a bridge,
/// which leaves everybody connected through one node, is shown as it was made. Empty if all is one.
pub(crate) fn islands(nodes: usize, links: &[LinkView], cuts: &[Cut]) -> Vec<Vec<NodeId>> {
    let mut cut = vec![false; nodes * nodes];
    for link in links.iter().filter(|link| link.cut && link.from.index() < nodes && link.to.index() < nodes) {
        cut[link.from.index() * nodes + link.to.index()] = true;
    }
    let mut island = vec![usize::MAX; nodes];
    let mut islands: Vec<Vec<NodeId>> = Vec::new();
    for first in 0..nodes {
        if island[first] != usize::MAX {
            continue;
        }
        let number = islands.len();
        let mut reached = vec![first];
        island[first] = number;
        let mut at = 0;
        while let Some(&a) = reached.get(at) {
            for b in 0..nodes {
                if island[b] == usize::MAX && !(cut[a * nodes + b] && cut[b * nodes + a]) {
                    island[b] = number;
                    reached.push(b);
                }
            }
            at += 1;
        }
        islands.push((0..nodes).filter(|i| island[*i] == number).map(|i| NodeId(i as u16)).collect());
    }
    if islands.len() > 1 {
        return islands;
    }
    let bridged = cuts.iter().find_map(|cut| match cut {
        Cut::Bridge { left, right, .. } => Some(vec![left.clone(), right.clone()]),
        _ => None,
    });
    bridged.unwrap_or_default()
}

/// The outline of an island: one convex area, or several if one would take in somebody else's node.
pub(crate) struct Outline {
    /// Convex areas.
    pub(crate) parts: Vec<Vec<Point>>,
}

/// Outlines of islands, in order.
pub(crate) fn outlines(islands: &[Vec<NodeId>], cluster: Cluster, spots: &[Spot]) -> Vec<Outline> {
    let clash = |a: &Outline, b: &Outline| a.parts.iter().any(|p| b.parts.iter().any(|q| geometry::overlap(p, q)));
    let mut loose = vec![0; islands.len()];
    let outline = |island: usize, loose: u8| Outline::new(&islands[island], loose, cluster, spots);
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
    fn new(island: &[NodeId], loose: u8, cluster: Cluster, spots: &[Spot]) -> Outline {
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
fn around(nodes: &[NodeId], spots: &[Spot]) -> Vec<Point> {
    let spots = nodes.iter().filter_map(|node| spots.get(node.index()));
    geometry::hull(
        spots
            .flat_map(|Spot { center, radius }| {
                // The bar makes a named node taller than its circle.
                let (down, more) = if *radius >= Spot::NAMED { (6.0, 21.0) } else { (0.0, 11.0) };
                (0..32).map(move |i| center.by(0.0, down).along(direction_at(i as f64 / 32.0), radius + more))
            })
            .collect(),
    )
}

/// Where the broken line between islands runs: halfway between nodes that stand alone, else straight between areas.
pub(crate) fn borders(
    islands: &[Vec<NodeId>],
    outlines: &[Outline],
    spots: &[Spot],
    width: f64,
    height: f64,
) -> Vec<(Point, Point)> {
    let of = |i: usize| islands.iter().position(|nodes| nodes.iter().any(|node| node.index() == i));
    let parts = outlines.iter().map(|outline| outline.parts.len()).sum::<usize>();
    if parts == islands.iter().map(Vec::len).sum::<usize>() {
        let nodes: Vec<(usize, Point)> = (0..spots.len()).filter_map(|i| Some((of(i)?, spots[i].center))).collect();
        halfway(&nodes, width, height)
    } else {
        between_areas(outlines, width, height)
    }
}

/// The part of a line that is on the stage, less a margin.
fn on_stage(line: (Point, Point), width: f64, height: f64) -> Option<(Point, Point)> {
    let (a, b) = geometry::clip(line.0, line.1, |p| 6.0 - p.x)?;
    let (a, b) = geometry::clip(a, b, |p| p.x - width + 6.0)?;
    let (a, b) = geometry::clip(a, b, |p| 6.0 - p.y)?;
    geometry::clip(a, b, |p| p.y - height + 6.0)
}

/// The line across the middle of the way from `p` to `q`, from edge to edge.
fn across(p: Point, q: Point, width: f64, height: f64) -> Option<(Point, Point)> {
    let (middle, along, far) = (p.towards(q, 0.5), p.direction(q).right(), width + height);
    on_stage((middle.along(along, -far), middle.along(along, far)), width, height)
}

/// For every two nodes of different islands: that part of their middle line to which they are the nearest nodes.
fn halfway(nodes: &[(usize, Point)], width: f64, height: f64) -> Vec<(Point, Point)> {
    let square = |x: Point, y: Point| (x.x - y.x) * (x.x - y.x) + (x.y - y.y) * (x.y - y.y);
    let mut borders = Vec::new();
    for (i, &(island, p)) in nodes.iter().enumerate() {
        for &(_, q) in nodes[..i].iter().filter(|(other, _)| *other != island) {
            let others = nodes.iter().filter(|(_, r)| *r != p && *r != q);
            let line = others.fold(across(p, q, width, height), |line, &(_, r)| {
                let (a, b) = line?;
                geometry::clip(a, b, |at| square(at, p) - square(at, r))
            });
            borders.extend(line.filter(|(a, b)| a.distance(*b) > 2.0));
        }
    }
    borders
}

/// For every two areas of different islands: that part of the line between them which no third area is nearer to.
fn between_areas(outlines: &[Outline], width: f64, height: f64) -> Vec<(Point, Point)> {
    const STEP: f64 = 6.0;
    let areas: Vec<(usize, &[Point])> =
        outlines.iter().enumerate().flat_map(|(i, outline)| outline.parts.iter().map(move |part| (i, part.as_slice()))).collect();
    let mut borders = Vec::new();
    for (i, &(island, a)) in areas.iter().enumerate() {
        for (j, &(_, b)) in areas[..i].iter().enumerate().filter(|(_, (other, _))| *other != island) {
            let (p, q) = geometry::nearest_points(a, b);
            let Some((from, to)) = across(p, q, width, height).filter(|_| p != q) else { continue };
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
            let outlines = outlines(&islands, cluster, &spots);
            for p in &outlines[0].parts {
                assert!(outlines[1].parts.iter().all(|q| !geometry::overlap(p, q)), "{split:?}");
            }
            assert!(!borders(&islands, &outlines, &spots, 1140.0, 600.0).is_empty());
        }
    }
}

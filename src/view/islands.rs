//! Cuts as islands: who still reaches whom, their outlines, and the broken line between them.

use super::geometry::{self, Point, direction_at};
use super::layout::Spot;
use crate::base::NodeId;
use crate::sim::plan::Cut;
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
        reached.sort_unstable();
        islands.push(reached.into_iter().map(|i| NodeId(i as u16)).collect());
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
pub(crate) fn outlines(islands: &[Vec<NodeId>], spots: &[Spot]) -> Vec<Outline> {
    let members: Vec<Vec<usize>> =
        islands.iter().map(|nodes| nodes.iter().map(|node| node.index()).filter(|&i| i < spots.len()).collect()).collect();
    let mut parts: Vec<Vec<Vec<Point>>> = members.iter().map(|nodes| vec![around(nodes, spots)]).collect();
    // Where two areas overlap, the larger one falls apart into its nodes first.
    for _ in 0..islands.len() * 2 {
        let clash = (0..parts.len()).flat_map(|a| (0..a).map(move |b| (a, b))).find(|&(a, b)| {
            (parts[a].len() == 1 || parts[b].len() == 1)
                && (members[a].len() > 1 || members[b].len() > 1)
                && parts[a].iter().any(|p| parts[b].iter().any(|q| geometry::overlap(p, q)))
        });
        let Some((a, b)) = clash else { break };
        let whole = |i: usize| parts[i].len() == 1 && members[i].len() > 1;
        let split = match (whole(a), whole(b)) {
            (true, true) if members[b].len() > members[a].len() => b,
            (true, _) => a,
            (false, true) => b,
            (false, false) => break,
        };
        parts[split] = members[split].iter().map(|&node| around(&[node], spots)).collect();
    }
    parts.into_iter().map(|parts| Outline { parts }).collect()
}

/// The convex area around some nodes, with their rings, log bars and names.
fn around(nodes: &[usize], spots: &[Spot]) -> Vec<Point> {
    let mut points = Vec::new();
    for &node in nodes {
        let Spot { center, radius } = spots[node];
        points.extend((0..24).map(|i| center.along(direction_at(i as f64 / 24.0), radius + 14.0)));
        if radius >= Spot::NAMED {
            points.extend([-1.0, 1.0].map(|side| center.by(side * radius * 0.9, radius + 24.0)));
        }
    }
    geometry::hull(points)
}

/// Where the broken line between islands runs: straight between two areas that lie apart, else halfway between all nodes of
/// different islands.
pub(crate) fn borders(
    islands: &[Vec<NodeId>],
    outlines: &[Outline],
    spots: &[Spot],
    width: f64,
    height: f64,
) -> Vec<(Point, Point)> {
    let stage = |line: (Point, Point)| -> Option<(Point, Point)> {
        let sides: [fn(Point, f64, f64) -> f64; 4] =
            [|p, _, _| 6.0 - p.x, |p, w, _| p.x - w + 6.0, |p, _, _| 6.0 - p.y, |p, _, h| p.y - h + 6.0];
        sides.iter().try_fold(line, |(a, b), side| geometry::clip(a, b, |p| side(p, width, height)))
    };
    let far = width + height;
    if let [a, b] = outlines
        && let ([a], [b]) = (&a.parts[..], &b.parts[..])
        && !geometry::overlap(a, b)
    {
        let (p, q) = geometry::nearest_points(a, b);
        if p != q {
            let (middle, along) = (p.towards(q, 0.5), p.direction(q).right());
            return stage((middle.along(along, -far), middle.along(along, far))).into_iter().collect();
        }
    }
    let of = |i: usize| islands.iter().position(|nodes| nodes.iter().any(|node| node.index() == i));
    let placed: Vec<(usize, Point)> = (0..spots.len()).filter_map(|i| Some((of(i)?, spots[i].center))).collect();
    let mut borders = Vec::new();
    for (i, &(island, p)) in placed.iter().enumerate() {
        for &(other, q) in placed[..i].iter().filter(|(other, _)| *other != island) {
            let (middle, along) = (p.towards(q, 0.5), p.direction(q).right());
            // Only the part of the bisector to which these two are the nearest nodes.
            let start = stage((middle.along(along, -far), middle.along(along, far)));
            let line = placed.iter().filter(|(_, r)| *r != p && *r != q).try_fold(start, |line, &(_, r)| {
                let (a, b) = line?;
                let square = |x: Point, y: Point| (x.x - y.x) * (x.x - y.x) + (x.y - y.y) * (x.y - y.y);
                Some(geometry::clip(a, b, |at| square(at, p) - square(at, r)))
            });
            borders.extend(line.flatten().filter(|(a, b)| a.distance(*b) > 2.0 && other != island));
        }
    }
    borders
}

/// The direction of an island's hatching, of length 1.
pub(crate) fn slope(island: usize) -> Point {
    direction_at([0.125, 0.375, 0.25, 0.0][island % 4])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::plan::Cluster;
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
        let spots = place(Cluster { servers: 5, clients: 0 }, &ViewOptions::sized(1140.0, 600.0));
        for split in [&[0u16, 1][..], &[0, 2], &[1, 3], &[4]] {
            let rest: Vec<u16> = (0..5).filter(|n| !split.contains(n)).collect();
            let islands = islands(5, &between(split, &rest), &[]);
            let outlines = outlines(&islands, &spots);
            for p in &outlines[0].parts {
                assert!(outlines[1].parts.iter().all(|q| !geometry::overlap(p, q)), "{split:?}");
            }
            assert!(!borders(&islands, &outlines, &spots, 1140.0, 600.0).is_empty());
        }
    }
}

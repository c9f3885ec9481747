//! Links: hairlines where they are healthy, dashes, bars and words where they are not.

use super::Spot;
use super::frame::Frame;
use super::label::Labels;
use crate::base::NodeId;
use crate::system::inspect::LinkView;
use crate::view::geometry::Point;
use crate::view::scene::{Anchor, Dash, Role, Scene, Shape};
use crate::view::thing::Thing;
use crate::view::words;

/// Healthy links are drawn in clusters of up to this many nodes.
const DRAWN_UP_TO: usize = 7;
/// Words stand at faulty links while there are no more than this many remarks.
const WORDS_UP_TO: usize = 4;
/// Faults of the two directions are drawn this far from the middle of the link, each to the right of its way.
const LANE: f64 = 4.0;

/// No more faulty links than this are drawn; of more, words tell how many there are.
const DRAWN_FAULTS: usize = 400;

/// Draws healthy links, then faulty ones.
pub(super) fn draw(scene: &mut Scene, labels: &mut Labels, input: &Frame<'_>, islands: &[Vec<NodeId>]) {
    let spots = &input.spots[..];
    let view = |from: NodeId, to: NodeId| input.links.iter().find(|link| link.from == from && link.to == to);
    let cut = |from, to| view(from, to).is_some_and(|link| link.cut);
    let island = |node: NodeId| islands.iter().position(|island| island.contains(&node));
    if spots.len() <= DRAWN_UP_TO {
        for a in 0..spots.len() as u16 {
            for b in a + 1..spots.len() as u16 {
                let (a, b) = (NodeId(a), NodeId(b));
                // What clients may say to whom is not drawn before it is said: their lines would cross the ring.
                let client = input.cluster().is_client(a) || input.cluster().is_client(b);
                let spoken = input.messages.iter().any(|m| (m.from, m.to) == (a, b) || (m.from, m.to) == (b, a));
                if (cut(a, b) && cut(b, a)) || (client && !spoken) {
                    continue;
                }
                let (from, to) = ends(spots[a.index()], spots[b.index()], 0.0);
                let label = || words::healthy_link(input.options.lang, a, b, &input.names);
                let pointed = input.points_at(Thing::Link(a, b));
                let line = if pointed {
                    Shape::line(from, to).outlined(Role::Ink, 3.0)
                } else {
                    Shape::line(from, to).outlined(Role::Line, 1.0).faded(0.45)
                };
                scene.push(input.named(line, Thing::Link(a, b), label).faded(input.strength_between(a, b)));
            }
        }
    }
    draw_faults(scene, labels, input, &|link| {
        cut(link.from, link.to) && cut(link.to, link.from) && island(link.from) != island(link.to)
    });
}

/// The two ends of the line between two nodes, `lane` to the right of the way from the first to the second.
pub(super) fn ends(from: Spot, to: Spot, lane: f64) -> (Point, Point) {
    let way = from.center.direction(to.center);
    let side = way.right();
    let end = |spot: Spot, forward: f64| spot.center.along(way, forward * (spot.radius + 7.0)).along(side, lane);
    (end(from, 1.0), end(to, -1.0))
}

fn draw_faults(scene: &mut Scene, labels: &mut Labels, input: &Frame<'_>, hidden: &dyn Fn(&LinkView) -> bool) {
    let (lang, spots) = (input.options.lang, &input.spots[..]);
    let faults: Vec<&LinkView> = input
        .links
        .iter()
        .filter(|link| !hidden(link) && link.from.index() < spots.len() && link.to.index() < spots.len())
        .collect();
    let all_drawn = faults.len() <= DRAWN_FAULTS;
    let mut remarks: Vec<(String, Vec<&LinkView>)> = Vec::new();
    for link in faults {
        let thing = Thing::Link(link.from, link.to);
        let pointed = input.points_at(thing);
        if all_drawn || pointed {
            draw_fault(scene, input, link, pointed);
        }
        // Of thousands of links with one fault, words are made once.
        match remarks.iter_mut().find(|(_, links)| same_fault(links[0], link)) {
            Some((_, links)) => links.push(link),
            None => {
                let fault = words::link_fault(lang, link, &input.names);
                match remarks.iter_mut().find(|(text, _)| *text == fault) {
                    Some((_, links)) => links.push(link),
                    None => remarks.push((fault, vec![link])),
                }
            }
        }
    }
    let few = remarks.iter().map(|(_, links)| links.len()).sum::<usize>() <= WORDS_UP_TO;
    for (fault, links) in &remarks {
        for link in links.iter().filter(|link| few || input.points_at(Thing::Link(link.from, link.to))) {
            let (from, to) = ends(spots[link.from.index()], spots[link.to.index()], LANE);
            let places = label_places(from, to, Point::new(input.options.width / 2.0, input.options.height / 2.0));
            let text = words::link_words(lang, fault, link.from, link.to, &input.names);
            labels.put(
                &places,
                |at, anchor| Shape::text(at, text.clone(), 12.0).filled(Role::Muted).anchored(anchor).rimmed(),
                true,
            );
        }
        if !few {
            let text = words::links_summary(lang, fault, links.len());
            let places: Vec<(Point, Anchor)> = (0..4)
                .map(|row| (Point::new(input.options.width - 12.0, input.options.height - 14.0 - 16.0 * row as f64), Anchor::End))
                .collect();
            labels.put(
                &places,
                |at, anchor| Shape::text(at, text.clone(), 12.0).filled(Role::Muted).anchored(anchor).rimmed(),
                true,
            );
        }
    }
}

/// A dashed line; with a bar on the blocked side if nothing passes.
fn draw_fault(scene: &mut Scene, input: &Frame<'_>, link: &LinkView, pointed: bool) {
    let strength = input.strength_between(link.from, link.to);
    let (from, to) = ends(input.spots[link.from.index()], input.spots[link.to.index()], LANE);
    let (role, width) = if pointed { (Role::Ink, 3.0) } else { (Role::Muted, 1.5) };
    let label = || words::link_label(input.options.lang, link, &input.names);
    let line = Shape::line(from, to).stroked(role, width, Dash::Dashed);
    scene.push(input.named(line, Thing::Link(link.from, link.to), label).faded(strength));
    if link.cut {
        // The bar stands on the blocked side: just before who is not reached.
        let way = from.direction(to);
        let at = to.along(way, -6.0);
        scene.push(Shape::line(at.along(way.right(), -9.0), at.along(way.right(), 9.0)).outlined(Role::Ink, 3.0).faded(strength));
    }
}

/// Whether the same is wrong with two links.
fn same_fault(a: &LinkView, b: &LinkView) -> bool {
    let ends = |link: &LinkView| LinkView { from: a.from, to: a.to, ..link.clone() };
    ends(a) == ends(b)
}

/// Beside a line, first on the side that faces away from the middle of the stage.
fn label_places(from: Point, to: Point, middle: Point) -> Vec<(Point, Anchor)> {
    let right = from.direction(to).right();
    let half = from.towards(to, 0.5);
    let outwards = (half.x - middle.x) * right.x + (half.y - middle.y) * right.y >= 0.0;
    let sides = if outwards { [1.0, -1.0] } else { [-1.0, 1.0] };
    let place = |sign: f64, part: f64| {
        let x = right.x * sign;
        let anchor = if x > 0.3 {
            Anchor::Start
        } else if x < -0.3 {
            Anchor::End
        } else {
            Anchor::Middle
        };
        (from.towards(to, part).along(right, sign * 13.0), anchor)
    };
    sides.iter().flat_map(|&sign| [0.5, 0.35, 0.65, 0.22, 0.78].map(|part| place(sign, part))).collect()
}

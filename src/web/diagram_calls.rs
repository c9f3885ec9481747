//! The calls that show a space-time diagram, the same for a run and for a trace of another program.

use super::answers::{Answer, answer, row, targets};
use super::arguments::{Arguments, is_absent};
use super::canvas;
use super::foreign_diagram::TraceDiagram;
use super::lab::Lab;
use super::lab_drawing::SIDE_MAX;
use super::promises::stopwatch;
use crate::base::Level;
use crate::timeline::causal_graph::cone::{Cones, Relation};
use crate::timeline::causal_graph::motif::Motif;
use crate::timeline::causal_graph::{Axis, LaneKind, NONE, chain};
use crate::view::palette::Theme;
use crate::view::space_time::{Detail, Hit, Look, Sought, Way};
use crate::view::to_svg;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Longest work within one call, milliseconds.
pub(super) const SLICE_MS: f64 = 6.0;

/// How a diagram is wanted.
#[derive(Deserialize)]
struct LookRow {
    width: f64,
    height: f64,
    #[serde(default)]
    dpr: Option<f64>,
    #[serde(default)]
    theme: Option<String>,
    #[serde(default)]
    axis: Option<String>,
    #[serde(default)]
    from: Option<f64>,
    #[serde(default)]
    to: Option<f64>,
    #[serde(default)]
    scroll: Option<f64>,
    #[serde(default)]
    hidden: Vec<u16>,
    #[serde(default)]
    collapsed: bool,
    #[serde(default)]
    level: Option<Level>,
    #[serde(default)]
    selected: Option<u32>,
    #[serde(default)]
    other: Option<u32>,
    #[serde(default)]
    hover: Option<u32>,
    #[serde(default)]
    lane: Option<u16>,
    #[serde(default)]
    found: Vec<u32>,
    #[serde(default)]
    minimap: Option<bool>,
    #[serde(default)]
    chips: Option<bool>,
}

/// What was painted.
#[derive(Serialize)]
struct PaintedRow {
    from: f64,
    to: f64,
    /// Where they lie in the picture, pixels.
    left: f64,
    right: f64,
    by_time: bool,
    detail: &'static str,
    /// All that went through hidden lanes is in it.
    whole: bool,
}

#[derive(Serialize)]
pub(super) struct ReadRow {
    pub(super) read: u64,
    pub(super) all: u64,
    /// Events that can be drawn so far.
    pub(super) drawn: u64,
    /// How far the run is compared with another branch, in thousandths.
    pub(super) compared: u32,
}

#[derive(Serialize)]
struct LaneRow<'a> {
    name: &'a str,
    kind: &'static str,
    events: usize,
}

#[derive(Serialize)]
struct HitRow {
    kind: &'static str,
    event: Option<u32>,
    lane: Option<u16>,
    place: Option<f64>,
    n: Option<u32>,
    text: String,
}

#[derive(Serialize)]
struct EventRow {
    n: u32,
    lane: Option<u16>,
    text: String,
    place: f64,
    stamp: Vec<u32>,
    past: u64,
    future: u64,
    heard: Vec<u32>,
    sent: Vec<u32>,
}

#[derive(Serialize)]
struct WhereRow {
    place: f64,
    x: Option<f64>,
    y: Option<f64>,
}

#[derive(Serialize)]
struct BetweenRow {
    relation: &'static str,
    chain: Vec<u32>,
    messages: usize,
}

#[derive(Serialize)]
struct SearchRow {
    read: u32,
    all: u32,
    found: usize,
    undecided: usize,
    done: bool,
}

#[derive(Serialize)]
struct FoundRow {
    index: u64,
    events: Vec<u32>,
    text: String,
}

/// What to search for.
#[derive(Deserialize)]
struct SoughtRow {
    #[serde(default)]
    words: Option<String>,
    #[serde(default)]
    lanes: Vec<u16>,
    #[serde(default)]
    messages: Vec<(usize, usize)>,
}

/// The calls that show a diagram, for every handle that has one: a run, a trace of another program. The handle has a method
/// `diagram` that calls with the arguments' reader, graph, diagram, cursor and sentences.
macro_rules! diagram_calls {
    ($handle:ident) => {
        #[wasm_bindgen]
        impl $handle {
            /// The lanes of the diagram, by number.
            #[wasm_bindgen(js_name = spaceTimeLanes, unchecked_return_type = "SpaceTimeLane[]")]
            pub fn space_time_lanes(&self) -> JsValue {
                self.diagram(|_, graph, _, _, _| {
                    Ok({
                        let lane = |lane: &crate::timeline::causal_graph::Lane| {
                            let kind = match lane.kind {
                                LaneKind::Server => "server",
                                LaneKind::Client => "client",
                                LaneKind::Process => "process",
                            };
                            row(&LaneRow { name: &lane.name, kind, events: lane.events().len() })
                        };
                        graph.lanes().iter().map(lane).collect::<js_sys::Array>().into()
                    })
                })
                .unwrap_or_else(|_| js_sys::Array::new().into())
            }

            /// Paints what has been read onto a canvas.
            #[wasm_bindgen(js_name = spaceTimePaint, unchecked_return_type = "Result<SpaceTimePainted>")]
            pub fn space_time_paint(
                &self,
                #[wasm_bindgen(unchecked_param_type = "HTMLCanvasElement")] canvas: JsValue,
                #[wasm_bindgen(unchecked_param_type = "SpaceTimeLook")] look: JsValue,
            ) -> JsValue {
                answer(self.diagram(|read, graph, diagram, now, texts| {
                    let wrong = || read.problem("bad-canvas", "canvas", &[]);
                    let canvas: &HtmlCanvasElement = canvas.dyn_ref().ok_or_else(wrong)?;
                    let (look, theme, dpr) = look_of(read, &look)?;
                    let context = canvas.get_context("2d").ok().flatten().ok_or_else(wrong)?;
                    let context: &CanvasRenderingContext2d = context.dyn_ref().ok_or_else(wrong)?;
                    let (width, height) = ((look.width * dpr).round() as u32, (look.height * dpr).round() as u32);
                    if (canvas.width(), canvas.height()) != (width, height) {
                        canvas.set_width(width);
                        canvas.set_height(height);
                    }
                    let whole = diagram.prepare(graph, &look, &mut stopwatch(SLICE_MS));
                    let (scene, painted) = {
                        let scene = diagram.scene(graph, &look, now, texts);
                        let (from, to) = diagram.span(graph, &look);
                        let detail = match diagram.detail(graph, &look) {
                            Detail::Single => "single",
                            Detail::Marks => "marks",
                            Detail::Density => "density",
                        };
                        let by_time = look.axis == Axis::Time && graph.has_times();
                        let (left, right) = diagram.plot(graph, &look);
                        (scene, PaintedRow { from, to, left, right, by_time, detail, whole })
                    };
                    canvas::paint(context, &scene, theme.palette(), dpr).map_err(|_| wrong())?;
                    Ok(row(&painted))
                }))
            }

            /// What is shown, as SVG.
            #[wasm_bindgen(js_name = spaceTimeSvg, unchecked_return_type = "Result<string>")]
            pub fn space_time_svg(&self, #[wasm_bindgen(unchecked_param_type = "SpaceTimeLook")] look: JsValue) -> JsValue {
                answer(self.diagram(|read, graph, diagram, now, texts| {
                    let (look, theme, _) = look_of(read, &look)?;
                    let look = Look { spoken: true, ..look };
                    diagram.prepare(graph, &look, &mut || false);
                    let scene = diagram.scene(graph, &look, now, texts);
                    Ok(to_svg(&scene, theme.palette()).into())
                }))
            }

            /// Everything in the window that can be pointed at, with its sentence and box.
            #[wasm_bindgen(js_name = spaceTimeTargets, unchecked_return_type = "Target[]")]
            pub fn space_time_targets(&self, #[wasm_bindgen(unchecked_param_type = "SpaceTimeLook")] look: JsValue) -> JsValue {
                self.diagram(|read, graph, diagram, now, texts| {
                    let (look, ..) = look_of(read, &look)?;
                    let look = Look { spoken: true, ..look };
                    let scene = diagram.scene(graph, &look, now, texts);
                    Ok(targets(&scene.targets()))
                })
                .unwrap_or_else(|_| js_sys::Array::new().into())
            }

            /// What is at a point of the diagram.
            #[wasm_bindgen(js_name = spaceTimeHit, unchecked_return_type = "Result<SpaceTimeHit>")]
            pub fn space_time_hit(
                &self,
                #[wasm_bindgen(unchecked_param_type = "number")] x: JsValue,
                #[wasm_bindgen(unchecked_param_type = "number")] y: JsValue,
                #[wasm_bindgen(unchecked_param_type = "SpaceTimeLook")] look: JsValue,
            ) -> JsValue {
                answer(self.diagram(|read, graph, diagram, _, texts| {
                    let (look, ..) = look_of(read, &look)?;
                    let finite = |value: &JsValue| value.as_f64().filter(|number| number.is_finite()).unwrap_or(-1.0);
                    let (x, y) = (finite(&x), finite(&y));
                    Ok({
                        let nothing =
                            HitRow { kind: "place", event: None, lane: None, place: None, n: None, text: String::new() };
                        row(&match diagram.hit(graph, &look, x, y) {
                            Hit::Event(event) => HitRow {
                                kind: "event",
                                event: Some(event),
                                lane: graph.lane_of(event),
                                text: texts.event(event),
                                ..nothing
                            },
                            Hit::Message(number) => match graph.edges().get(number) {
                                Some(edge) => HitRow {
                                    kind: "message",
                                    event: Some(edge.to),
                                    text: [texts.message(edge.label), texts.event(edge.to)].join(": "),
                                    ..nothing
                                },
                                None => nothing,
                            },
                            Hit::Lane(lane) => HitRow {
                                kind: "lane",
                                lane: Some(lane),
                                text: graph.lanes().get(lane as usize).map(|lane| lane.name.clone()).unwrap_or_default(),
                                ..nothing
                            },
                            Hit::Minimap(place) => HitRow { kind: "minimap", place: Some(place), ..nothing },
                            Hit::Place(place, n) => HitRow { place: Some(place), n: Some(n), ..nothing },
                        })
                    })
                }))
            }

            /// The next event that is shown, from an event: along its lane (`later`, `earlier`), along a message (`effect`, `cause`), or
            /// on the lane `above` or `below`; null if there is none.
            #[wasm_bindgen(js_name = spaceTimeWalk, unchecked_return_type = "number | null")]
            pub fn space_time_walk(
                &self,
                #[wasm_bindgen(unchecked_param_type = "number")] event: JsValue,
                #[wasm_bindgen(unchecked_param_type = "SpaceTimeWay")] way: JsValue,
                #[wasm_bindgen(unchecked_param_type = "SpaceTimeLook")] look: JsValue,
            ) -> JsValue {
                const WAYS: [(&str, Way); 6] = [
                    ("later", Way::Later),
                    ("earlier", Way::Earlier),
                    ("effect", Way::Effect),
                    ("cause", Way::Cause),
                    ("above", Way::Above),
                    ("below", Way::Below),
                ];
                let to = self.diagram(|read, graph, diagram, _, _| {
                    let event = read.whole(&event, "event", NONE.into())? as u32;
                    let way = read.choice(&way, "way", &WAYS)?;
                    let (look, ..) = look_of(read, &look)?;
                    Ok(diagram.walk(graph, &look, event, way))
                });
                to.ok().flatten().map_or(JsValue::NULL, |event| f64::from(event).into())
            }

            /// Where an event stands: along the axis, and in the picture (null if its lane is not drawn); null if there is none with
            /// this index.
            #[wasm_bindgen(js_name = spaceTimeWhere, unchecked_return_type = "SpaceTimeWhere | null")]
            pub fn space_time_where(
                &self,
                #[wasm_bindgen(unchecked_param_type = "number")] event: JsValue,
                #[wasm_bindgen(unchecked_param_type = "SpaceTimeLook")] look: JsValue,
            ) -> JsValue {
                let found = self.diagram(|read, graph, diagram, _, _| {
                    let event = read.whole(&event, "event", NONE.into())? as u32;
                    let (look, ..) = look_of(read, &look)?;
                    if event >= graph.len() {
                        return Ok(JsValue::NULL);
                    }
                    let point = diagram.point(graph, &look, event);
                    let place = diagram.place(graph, &look, event);
                    Ok(row(&WhereRow { place, x: point.map(|point| point.x), y: point.map(|point| point.y) }))
                });
                found.unwrap_or(JsValue::NULL)
            }

            /// An event with its vector stamp (events known of each lane), how many happened before and after it, and whom it heard
            /// from and sent to; null if there is none with this index.
            #[wasm_bindgen(js_name = spaceTimeEvent, unchecked_return_type = "SpaceTimeEvent | null")]
            pub fn space_time_event(
                &self,
                #[wasm_bindgen(unchecked_param_type = "number")] event: JsValue,
                #[wasm_bindgen(unchecked_param_type = "SpaceTimeLook")] look: JsValue,
            ) -> JsValue {
                let found = self.diagram(|read, graph, diagram, _, texts| {
                    let event = read.whole(&event, "event", NONE.into())? as u32;
                    let (look, ..) = look_of(read, &look)?;
                    Ok({
                        if event >= graph.len() {
                            return Ok(JsValue::NULL);
                        }
                        let cones = Cones::of(graph, event);
                        let (past, future) = cones.as_ref().map_or((0, 0), |cones| cones.sizes(graph));
                        let edge = |number: usize| graph.edges().get(number);
                        let mut sent: Vec<u32> = graph.edges().outgoing(event).filter_map(edge).map(|edge| edge.to).collect();
                        sent.sort_unstable();
                        row(&EventRow {
                            n: event,
                            lane: graph.lane_of(event),
                            text: texts.event(event),
                            place: diagram.place(graph, &look, event),
                            stamp: cones.map(|cones| cones.past).unwrap_or_default(),
                            past,
                            future,
                            heard: graph.edges().incoming(event).filter_map(edge).map(|edge| edge.from).collect(),
                            sent,
                        })
                    })
                });
                found.unwrap_or(JsValue::NULL)
            }

            /// How an event stands to another, and the chain with the fewest messages between them.
            #[wasm_bindgen(js_name = spaceTimeBetween, unchecked_return_type = "Result<SpaceTimeBetween>")]
            pub fn space_time_between(
                &self,
                #[wasm_bindgen(unchecked_param_type = "number")] a: JsValue,
                #[wasm_bindgen(unchecked_param_type = "number")] b: JsValue,
            ) -> JsValue {
                answer(self.diagram(|read, graph, _, _, _| {
                    let a = read.whole(&a, "a", NONE.into())? as u32;
                    let b = read.whole(&b, "b", NONE.into())? as u32;
                    Ok({
                        let relation = Cones::of(graph, b).and_then(|cones| cones.relation(graph, a));
                        let relation = match relation {
                            Some(Relation::Same) => "same",
                            Some(Relation::Before) => "before",
                            Some(Relation::After) => "after",
                            Some(Relation::Concurrent) | None => "concurrent",
                        };
                        let chain = chain::shortest(graph, a.min(b), a.max(b)).unwrap_or_default();
                        let messages = chain.iter().filter(|link| link.message.is_some()).count();
                        row(&BetweenRow { relation, chain: chain.iter().map(|link| link.event).collect(), messages })
                    })
                }))
            }

            /// Begins to search: `{words}` in the events' sentences, or a pattern `{lanes, messages}`; null ends the search.
            #[wasm_bindgen(js_name = spaceTimeSearch, unchecked_return_type = "Result<null>")]
            pub fn space_time_search(
                &self,
                #[wasm_bindgen(unchecked_param_type = "SpaceTimeSought | null")] sought: JsValue,
            ) -> JsValue {
                answer(self.diagram(|read, _, diagram, _, _| {
                    let sought = if is_absent(&sought) { Sought::default() } else { sought_of(read, &sought)? };
                    diagram.sought = sought;
                    Ok(JsValue::NULL)
                }))
            }

            /// Searches on, a few milliseconds: to be called until `done`.
            #[wasm_bindgen(js_name = spaceTimeSearchOn, unchecked_return_type = "Result<SpaceTimeSearch>")]
            pub fn space_time_search_on(&self) -> JsValue {
                answer(self.diagram(|_, graph, diagram, _, texts| {
                    let mut spent = stopwatch(SLICE_MS);
                    Ok({
                        let done = diagram.sought.look_on(graph, texts, &mut spent);
                        let (read, found) = (diagram.sought.read(), diagram.sought.hits().len());
                        let undecided = diagram.sought.undecided();
                        row(&SearchRow { read, all: graph.len(), found, undecided, done })
                    })
                }))
            }

            /// The occurrence after an event (or the first), or before it; round the ends; null if nothing was found.
            #[wasm_bindgen(js_name = spaceTimeFound, unchecked_return_type = "SpaceTimeFound | null")]
            pub fn space_time_found(
                &self,
                #[wasm_bindgen(unchecked_param_type = "number | null")] from: JsValue,
                #[wasm_bindgen(unchecked_param_type = "boolean")] back: JsValue,
            ) -> JsValue {
                let found = self.diagram(|read, graph, diagram, _, texts| {
                    let from = if is_absent(&from) { None } else { Some(read.whole(&from, "from", NONE.into())? as u32) };
                    let back = read.flag(&back, "back")?;
                    Ok({
                        let found = diagram.sought.step(graph, from, back);
                        found.map_or(JsValue::NULL, |found| {
                            let text = found.events.first().map(|event| texts.event(*event)).unwrap_or_default();
                            row(&FoundRow { index: found.index, events: found.events, text })
                        })
                    })
                });
                found.unwrap_or(JsValue::NULL)
            }
        }
    };
}

diagram_calls!(Lab);
diagram_calls!(TraceDiagram);

fn sought_of(read: Arguments, sought: &JsValue) -> Answer<Sought> {
    let sought: SoughtRow = read.data(sought, "sought")?;
    if let Some(words) = sought.words {
        return Ok(Sought::words(&words));
    }
    let motif = Motif::new(sought.lanes, sought.messages);
    motif.map(Sought::pattern).map_err(|why| read.problem("bad-data", "sought", &[("why", &format!("no pattern: {why:?}"))]))
}

fn look_of(read: Arguments, look: &JsValue) -> Answer<(Look, Theme, f64)> {
    let look: LookRow = read.data(look, "look")?;
    let dpr = look.dpr.unwrap_or(1.0);
    let size = |side: f64| (1.0..=SIDE_MAX).contains(&side) && (0.0..=SIDE_MAX).contains(&(side * dpr));
    if !size(look.width) || !size(look.height) || dpr <= 0.0 {
        return Err(read.problem("bad-size", "look", &[("max", "16384")]));
    }
    let choice = |place: &str, choices: &str| read.problem("bad-choice", place, &[("choices", choices)]);
    let theme = match look.theme.as_deref() {
        None => Theme::default(),
        Some(name) => Theme::from_name(name).ok_or_else(|| choice("look.theme", "light, dark, forced"))?,
    };
    let axis = match look.axis.as_deref() {
        None | Some("time") => Axis::Time,
        Some("order") => Axis::Order,
        Some(_) => return Err(choice("look.axis", "time, order")),
    };
    let finite = |value: Option<f64>| value.filter(|value| value.is_finite()).unwrap_or_default().clamp(-1e15, 1e15);
    let look = Look {
        width: look.width,
        height: look.height,
        axis,
        window: (finite(look.from), finite(look.to)),
        scroll: finite(look.scroll),
        hidden: look.hidden,
        collapsed: look.collapsed,
        level: look.level.unwrap_or(Level::Everything),
        selected: look.selected,
        other: look.other,
        hover: look.hover,
        lane: look.lane,
        found: look.found,
        minimap: look.minimap.unwrap_or(true),
        chips: look.chips.unwrap_or(true),
        spoken: false,
        lang: read.lang,
    };
    Ok((look, theme, dpr))
}

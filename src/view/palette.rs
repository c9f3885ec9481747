//! Palettes: which colour a role is.
//!
//! Text has a contrast of 4.5 to 1 on its ground, marks 3 to 1, and every two hues stay apart for protan, deutan and tritan
//! sight. There is no green for "holds" and no amber for "fault": hue says which epoch, red says violated.

use super::scene::Role;

/// The looks that a picture can have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Ink on paper.
    #[default]
    Light,
    /// The reverse.
    Dark,
    /// System colours: pattern, shape and letters say everything.
    Forced,
}

impl Theme {
    /// The theme with this name: `light`, `dark`, `forced`.
    pub fn from_name(name: &str) -> Option<Theme> {
        match name {
            "light" => Some(Theme::Light),
            "dark" => Some(Theme::Dark),
            "forced" => Some(Theme::Forced),
            _ => None,
        }
    }

    /// Its palette.
    pub fn palette(self) -> &'static Palette {
        match self {
            Theme::Light => &LIGHT,
            Theme::Dark => &DARK,
            Theme::Forced => &FORCED,
        }
    }
}

/// Colours by role, each as CSS writes it.
#[derive(Debug)]
pub struct Palette {
    /// The ground.
    pub paper: &'static str,
    /// Raised ground.
    pub raised: &'static str,
    /// Text and outlines.
    pub ink: &'static str,
    /// Text of second rank.
    pub muted: &'static str,
    /// Hairlines.
    pub line: &'static str,
    /// The hues of four epochs in turn.
    pub epochs: [&'static str; 4],
    /// Text on them.
    pub on_epoch: &'static str,
    /// A violated property.
    pub violated: &'static str,
}

impl Palette {
    /// The colour of a role.
    pub fn color(&self, role: Role) -> &'static str {
        match role {
            Role::Paper => self.paper,
            Role::Raised => self.raised,
            Role::Ink => self.ink,
            Role::Muted => self.muted,
            Role::Line => self.line,
            Role::Violated => self.violated,
            Role::Epoch(n) => self.epochs[n as usize % 4],
            Role::OnEpoch => self.on_epoch,
        }
    }
}

static LIGHT: Palette = Palette {
    paper: "#FCFCFA",
    raised: "#F3F3F0",
    ink: "#1B1F24",
    muted: "#545C66",
    line: "#7C848D",
    epochs: ["#2046B4", "#9A6A12", "#2A7F7C", "#5E1865"],
    on_epoch: "#FFFFFF",
    violated: "#A3152C",
};

static DARK: Palette = Palette {
    paper: "#14171B",
    raised: "#1D2126",
    ink: "#E8EAED",
    muted: "#A3ADB8",
    line: "#6B7580",
    epochs: ["#9BB8EB", "#FBCA39", "#5FE6C4", "#A57CE6"],
    on_epoch: "#14171B",
    violated: "#F36356",
};

static FORCED: Palette = Palette {
    paper: "Canvas",
    raised: "Canvas",
    ink: "CanvasText",
    muted: "CanvasText",
    line: "GrayText",
    epochs: ["Highlight", "Highlight", "Highlight", "Highlight"],
    on_epoch: "HighlightText",
    violated: "LinkText",
};

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(hex: &str) -> f64 {
        let part = |at: usize| {
            let value = u8::from_str_radix(&hex[at..at + 2], 16).expect("a colour in hexadecimal digits") as f64 / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_and_marks_have_the_contrast_that_the_standard_asks_for() {
        for palette in [&LIGHT, &DARK] {
            for ground in [palette.paper, palette.raised] {
                for text in [palette.ink, palette.muted, palette.violated] {
                    assert!(contrast(text, ground) >= 4.5, "{text} on {ground}");
                }
                for mark in palette.epochs.iter().chain([&palette.line]) {
                    assert!(contrast(mark, ground) >= 3.0, "{mark} on {ground}");
                }
            }
            for hue in palette.epochs {
                assert!(contrast(palette.on_epoch, hue) >= 4.5, "text on {hue}");
            }
            assert!(contrast(palette.on_epoch, palette.violated) >= 4.5);
        }
    }
}

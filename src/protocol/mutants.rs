//! Wrong versions of rules: what a core says of its own, and the set of those that are in force.

/// What the catalogue says about a mutant `M`.
#[derive(Debug)]
pub struct MutantInfo<M: 'static> {
    /// Which.
    pub mutant: M,
    /// Its name in scenarios and links.
    pub id: &'static str,
    /// The function of the core's rules that it replaces.
    pub rule: &'static str,
    /// Id of the property that falls first.
    pub falls: &'static str,
    /// What it does instead, in a few words for the reader of the code.
    pub instead: &'static str,
}

/// Declares a core's mutants: the enum `Mutant`, their table `MUTANTS` in the same order, and `Rules`, the set of those in force,
/// to which the core then gives its rules as methods. A line is a mutant: its name in code, its id, the rule that it replaces, the
/// property that falls first, what it does instead. At most 64 of them. Attributes before the first line are those of `Rules`.
macro_rules! mutants {
    ($(#[$attribute:meta])* $($mutant:ident, $id:literal, $rule:literal, $falls:expr, $instead:literal;)*) => {
        /// A wrong version of one rule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Mutant { $(#[doc = $instead] $mutant),* }

        /// All mutants, in the order of [`Mutant`].
        pub static MUTANTS: &[$crate::protocol::mutants::MutantInfo<Mutant>] = &[$(
            $crate::protocol::mutants::MutantInfo {
                mutant: Mutant::$mutant, id: $id, rule: $rule, falls: $falls, instead: $instead,
            },
        )*];
        const _: () = assert!(MUTANTS.len() <= u64::BITS as usize);

        impl Mutant {
            /// What the catalogue says about it.
            pub fn info(self) -> &'static $crate::protocol::mutants::MutantInfo<Mutant> {
                &MUTANTS[self as usize]
            }

            /// The mutant with this name.
            pub fn from_id(id: &str) -> Option<Mutant> {
                MUTANTS.iter().find(|info| info.id == id).map(|info| info.mutant)
            }
        }

        /// The rules in force: the right ones, but for a set of mutants.
        #[derive(Clone, Copy, Default, PartialEq, Eq)]
        $(#[$attribute])*
        pub struct Rules(u64);

        impl Rules {
            /// No mutant.
            pub const RIGHT: Rules = Rules(0);

            /// These rules, and this mutant.
            pub const fn with(self, mutant: Mutant) -> Rules {
                Rules(self.0 | 1 << mutant as u8)
            }

            /// These rules, without this mutant.
            pub const fn without(self, mutant: Mutant) -> Rules {
                Rules(self.0 & !(1 << mutant as u8))
            }

            /// Whether a mutant is in force.
            #[inline]
            pub const fn has(self, mutant: Mutant) -> bool {
                self.0 >> mutant as u8 & 1 == 1
            }

            /// The mutants in force.
            pub fn mutants(self) -> impl Iterator<Item = Mutant> {
                MUTANTS.iter().map(|info| info.mutant).filter(move |mutant| self.has(*mutant))
            }

            /// The rules of a plan, which names its mutants; a name that is none of them changes nothing.
            pub fn named(ids: &[String]) -> Rules {
                ids.iter().filter_map(|id| Mutant::from_id(id)).collect()
            }
        }

        impl FromIterator<Mutant> for Rules {
            fn from_iter<I: IntoIterator<Item = Mutant>>(mutants: I) -> Rules {
                mutants.into_iter().fold(Rules::RIGHT, Rules::with)
            }
        }

        impl std::fmt::Debug for Rules {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_set().entries(self.mutants().map(|mutant| mutant.info().id)).finish()
            }
        }
    };
}
pub(crate) use mutants;

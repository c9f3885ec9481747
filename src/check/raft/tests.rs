//! What no mutant of the core can show: hand-made sights.

//! Cuts as islands: their outlines, hatchings and the broken line between them.

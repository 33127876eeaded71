//! Whole-system tests on real hosts.

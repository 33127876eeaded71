//! Unified diffs of small text files, for people who decide about an edit.

use crate::fs::There;
use std::{fmt::Write, path::Path};

/// Octets of a diff, at most (wire: `Drift`).
const LONGEST: usize = 8 * 1024;
/// Lines of context.
const CONTEXT: usize = 3;

/// From what we want at a path to what is there.
pub fn against(path: &Path, ours: Option<&[u8]>, there: &There) -> String {
    let ours = ours.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
    let theirs = match there {
        There::Nothing => String::new(),
        There::File(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        There::Link(target) => format!("(link to {})\n", target.display()),
        There::Folder => "(folder)\n".to_owned(),
        There::Other => "(no regular file, or larger than 1 MiB)\n".to_owned(),
    };
    unified(&path.display().to_string(), &ours, &theirs)
}

/// Of a file whose content nobody is shown.
pub fn secret(path: &Path) -> String {
    let path = path.display();
    format!("--- {path} (alveole)\n+++ {path}\n(private key, not shown)\n")
}

/// A unified diff of two texts, cut at a line's end when it grows too long.
pub fn unified(path: &str, old: &str, new: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let edits = edits(&a, &b);
    let mut out = format!("--- {path} (alveole)\n+++ {path}\n");
    let mut at = 0;
    while let Some(first) = edits[at..].iter().position(|edit| edit.0 != ' ').map(|i| i + at) {
        let start = first.saturating_sub(CONTEXT).max(at);
        let mut end = first;
        let mut quiet = 0;
        while end < edits.len() && quiet <= 2 * CONTEXT {
            quiet = if edits[end].0 == ' ' { quiet + 1 } else { 0 };
            end += 1;
        }
        let end = end - quiet.saturating_sub(CONTEXT);
        let count = |skip: char, range: &[(char, &str)]| range.iter().filter(|edit| edit.0 != skip).count();
        let (old_before, new_before) = (count('+', &edits[..start]), count('-', &edits[..start]));
        let (old_here, new_here) = (count('+', &edits[start..end]), count('-', &edits[start..end]));
        let _ = writeln!(
            out,
            "@@ -{},{old_here} +{},{new_here} @@",
            old_before + usize::from(old_here > 0),
            new_before + usize::from(new_here > 0)
        );
        for (sign, line) in &edits[start..end] {
            let _ = writeln!(out, "{sign}{line}");
        }
        at = end;
    }
    if out.len() > LONGEST {
        let mut end = LONGEST - 4;
        while !out.is_char_boundary(end) {
            end -= 1;
        }
        let end = out[..end].rfind('\n').map_or(end, |newline| newline + 1);
        out.truncate(end);
        out.push_str("…\n");
    }
    out
}

/// The lines of both texts, each kept (' '), taken away ('-') or added ('+'): longest common subsequence of what is
/// between the common ends. Texts too large for its table are shown as replaced whole.
fn edits<'a>(a: &[&'a str], b: &[&'a str]) -> Vec<(char, &'a str)> {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let (x, y) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    let mut edits: Vec<(char, &str)> = a[..head].iter().map(|line| (' ', *line)).collect();
    if x.len().saturating_mul(y.len()) > 1_000_000 {
        edits.extend(x.iter().map(|line| ('-', *line)));
        edits.extend(y.iter().map(|line| ('+', *line)));
    } else {
        let mut common = vec![vec![0u32; y.len() + 1]; x.len() + 1];
        for i in (0..x.len()).rev() {
            for j in (0..y.len()).rev() {
                common[i][j] = if x[i] == y[j] {
                    common[i + 1][j + 1] + 1
                } else {
                    common[i + 1][j].max(common[i][j + 1])
                };
            }
        }
        let (mut i, mut j) = (0, 0);
        while i < x.len() || j < y.len() {
            if i < x.len() && j < y.len() && x[i] == y[j] {
                edits.push((' ', x[i]));
                (i, j) = (i + 1, j + 1);
            } else if i < x.len() && (j == y.len() || common[i + 1][j] >= common[i][j + 1]) {
                edits.push(('-', x[i]));
                i += 1;
            } else {
                edits.push(('+', y[j]));
                j += 1;
            }
        }
    }
    edits.extend(a[a.len() - tail..].iter().map(|line| (' ', *line)));
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_changed_among_many() {
        let old: String = (1..=20).map(|n| format!("line {n}\n")).collect();
        let new = old.replace("line 10\n", "line ten\n");
        assert_eq!(
            unified("/x", &old, &new),
            "--- /x (alveole)\n+++ /x\n@@ -7,7 +7,7 @@\n line 7\n line 8\n line 9\n-line 10\n+line ten\n line 11\n line 12\n line 13\n"
        );
    }

    #[test]
    fn two_hunks_ends_and_emptiness() {
        let old: String = (1..=30).map(|n| format!("{n}\n")).collect();
        let new = old.replacen("1\n", "", 1).replace("30\n", "30\n31\n");
        let diff = unified("/x", &old, &new);
        assert!(diff.contains("@@ -1,4 +1,3 @@\n-1\n 2\n 3\n 4\n"), "{diff}");
        assert!(diff.contains("@@ -28,3 +27,4 @@\n 28\n 29\n 30\n+31\n"), "{diff}");
        assert!(unified("/x", "", "a\n").contains("@@ -0,0 +1,1 @@\n+a\n"));
        assert!(unified("/x", &"a\n".repeat(9000), &"b\n".repeat(9000)).len() <= LONGEST);
    }
}

//! Reads the text of a wildcard pattern: from units to the tokens of each of its alternatives.

use super::name_reading::NameReading;
use super::path_glob::{PathToken, UnitClass};
use super::unit::{Unit, fold, units};

/// The rules by which a pattern is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PatternSyntax {
    /// azring's own: a `/` anywhere but at the end makes the pattern a path from the root, and `**/` is any
    /// number of folders.
    Own,
    /// That of rclone's filter files: only a `/` at the beginning makes the pattern a path from the root.
    /// Otherwise it is the end of a path. `**` is any number of characters.
    /// <https://rclone.org/filtering/#pattern-syntax>
    Rclone,
}

/// The most alternatives of one pattern: ten choices between two are too many.
const ALTERNATIVES_MAX: usize = 1000;

/// The most choices within choices.
const DEPTH_MAX: usize = 16;

/// An element of a pattern's text.
#[derive(Debug, Clone)]
enum Lexeme {
    Unit(Unit),
    Slash,
    /// So many stars in a row.
    Stars(usize),
    One,
    Class(UnitClass),
    Open,
    Comma,
    Close,
}

/// The tokens of each alternative of a pattern. Fails with what is wrong with the pattern.
pub(super) fn alternatives(
    text: &[u8],
    reading: NameReading,
    syntax: PatternSyntax,
) -> Result<Vec<Vec<PathToken>>, String> {
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if text.contains(&0) {
        return Err("it contains a NUL character".to_owned());
    }
    if syntax == PatternSyntax::Rclone && text.windows(2).any(|two| two == b"{{") {
        return Err("regular expressions in `{{ }}` are not read here".to_owned());
    }
    let mut lexemes = Lexer {
        units: &units(text, false),
        reading,
    }
    .all()?;
    let is_from_root = matches!(lexemes.first(), Some(Lexeme::Slash));
    if is_from_root {
        lexemes.remove(0);
    }
    let is_folder = matches!(lexemes.last(), Some(Lexeme::Slash));
    if is_folder {
        lexemes.pop();
    }
    if lexemes.is_empty() {
        return Err("it names nothing below the root".to_owned());
    }
    let has_slash = lexemes.iter().any(|lexeme| matches!(lexeme, Lexeme::Slash));
    let is_path = is_from_root || (has_slash && syntax == PatternSyntax::Own);
    let mut rest = lexemes.as_slice();
    let expanded = expand(&mut rest, 0)?;
    let shape = Shape {
        syntax,
        is_path,
        is_folder,
        ignore_case: reading.ignore_case,
    };
    expanded
        .iter()
        .map(|lexemes| shape.tokens(lexemes))
        .collect()
}

/// Splits a pattern into lexemes.
struct Lexer<'a> {
    units: &'a [Unit],
    reading: NameReading,
}

impl Lexer<'_> {
    fn all(mut self) -> Result<Vec<Lexeme>, String> {
        let mut lexemes = Vec::new();
        while let Some(unit) = self.next() {
            lexemes.push(match char::from_u32(unit) {
                Some('/') => Lexeme::Slash,
                Some('\\') if self.reading.backslash_separates => Lexeme::Slash,
                Some('\\') => Lexeme::Unit(self.escaped()?),
                Some('*') => {
                    let more = self.units.iter().take_while(|&&unit| is(unit, '*')).count();
                    self.units = &self.units[more..];
                    Lexeme::Stars(1 + more)
                }
                Some('?') => Lexeme::One,
                Some('[') => Lexeme::Class(self.class()?),
                Some('{') => Lexeme::Open,
                Some(',') => Lexeme::Comma,
                Some('}') => Lexeme::Close,
                _ => Lexeme::Unit(unit),
            });
        }
        Ok(lexemes)
    }

    fn next(&mut self) -> Option<Unit> {
        let (first, rest) = self.units.split_first()?;
        self.units = rest;
        Some(*first)
    }

    fn escaped(&mut self) -> Result<Unit, String> {
        self.next()
            .filter(|&unit| !is(unit, '/'))
            .ok_or_else(|| "it has a `\\` before nothing".to_owned())
    }

    /// The rest of a class, after its `[`.
    fn class(&mut self) -> Result<UnitClass, String> {
        let open = || "it has a `[` without its `]`".to_owned();
        let is_negated = self
            .units
            .first()
            .is_some_and(|&unit| is(unit, '!') || is(unit, '^'));
        if is_negated {
            self.next();
        }
        let mut ranges = Vec::new();
        loop {
            let unit = self.next().ok_or_else(open)?;
            if is(unit, ']') && !ranges.is_empty() {
                return Ok(UnitClass {
                    is_negated,
                    ranges,
                    ignore_case: self.reading.ignore_case,
                });
            }
            if is(unit, '/') {
                return Err("it has a `/` in `[ ]`".to_owned());
            }
            let first = self.class_unit(unit)?;
            let is_range =
                matches!(self.units, [dash, end, ..] if is(*dash, '-') && !is(*end, ']'));
            let last = if is_range {
                self.next();
                let end = self.next().ok_or_else(open)?;
                self.class_unit(end)?
            } else {
                first
            };
            if last < first {
                return Err("it has a range in `[ ]` that ends before it begins".to_owned());
            }
            ranges.push((first, last));
        }
    }

    fn class_unit(&mut self, unit: Unit) -> Result<Unit, String> {
        if is(unit, '\\') && !self.reading.backslash_separates {
            self.escaped()
        } else {
            Ok(unit)
        }
    }
}

fn is(unit: Unit, letter: char) -> bool {
    unit == Unit::from(letter)
}

/// Every choice of the text up to its end, or up to the `,` or `}` of the choice that it is in.
fn expand(rest: &mut &[Lexeme], depth: usize) -> Result<Vec<Vec<Lexeme>>, String> {
    if depth > DEPTH_MAX {
        return Err(format!(
            "it has more than {DEPTH_MAX} `{{` within each other"
        ));
    }
    let mut expanded = vec![Vec::new()];
    while let Some((first, after)) = rest.split_first() {
        match first {
            Lexeme::Open => {
                *rest = after;
                let choices = choices(rest, depth)?;
                if expanded.len() * choices.len() > ALTERNATIVES_MAX {
                    return Err(format!("it has more than {ALTERNATIVES_MAX} alternatives"));
                }
                let with = |before: &Vec<Lexeme>| {
                    let joined = choices.iter().map(|choice| [&**before, choice].concat());
                    joined.collect::<Vec<_>>()
                };
                expanded = expanded.iter().flat_map(with).collect();
                continue;
            }
            Lexeme::Close if depth == 0 => return Err("it has a `}` without its `{`".to_owned()),
            Lexeme::Close => break,
            Lexeme::Comma if depth > 0 => break,
            Lexeme::Comma => {
                let comma = Lexeme::Unit(Unit::from(','));
                push_to_each(&mut expanded, &comma);
            }
            other => push_to_each(&mut expanded, other),
        }
        *rest = after;
    }
    Ok(expanded)
}

fn push_to_each(texts: &mut [Vec<Lexeme>], lexeme: &Lexeme) {
    for text in texts {
        text.push(lexeme.clone());
    }
}

/// The texts of a choice, after its `{`.
fn choices(rest: &mut &[Lexeme], depth: usize) -> Result<Vec<Vec<Lexeme>>, String> {
    let mut choices = Vec::new();
    loop {
        choices.extend(expand(rest, depth + 1)?);
        if choices.len() > ALTERNATIVES_MAX {
            return Err(format!("it has more than {ALTERNATIVES_MAX} alternatives"));
        }
        let Some((end, after)) = rest.split_first() else {
            return Err("it has a `{` without its `}`".to_owned());
        };
        *rest = after;
        if matches!(end, Lexeme::Close) {
            return Ok(choices);
        }
    }
}

/// What a whole pattern is, for all of its alternatives.
struct Shape {
    syntax: PatternSyntax,
    is_path: bool,
    is_folder: bool,
    ignore_case: bool,
}

impl Shape {
    fn tokens(&self, lexemes: &[Lexeme]) -> Result<Vec<PathToken>, String> {
        check_parts(lexemes)?;
        let mut tokens = Vec::with_capacity(lexemes.len() + 3);
        if !self.is_path {
            tokens.extend([PathToken::Folders, PathToken::InFolders]);
        }
        let mut at = 0;
        while let Some(lexeme) = lexemes.get(at) {
            match lexeme {
                Lexeme::Unit(unit) => tokens.push(PathToken::Unit(self.unit(*unit))),
                Lexeme::Slash => tokens.push(PathToken::Unit(Unit::from('/'))),
                Lexeme::One => tokens.push(PathToken::One),
                Lexeme::Class(class) => tokens.push(PathToken::Class(class.clone())),
                Lexeme::Stars(1) => tokens.push(PathToken::Any),
                Lexeme::Stars(2) if self.is_any_folders(lexemes, at) => {
                    tokens.extend([PathToken::Folders, PathToken::InFolders]);
                    // Its slash is part of the folders.
                    at += 1;
                }
                Lexeme::Stars(2) => tokens.push(PathToken::AnyPath),
                Lexeme::Stars(_) => {
                    return Err("it has more than two `*` in a row".to_owned());
                }
                Lexeme::Open | Lexeme::Comma | Lexeme::Close => {}
            }
            at += 1;
        }
        if tokens == [PathToken::Folders, PathToken::InFolders, PathToken::Any] {
            // A name at any depth that may be any: every name.
            tokens = vec![PathToken::AnyPath];
        }
        if self.is_folder {
            tokens.extend([PathToken::Unit(Unit::from('/')), PathToken::AnyPath]);
        }
        Ok(tokens)
    }

    fn unit(&self, unit: Unit) -> Unit {
        match char::from_u32(unit) {
            Some(letter) if self.ignore_case => fold(letter),
            _ => unit,
        }
    }

    /// Whether the two stars there are a whole part of a path, with more after it.
    fn is_any_folders(&self, lexemes: &[Lexeme], at: usize) -> bool {
        let is_slash = |lexeme: Option<&Lexeme>| matches!(lexeme, Some(Lexeme::Slash));
        let is_begun = at == 0 || is_slash(lexemes.get(at - 1));
        self.syntax == PatternSyntax::Own && is_begun && is_slash(lexemes.get(at + 1))
    }
}

/// Refuses `.` and `..` as parts of a path: no object has such a name.
fn check_parts(lexemes: &[Lexeme]) -> Result<(), String> {
    let is_step = |part: &[Lexeme]| {
        let is_dot = |lexeme: &Lexeme| matches!(lexeme, Lexeme::Unit(unit) if is(*unit, '.'));
        matches!(part.len(), 1 | 2) && part.iter().all(is_dot)
    };
    let mut parts = lexemes.split(|lexeme| matches!(lexeme, Lexeme::Slash));
    if parts.any(is_step) {
        return Err(
            "`.` and `..` are no names: patterns are compared with names below the root".to_owned(),
        );
    }
    Ok(())
}

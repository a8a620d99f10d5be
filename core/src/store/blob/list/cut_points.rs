//! Cuts a level without folders, so that about one page of names lies between two cuts. Asks no service.
//!
//! The names seen so far are read as numbers. Each place of a name is a digit, and the letters seen at
//! that place are the values of the digit. The number of names for each step of the last significant
//! place is known from the pages so far, and a cut is made as many steps ahead as a page has names.
//! Where the count goes beyond the letters that were seen, the service is asked which name comes next.
//!
//! A cut need not be a name. Every name lies between two cuts wherever they are; only the number of
//! names between them is an estimate. The real number is reported (`learn_count`) and corrects the next
//! steps.

use std::cmp::Ordering;

use super::order::Order;

/// The expected fill of a part, as a fraction of a page.
const FILL: f64 = 0.9;

/// The fewest steps of a page: cuts are at least this much finer.
const STEPS_MIN: f64 = 8.0;

/// The most by which a part may be longer than the one before it.
const GROWTH_MAX: f64 = 4.0;

/// Parts with a lower average fill are not worth their requests.
const FILL_MIN: f64 = 0.15;

/// The places beyond the significant ones whose letters are learned.
const PLACES_BEYOND: usize = 8;

/// The names that are kept of each page, and the number of pages.
const NAMES_KEPT: usize = 100;
const PAGES_KEPT: usize = 8;

/// Some names of the pages of a listing, in their order.
#[derive(Debug, Default)]
pub(super) struct NameSample {
    names: Vec<Box<str>>,
    /// The number of names on these pages.
    count: usize,
    /// The number of pages with names.
    pages: usize,
}

impl NameSample {
    /// Adds some names of a page at equal distances. The page has `count` names.
    pub(super) fn add(&mut self, names: Vec<Box<str>>, count: usize) {
        if self.pages >= PAGES_KEPT {
            *self = Self::default();
        }
        self.pages += usize::from(count > 0);
        self.count += count;
        self.names.extend(names);
    }

    /// The distance between the names that are added, for a page of this many.
    pub(super) fn stride(count: usize) -> usize {
        (count / NAMES_KEPT).max(1)
    }
}

/// The letters at one place of the names, as far as they are known.
#[derive(Debug, Clone, Default)]
struct NamePlace {
    /// In their order, without `/`, whose place differs between services.
    letters: Vec<char>,
    /// The service was asked for a greater letter and has none.
    is_complete: bool,
}

impl NamePlace {
    fn learn(&mut self, letter: char) {
        if letter == '/' || letter == '\0' {
            return;
        }
        if let Err(at) = self.letters.binary_search(&letter) {
            self.is_complete &= at < self.letters.len();
            self.letters.insert(at, letter);
        }
    }
}

/// What follows a cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// Another cut, this many steps ahead; 0 steps where that is not known.
    Cut(Box<str>, usize),
    /// A question to the service decides.
    Ask(Question),
    /// No cut: the rest is listed as one part.
    Rest,
}

/// The question which name is the first one not before `from`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) from: Box<str>,
    /// The place at which there may be unknown letters.
    place: usize,
}

/// The measure of one level.
#[derive(Debug)]
pub(super) struct CutPoints {
    scope: Box<str>,
    places: Vec<NamePlace>,
    /// The number of significant places.
    depth: usize,
    names_per_step: f64,
    /// The names that a part should have.
    target: f64,
    steps_before: f64,
    fill: f64,
}

impl CutPoints {
    /// A measure for the names of `scope`; `None` where the sample is too small.
    pub(super) fn new(scope: &str, sample: &NameSample) -> Option<Self> {
        let inner = |name: &str| Some(name.strip_prefix(scope)?.chars().collect());
        let names = sample.names.iter();
        let names: Vec<Vec<char>> = names.filter_map(|name| inner(name)).collect();
        let length = names.iter().map(Vec::len).max()?;
        let count = sample.count as f64 * names.len() as f64 / sample.names.len() as f64;
        let target = (FILL * sample.count as f64 / sample.pages as f64).max(1.0);
        let steps = |depth: usize| {
            let heads = names.iter().map(|name| &name[..name.len().min(depth)]);
            let heads = heads.collect::<Vec<_>>();
            1 + heads.windows(2).filter(|pair| pair[0] != pair[1]).count()
        };
        let names_per_step = |depth| count / steps(depth) as f64;
        let is_fine = |depth: &usize| names_per_step(*depth) <= (target / STEPS_MIN).max(1.0);
        let depth = (1..length).find(is_fine).unwrap_or(length);
        if depth == 0 || steps(depth) < 2 {
            return None;
        }
        let mut cut_points = Self {
            scope: scope.into(),
            places: vec![NamePlace::default(); depth + PLACES_BEYOND],
            depth,
            names_per_step: names_per_step(depth),
            target,
            steps_before: f64::MAX,
            fill: 1.0,
        };
        sample.names.iter().for_each(|name| cut_points.learn(name));
        Some(cut_points)
    }

    /// Learns the letters of a name.
    pub(super) fn learn(&mut self, name: &str) {
        let Some(inner) = name.strip_prefix(&*self.scope) else {
            return;
        };
        for (place, letter) in self.places.iter_mut().zip(inner.chars()) {
            place.learn(letter);
        }
    }

    /// Learns how many names there were in this many steps.
    pub(super) fn learn_count(&mut self, steps: usize, names: usize) {
        self.fill = 0.9 * self.fill + 0.1 * (names as f64 / self.target).min(1.0);
        if steps == 0 {
            return;
        }
        let measured = names as f64 / steps as f64;
        self.names_per_step = 0.6 * self.names_per_step + 0.4 * measured;
        let finer = self.places.get(self.depth).map(|place| place.letters.len());
        if let Some(finer @ 2..) = finer
            && self.names_per_step > self.target / 2.0
        {
            self.depth += 1;
            self.names_per_step /= finer as f64;
            self.steps_before *= finer as f64;
        }
    }

    /// The next cut after `from` and before `until`, in this order.
    pub(super) fn next(&mut self, order: Order, from: &str, until: Option<&str>) -> Next {
        if self.fill < FILL_MIN {
            return Next::Rest;
        }
        let steps = (self.target / self.names_per_step.max(1e-9)).round();
        let steps = steps.min(self.steps_before * GROWTH_MAX).clamp(1.0, 1e9);
        let next = self.count_on(from, steps as usize).unwrap_or(Next::Rest);
        let (Next::Cut(at, _) | Next::Ask(Question { from: at, .. })) = &next else {
            return Next::Rest;
        };
        if !is_between(order, from, at, until) {
            return Next::Rest;
        }
        if let Next::Cut(..) = next {
            self.steps_before = steps;
        }
        next
    }

    /// The next cut by the answer to a question.
    pub(super) fn answered(
        &mut self,
        question: &Question,
        order: Order,
        name: Option<&str>,
        until: Option<&str>,
    ) -> Next {
        let Some((name, inner)) =
            name.and_then(|name| Some((name, name.strip_prefix(&*self.scope)?)))
        else {
            return Next::Rest;
        };
        self.learn(name);
        let asked = question.from[self.scope.len()..].chars();
        if !asked
            .take(question.place)
            .eq(inner.chars().take(question.place))
        {
            self.places[question.place].is_complete = true;
        }
        let mut cut = String::from(&*self.scope);
        cut.extend(inner.chars().take(self.depth));
        // The name in the question may be longer than the cut.
        let is_between = is_between(order, &question.from, &cut, until) || *cut == *question.from;
        if is_between {
            Next::Cut(cut.into(), 0)
        } else {
            Next::Rest
        }
    }

    /// The cut this many steps after `from`; `None` where the count ends.
    fn count_on(&self, from: &str, steps: usize) -> Option<Next> {
        let inner = from.strip_prefix(&*self.scope)?;
        let letters: Vec<char> = inner.chars().take(self.depth).collect();
        let mut digits = Vec::new();
        let mut carry = steps;
        let mut at = self.depth;
        loop {
            at = at.checked_sub(1)?;
            let place = &self.places[at];
            let rank = letters.get(at).map_or(1, |letter| {
                place.letters.partition_point(|known| known <= letter)
            });
            let sum = (rank + carry).saturating_sub(1);
            if sum < place.letters.len() {
                digits.push(sum);
                break;
            }
            if !place.letters.is_empty() && !place.is_complete {
                let greatest = place.letters.last().max(letters.get(at))?;
                let mut text = self.beginning(&letters, at)?;
                text.push(next_letter(*greatest)?);
                let from = text.into();
                return Some(Next::Ask(Question { from, place: at }));
            }
            let radix = place.letters.len().max(1);
            digits.push(sum % radix);
            carry = sum / radix;
        }
        // A shorter name comes before its longer forms, so zeros at the end need no letters.
        let end = digits.iter().position(|digit| *digit > 0);
        let end = digits.len() - end.unwrap_or(digits.len() - 1);
        let mut text = self.beginning(&letters, at)?;
        let places = &self.places[at..];
        for (place, digit) in places.iter().zip(digits.iter().rev()).take(end) {
            let Some(letter) = place.letters.get(*digit) else {
                break;
            };
            text.push(*letter);
        }
        Some(Next::Cut(text.into(), steps))
    }

    /// The scope and this many letters after it.
    fn beginning(&self, letters: &[char], count: usize) -> Option<String> {
        let mut text = String::from(&*self.scope);
        for at in 0..count {
            let first = || self.places[at].letters.first();
            text.push(*letters.get(at).or_else(first)?);
        }
        Some(text)
    }
}

/// The letter after this one.
fn next_letter(letter: char) -> Option<char> {
    let next = (letter..=char::MAX).nth(1)?;
    // The place of `/` differs between services.
    Some(if next == '/' { '0' } else { next })
}

fn is_between(order: Order, from: &str, at: &str, until: Option<&str>) -> bool {
    let is_before = |one, other| order.compare(one, other) == Some(Ordering::Less);
    is_before(from, at) && until.is_none_or(|until| is_before(at, until))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cuts these names after two pages of this length. Returns the number of names of each part, and the
    /// number of questions.
    fn cut(names: &[String], page: usize) -> (Vec<usize>, usize) {
        let mut sample = NameSample::default();
        for seen in names.chunks(page).take(2) {
            let some = seen.iter().step_by(NameSample::stride(seen.len()));
            sample.add(some.map(|name| name.as_str().into()).collect(), seen.len());
        }
        let mut cut_points = CutPoints::new("", &sample).expect("there are enough");
        let order = Order::default();
        let position = |name: &str| names.partition_point(|other| &**other < name);
        let mut from: Box<str> = names[2 * page - 1].as_str().into();
        let (mut parts, mut questions) = (Vec::new(), 0);
        loop {
            let next = match cut_points.next(order, &from, None) {
                Next::Ask(question) => {
                    questions += 1;
                    let name = names.get(position(&question.from));
                    cut_points.answered(&question, order, name.map(String::as_str), None)
                }
                next => next,
            };
            let Next::Cut(at, steps) = next else {
                parts.push(names.len() - position(&from));
                return (parts, questions);
            };
            assert!(at > from, "{at} is not after {from}");
            parts.push(position(&at) - position(&from));
            cut_points.learn_count(steps, parts[parts.len() - 1]);
            from = at;
        }
    }

    /// Names of several kinds: numbers, random ones, dates, mixed ones.
    fn kinds(count: usize) -> Vec<(&'static str, Vec<String>)> {
        let mix = |at: usize| (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut kinds: Vec<(_, Vec<String>)> = vec![
            (
                "numbers",
                (0..count).map(|at| format!("img-{at:06}.jpg")).collect(),
            ),
            (
                "long numbers",
                (0..count).map(|at| format!("{at:012}")).collect(),
            ),
            (
                "short numbers",
                (0..count).map(|at| at.to_string()).collect(),
            ),
            (
                "random",
                (0..count)
                    .map(|at| format!("{:016x}.bin", mix(at)))
                    .collect(),
            ),
            (
                "days",
                (0..count)
                    .map(|at| {
                        let (day, second) = (at * 900 / count, at % 86_400);
                        let (year, month, day) =
                            (2020 + day / 360, day / 30 % 12 + 1, day % 30 + 1);
                        format!(
                            "{year}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{at}",
                            second / 3600,
                            second / 60 % 60,
                            second % 60
                        )
                    })
                    .collect(),
            ),
            (
                "mixed",
                (0..count)
                    .map(|at| match at % 4 {
                        0 => format!("log_{at:05}"),
                        1 => format!("{:x}", mix(at)),
                        2 => format!("Photo {at} (copy)"),
                        _ => format!("é{}/{at}", at % 7),
                    })
                    .collect(),
            ),
        ];
        for (_, names) in &mut kinds {
            names.sort();
            names.dedup();
        }
        kinds
    }

    #[test]
    fn between_two_cuts_lies_about_a_page_of_names() {
        for (kind, names) in kinds(100_000) {
            let (parts, questions) = cut(&names, 500);
            let requests: usize = parts.iter().map(|names| names / 500 + 1).sum();
            let longest = parts.iter().max().expect("there is a part");
            assert_eq!(parts.iter().sum::<usize>(), names.len() - 999, "{kind}");
            // 198 pages would be full.
            assert!(
                requests + questions < 400,
                "{kind}: {requests} and {questions}"
            );
            // A part that becomes long is measured anew.
            let is_even = kind.contains("numbers") || kind == "random";
            assert!(!is_even || *longest <= 500, "{kind}: {longest}");
        }
    }
}

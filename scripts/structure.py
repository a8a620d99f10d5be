#!/usr/bin/env python3
"""The rules of structure that neither rustc nor clippy knows, read from the tokens of the sources.

    scripts/structure.py                 report what breaks a rule; the exit status is 1 when something does
    scripts/structure.py --strict        the same, and lines of the allow-list that allow nothing are errors too
    scripts/structure.py --counts        print the counts of the tree as a table
    scripts/structure.py --list          print everything that an allow-list would have to name, in its format
    scripts/structure.py --self-test     check that each rule sees what breaks it, and nothing else
    --root FOLDER                        read the tree in FOLDER instead of this one

The rules, by the name that they have in the allow-list `scripts/structure.allow`:

    type        A name of a struct, enum, union, trait or type alias is defined once in a crate.
    mod         A `mod.rs` defines no types: they live in files of their own.
    pair        `(source, target)` is matched on locations in core/src/plan/route.rs only.
    wildcard    A match over one of the enums in ENUMS has no arm that takes whatever is left.
    circle      Two modules of one parent, at least one of them a folder, do not import each other.
    lines       A file has at most 700 lines.
    unsafe      At most 4 files contain `unsafe`, and the allow-list names them.
    name        The name of a test function has at most 70 characters.

Code under `#[cfg(test)]` is no subject of these rules, the names of tests excepted. The script reads tokens, not a syntax
tree: so it sees into macros, needs no compiler, and reads any older checkout as well. It uses the standard library only.
"""

import argparse
import re
import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

CRATES = ["transport", "core", "cli", "emulator-tests", "benches"]
ENUMS = {"Location", "Route", "Way", "Credential", "Service", "ServiceKind"}
PAIR_FILE = "core/src/plan/route.rs"
LINES_MAX = 700
FUNCTION_LINES_MAX = 50
UNSAFE_FILES_MAX = 4
TEST_NAME_MAX = 70
DEFINITIONS = {"struct", "enum", "union", "trait", "type"}

TOKEN = re.compile(
    r"""
      (?P<skip>\s+|//[^\n]*)
    | (?P<block>/\*)
    | (?P<string>[bc]?"(?:\\.|[^"\\])*")
    | (?P<raw>[bc]?r(?P<hashes>\#*)".*?"(?P=hashes))
    | (?P<char>b?'(?:\\(?:x[0-9a-fA-F]{2}|u\{[^}]*\}|.)|[^'\\\n])')
    | (?P<lifetime>'[A-Za-z_]\w*)
    | (?P<ident>(?:r\#)?[A-Za-z_]\w*)
    | (?P<number>[0-9][\w]*(?:\.[0-9]\w*)?)
    | (?P<punct>=>|::|->|\.\.=|\.\.\.|\.\.|&&|\|\||[^\w\s])
    """,
    re.VERBOSE | re.DOTALL,
)
OPEN = {"(": ")", "[": "]", "{": "}"}
CLOSE = set(OPEN.values())


def tokens(text):
    """The tokens of a source as pairs of text and line. Comments are left out, literals are an empty text."""
    found, at, line = [], 0, 1
    while at < len(text):
        match = TOKEN.match(text, at)
        kind, word = match.lastgroup, match.group()
        if kind == "hashes":
            kind = "raw"
        if kind == "block":
            depth, end = 1, at + 2
            while depth and end < len(text):
                if text.startswith("/*", end):
                    depth, end = depth + 1, end + 2
                elif text.startswith("*/", end):
                    depth, end = depth - 1, end + 2
                else:
                    end += 1
            word = text[at:end]
        elif kind != "skip":
            literal = kind in ("string", "raw", "char", "lifetime", "number")
            found.append(("" if literal else word, line))
        line += word.count("\n")
        at += len(word)
    return found


def closing(code, at):
    """The index of the bracket that closes the one at `at`."""
    depth = 0
    for index in range(at, len(code)):
        word = code[index][0]
        if word in OPEN:
            depth += 1
        elif word in CLOSE:
            depth -= 1
            if depth == 0:
                return index
    return len(code) - 1


def item_end(code, at):
    """The index behind the item that begins at `at`: behind its semicolon or its braces."""
    while at < len(code):
        word = code[at][0]
        if word in ("(", "["):
            at = closing(code, at)
        elif word == "{":
            return closing(code, at) + 1
        elif word == ";":
            return at + 1
        elif word in (",", "}"):
            return at
        at += 1
    return at


def is_test_cfg(attribute):
    words = [word for word, _ in attribute]
    return words[:1] == ["cfg"] and "test" in words and "not" not in words


class File:
    """A source file: its tokens without test code, the names of its tests, and the modules that only tests have."""

    def __init__(self, path, name):
        self.path, self.name = path, name
        text = path.read_text()
        self.lines = text.count("\n")
        self.test_modules, self.inline_modules = set(), set()
        everything = tokens(text)
        self.tests = list(tests_in(everything))
        self.code = self.without_tests(everything)

    def without_tests(self, code):
        kept, at = [], 0
        while at < len(code):
            if code[at][0] != "#" or at + 1 >= len(code):
                kept.append(code[at])
                at += 1
                continue
            bracket = at + 2 if code[at + 1][0] == "!" else at + 1
            if code[bracket][0] != "[":
                kept.append(code[at])
                at += 1
                continue
            end = closing(code, bracket)
            if not is_test_cfg(code[bracket + 1 : end]):
                # No other attribute is a subject either: `#[expect(unsafe_code)]` is no unsafe code.
                at = end + 1
                continue
            if bracket == at + 2:
                # `#![cfg(test)]`: nothing of the file is left.
                self.lines = 0
                return []
            begin, at = at, end + 1
            while code[at][0] == "#":
                at = closing(code, at + 1) + 1
            item = at
            at = item_end(code, at)
            words = [word for word, _ in code[item:at]]
            # `mod tests;` or `pub(crate) mod tests;`
            if "mod" in words[:5] and words[-1] == ";":
                self.test_modules.add(words[-2])
            self.lines -= code[at - 1][1] - code[begin][1] + 1
        return kept


def tests_in(code):
    """Names and lines of the functions with `#[test]`, inside of macros too."""
    is_test = False
    for at, (word, line) in enumerate(code):
        if word == "[" and at and code[at - 1][0] == "#":
            path = [part for part, _ in code[at + 1 : closing(code, at)]]
            is_test |= path[-1:] == ["test"] and (len(path) == 1 or path[-2] == "::")
        elif word == "fn" and is_test:
            yield code[at + 1][0], code[at + 1][1]
            is_test = False


class Crate:
    """The files of a crate's `src` that are no tests, by module path."""

    def __init__(self, root, name):
        self.name, self.modules, self.folders = name, {}, set()
        self.test_names = []
        source = root / name / "src"
        files = {}
        for path in sorted(source.rglob("*.rs")):
            files[path] = File(path, str(path.relative_to(root)))
        for path in sorted((root / name).rglob("*.rs")):
            if "node_modules" in path.parts or "target" in path.parts:
                continue
            file = files.get(path) or File(path, str(path.relative_to(root)))
            self.test_names += [(file.name, line, test) for test, line in file.tests]
        tests = set()
        for path, file in files.items():
            home = path.parent if path.name in ("mod.rs", "lib.rs", "main.rs") else path.with_suffix("")
            for module in file.test_modules:
                tests.update([home / f"{module}.rs", home / module])
        self.files = []
        for path, file in files.items():
            if path in tests or tests.intersection(path.parents):
                continue
            self.files.append(file)
            parts = list(path.relative_to(source).with_suffix("").parts)
            if parts[-1] in ("mod", "lib", "main"):
                parts.pop()
            # A program of a crate with a library is a crate of its own, with paths of its own.
            self.modules.setdefault(tuple(parts), file)
            for depth in range(1, len(parts)):
                self.folders.add(tuple(parts[:depth]))

    def module_of(self, path):
        """The longest beginning of a path that is a module."""
        known = 0
        while known < len(path) and (tuple(path[: known + 1]) in self.modules or tuple(path[: known + 1]) in self.folders):
            known += 1
        return tuple(path[:known])


def types_in(file):
    """Kind, name and line of the types that a file defines; associated types are not among them."""
    code, impls = file.code, []
    for at, (word, _) in enumerate(code):
        begins = not at or code[at - 1][0] in ("}", ";", "]", "{", "unsafe", ")", "pub")
        if word in ("impl", "trait") and begins:
            body = at
            while body < len(code) and code[body][0] not in ("{", ";"):
                body += 1
            if body < len(code) and code[body][0] == "{":
                impls.append((body, closing(code, body)))
    for at, (word, line) in enumerate(code[:-1]):
        name = code[at + 1][0]
        if word not in DEFINITIONS or not re.fullmatch(r"[A-Z]\w*", name):
            continue
        if at and code[at - 1][0] not in ("}", ";", "]", "{", ")", "pub", "unsafe", "=>"):
            continue
        if word == "type" and any(begin < at < end for begin, end in impls):
            continue
        yield word, name, line


def functions_in(file):
    """Name, line and count of lines of the functions with a body."""
    code = file.code
    for at, (word, line) in enumerate(code[:-1]):
        if word != "fn" or not re.match(r"[A-Za-z_]", code[at + 1][0]):
            continue
        end = item_end(code, at)
        if code[end - 1][0] == "}":
            yield code[at + 1][0], line, code[end - 1][1] - line + 1


def split(code, separator):
    """Parts of a list of tokens between separators outside of brackets."""
    parts, at, begin = [], 0, 0
    while at < len(code):
        word = code[at][0]
        if word in OPEN:
            at = closing(code, at)
        elif word == separator:
            parts.append(code[begin:at])
            begin = at + 1
        at += 1
    parts.append(code[begin:])
    return [part for part in parts if part]


def matches_in(file):
    """Line, subject and patterns of the `match` expressions."""
    code = file.code
    for at, (word, line) in enumerate(code):
        if word != "match" or (at and code[at - 1][0] in (".", "$")):
            continue
        body = at + 1
        while body < len(code) and code[body][0] not in ("{", ";"):
            body = closing(code, body) + 1 if code[body][0] in ("(", "[") else body + 1
        if body >= len(code) or code[body][0] != "{":
            continue
        # Patterns keep their guards: an arm with a guard takes no whole rest.
        subject, end, patterns = code[at + 1 : body], closing(code, body), []
        here = body + 1
        while here < end:
            begin = here
            while here < end and code[here][0] != "=>":
                here = closing(code, here) + 1 if code[here][0] in OPEN else here + 1
            if here >= end:
                break
            pattern = code[begin:here]
            patterns.append(pattern)
            here += 1
            if here < end and code[here][0] == "{":
                here = closing(code, here) + 1
            else:
                while here < end and code[here][0] != ",":
                    here = closing(code, here) + 1 if code[here][0] in OPEN else here + 1
            if here < end and code[here][0] == ",":
                here += 1
        yield at, line, subject, patterns


def impl_of(file):
    """Ranges of tokens in which `Self` is one of the enums."""
    code, found = file.code, []
    for at, (word, _) in enumerate(code):
        if word == "impl" and (not at or code[at - 1][0] in ("}", ";", "]", "{", "unsafe")):
            body = at
            while body < len(code) and code[body][0] not in ("{", ";"):
                body += 1
            head = [w for w, _ in code[at:body]]
            named = head[head.index("for") + 1 :] if "for" in head else head[1:]
            enum = next((w for w in named if w in ENUMS), None)
            if enum and body < len(code) and code[body][0] == "{":
                found.append((body, closing(code, body), enum))
    return found


def enum_named(pattern, own):
    """The enum of ENUMS whose variant a pattern names."""
    for at, (word, _) in enumerate(pattern[:-1]):
        if pattern[at + 1][0] == "::" and (word in ENUMS or (word == "Self" and own)):
            return own if word == "Self" else word
    return None


def elements(pattern):
    """A tuple's parts, or the pattern alone; alternatives are patterns of their own."""
    for one in split(pattern, "|"):
        while one and one[0][0] in ("&", "ref", "mut"):
            one = one[1:]
        if one and one[0][0] == "(" and closing(one, 0) == len(one) - 1:
            yield split(one[1:-1], ",")
        elif len(one) > 2 and one[0][0] in ("Some", "Ok") and one[1][0] == "(":
            yield [one[2:-1]]
        else:
            yield [one]


def takes_all(pattern):
    words = [word for word, _ in pattern if word not in ("&", "ref", "mut")]
    return len(words) == 1 and re.fullmatch(r"[a-z_]\w*", words[0]) is not None


def wildcards_in(file):
    """Line and enum of the matches over an enum of ENUMS with an arm for whatever is left."""
    impls = impl_of(file)
    for at, line, _, patterns in matches_in(file):
        own = next((enum for begin, end, enum in impls if begin < at < end), None)
        rows = [row for pattern in patterns for row in elements(pattern)]
        for place in range(max((len(row) for row in rows), default=0)):
            parts = [row[place] for row in rows if place < len(row)]
            enums = {enum_named(part, own) for part in parts} - {None}
            whole = [row[0] for row in rows if len(row) == 1 and place]
            if enums and any(takes_all(part) for part in parts + whole):
                yield line, sorted(enums)[0]
                break


def pairs_in(file):
    """Lines with patterns that name the locations of both ends at once."""
    impls = impl_of(file)
    for at, line, subject, patterns in matches_in(file):
        own = next((enum for begin, end, enum in impls if begin < at < end), None)
        places = set()
        for pattern in patterns:
            for row in elements(pattern):
                if len(row) > 1:
                    places |= {i for i, part in enumerate(row) if enum_named(part, own) in ("Location", "ServiceKind")}
        words = {word for word, _ in subject}
        if len(places) > 1 or (places and {"source", "target"} <= words):
            yield line
    code = file.code
    for at, (word, line) in enumerate(code):
        if word != "(" or not at or re.match(r"[\w>!]", code[at - 1][0]) and code[at - 1][0] not in ("let", "in", "|"):
            continue
        end = closing(code, at)
        follows = code[end + 1][0] if end + 1 < len(code) else ""
        parts = split(code[at + 1 : end], ",")
        named = [part for part in parts if part[0][0] == "Location" and len(part) > 1 and part[1][0] == "::"]
        # The patterns of a `match` were seen above; these are `if let`, `let .. else` and `matches!`.
        if len(named) > 1 and follows in ("=", ")", "if") and code[at - 1][0] in ("let", ","):
            yield line


def imports_of(crate, path):
    """Module paths that a module of the crate names."""
    code = crate.modules[path].code
    at = 0
    while at < len(code) - 1:
        word = code[at][0]
        is_start = not at or code[at - 1][0] != "::"
        if word in ("crate", "super") and is_start and code[at + 1][0] == "::":
            end = at
            yield from expand(code, at, path)
            while end < len(code) - 1 and code[end + 1][0] == "::":
                end += 2
            at = end
        at += 1


def expand(code, at, path):
    """The paths of a `use` tree or of a plain path that begins at `at`."""
    word = code[at][0]
    base = [] if word == "crate" else list(path[:-1])
    at += 2
    while code[at][0] == "super":
        base = base[:-1]
        at += 2
    yield from tree(code, at, base)


def tree(code, at, base):
    word = code[at][0]
    if word == "{":
        for part in split(code[at + 1 : closing(code, at)], ","):
            yield from tree(part + [("", 0)], 0, base)
    elif re.match(r"[A-Za-z_]", word):
        if at + 2 < len(code) and code[at + 1][0] == "::":
            yield from tree(code, at + 2, [*base, word])
        else:
            yield [*base, word]
    else:
        yield base


def circles_in(crate):
    """Pairs of modules of one parent that import each other, at least one of them a folder, with a line each way."""
    arrows = defaultdict(lambda: defaultdict(int))
    for path in crate.modules:
        for wanted in imports_of(crate, path):
            target = crate.module_of(wanted)
            common = 0
            while common < min(len(path), len(target)) and path[common] == target[common]:
                common += 1
            if common < len(path) and common < len(target):
                arrows[path[: common + 1]][target[: common + 1]] += 1
    for one in sorted(arrows):
        for other in sorted(arrows[one]):
            if one < other and one in arrows.get(other, {}) and (one in crate.folders or other in crate.folders):
                yield "/".join(one), "/".join(other), arrows[one][other], arrows[other][one]


def findings(crates):
    """What breaks a rule: the rule, the subject that the allow-list may name, and words for people."""
    unsafe = []
    for crate in crates:
        defined = defaultdict(list)
        for file in crate.files:
            for kind, name, line in types_in(file):
                defined[name].append(f"{file.name}:{line}")
                if file.path.name == "mod.rs":
                    yield "mod", f"{file.name} {name}", f"{file.name}:{line}: `{kind} {name}` is defined in a `mod.rs`"
            for line, enum in wildcards_in(file):
                yield "wildcard", f"{file.name} {enum}", f"{file.name}:{line}: an arm of this match takes every other {enum}"
            if file.name != PAIR_FILE:
                for line in pairs_in(file):
                    yield "pair", file.name, f"{file.name}:{line}: both locations are matched outside {PAIR_FILE}"
            if file.lines > LINES_MAX:
                yield "lines", file.name, f"{file.name}: {file.lines} lines, at most {LINES_MAX}"
            if any(word == "unsafe" for word, _ in file.code):
                unsafe.append(file.name)
        for name, places in sorted(defined.items()):
            if len(places) > 1:
                yield "type", f"{crate.name} {name}", f"{crate.name}: `{name}` is defined {len(places)} times: {', '.join(places)}"
        for one, other, there, back in circles_in(crate):
            yield "circle", f"{crate.name} {one} {other}", (
                f"{crate.name}: {one} and {other} import each other ({there} and {back} times)"
            )
        for file, line, name in crate.test_names:
            if len(name) > TEST_NAME_MAX:
                yield "name", f"{file} {name}", f"{file}:{line}: {len(name)} characters, at most {TEST_NAME_MAX}: {name}"
    for name in unsafe:
        yield "unsafe", name, f"{name}: contains `unsafe` and is no file that the allow-list names for it"


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def counts(crates):
    print("| | files | median / p95 / max lines | functions | median / p95 / max lines | over 50 lines | unsafe files "
          "| circles of folders | type names defined twice | types in mod.rs | wildcard arms | tests | names over 70 |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    total = defaultdict(int)
    for crate in [*crates, None]:
        some = crates if crate is None else [crate]
        files = [file for one in some for file in one.files if file.code]
        lines = [file.lines for file in files]
        functions = [length for file in files for _, _, length in functions_in(file)]
        broken = defaultdict(int)
        for rule in (rule for rule, _, _ in findings(some)):
            broken[rule] += 1
        print(f"| {'all' if crate is None else crate.name} | {len(files)} "
              f"| {statistics.median(lines):.0f} / {percentile(lines, 0.95)} / {max(lines)} | {len(functions)} "
              f"| {statistics.median(functions):.0f} / {percentile(functions, 0.95)} / {max(functions)} "
              f"| {sum(length > FUNCTION_LINES_MAX for length in functions)} | {broken['unsafe']} | {broken['circle']} "
              f"| {broken['type']} | {broken['mod']} | {broken['wildcard']} "
              f"| {sum(len(one.test_names) for one in some)} | {broken['name']} |")


def allowed_in(path):
    """The lines of an allow-list as (rule, subject) -> line number. A line without a reason is an error."""
    allowed, errors = {}, []
    for number, line in enumerate(path.read_text().splitlines() if path.exists() else [], 1):
        if not line.strip() or line.startswith("#"):
            continue
        head, colon, reason = line.partition(": ")
        rule, _, subject = head.partition(" ")
        if not colon or not reason.strip():
            errors.append(f"{path.name}:{number}: no reason: {line}")
        allowed[rule, subject] = number
    return allowed, errors


# One file for each rule, with what breaks it and what does not.
EXAMPLES = {
    "core/src/lib.rs": "mod a; mod b; #[cfg(test)] pub(crate) mod only; mod plan; //! struct Twice;",
    "core/src/a/mod.rs": "mod deep; pub use deep::Twice; struct InMod; #[cfg(test)] mod tests { struct Twice; }",
    "core/src/a/deep.rs": "use crate::{b::Other, a::InMod}; pub struct Twice<'a>(&'a str); trait T { type Twice; }",
    "core/src/b.rs": """
        use crate::a::Twice as First;
        pub type Twice = First;
        const TEXT: &str = r#"enum Twice { "unsafe" }"#; /* unsafe /* nested */ struct Twice; */
        fn whole(at: &Location) -> bool { match at { Location::Blob(_) => true, _ => false } }
        fn guarded(at: &Location) -> u8 {
            match at { Location::Blob(_) => 1, _ if odd() => 2, Location::Local(path) => { match path { _ => 3 } } }
        }
        fn both(options: &Options) -> bool {
            match (&options.source, &options.target) {
                (Location::Blob(_), Location::Blob(_) | Location::Local(_)) => true,
                (Location::Local(_), Location::Blob(_) | Location::Local(_)) => false,
            }
        }
        #[expect(unsafe_code, reason = "the word alone")]
        fn danger() { unsafe { other() } }
        impl Location { fn own(&self) -> bool { match self { Self::Local(_) => true, rest => rest.odd() } } }
    """,
    "core/src/only.rs": "struct Twice; fn danger() { unsafe { other() } } #[test] fn a" + "b" * 70 + "() {}",
    "core/src/plan/mod.rs": "mod route;",
    "core/src/plan/route.rs": "fn f() { if let (Location::A, Location::B) = (source, target) {} }" + "\n" * 701,
    "core/tests/it/main.rs": "#[test] fn a" + "b" * 69 + "() {}",
}
EXPECTED = [
    "circle core a b", "lines core/src/plan/route.rs", "mod core/src/a/mod.rs InMod", "name core/src/only.rs a" + "b" * 70,
    "pair core/src/b.rs", "type core Twice", "unsafe core/src/b.rs", "wildcard core/src/b.rs Location",
    "wildcard core/src/b.rs Location",
]


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        for name, text in EXAMPLES.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        found = sorted(f"{rule} {subject}" for rule, subject, _ in findings([Crate(Path(folder), "core")]))
    if found != EXPECTED:
        sys.exit("error: the rules of structure see {}, expected {}".format("\n  ".join(found), "\n  ".join(EXPECTED)))


def main():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("--strict", action="store_true")
    arguments.add_argument("--counts", action="store_true")
    arguments.add_argument("--list", action="store_true")
    arguments.add_argument("--self-test", action="store_true")
    arguments.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    given = arguments.parse_args()
    if given.self_test:
        self_test()
        return
    crates = [Crate(given.root, name) for name in CRATES]
    if given.counts:
        counts(crates)
        return
    found = list(findings(crates))
    if given.list:
        for rule, subject in sorted({(rule, subject) for rule, subject, _ in found}):
            print(f"{rule} {subject}: ")
        return
    allowlist = Path(__file__).resolve().with_name("structure.allow")
    allowed, errors = allowed_in(allowlist)
    errors += [f"{rule}: {text}" for rule, subject, text in found if (rule, subject) not in allowed]
    subjects = {(rule, subject) for rule, subject, _ in found}
    stale = [f"{allowlist.name}:{number}: allows nothing any more: {rule} {subject}"
             for (rule, subject), number in allowed.items() if (rule, subject) not in subjects]
    unsafe = sum(rule == "unsafe" for rule, _ in subjects)
    if unsafe > UNSAFE_FILES_MAX:
        stale.append(f"unsafe: {unsafe} files contain `unsafe`, at most {UNSAFE_FILES_MAX}")
    if given.strict:
        errors += stale
    else:
        for line in stale:
            print(f"note: {line}", file=sys.stderr)
    for line in errors:
        print(f"error: {line}", file=sys.stderr)
    sys.exit(bool(errors))


if __name__ == "__main__":
    main()

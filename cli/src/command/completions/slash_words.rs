//! What clap does not complete: words `/Name:`, the words after a command, the names of jobs.
//!
//! Each function changes the script that clap has made for one shell.

use std::fmt::Write as _;

use crate::help;
use crate::parameter::{self, Dialect, Parameter, Value};

/// Prints the names of jobs, one in a line.
const JOBS: &str = "azring jobs list 2>/dev/null | sed -n 's/^\\([0-9a-f]\\{16\\}\\) .*/\\1/p'";

/// The words that may come after these commands.
fn after(commands: &[&'static str]) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut about = commands.to_vec();
    about.extend(help::topics());
    vec![
        ("jobs", vec!["list", "show", "clean"]),
        ("bench", vec!["upload", "download"]),
        ("shard", vec!["plan", "run", "status", "merge"]),
        ("completions", vec!["bash", "zsh", "fish", "powershell"]),
        ("help", about),
    ]
}

/// The words of the slash dialect with one line about each. A value comes after the colon.
fn slash() -> impl Iterator<Item = (String, &'static str)> {
    parameter::all().map(|row| {
        let colon = match row.value {
            Value::Flag | Value::Switch | Value::Optional(_) => "",
            Value::Required(_) | Value::Choice(_) | Value::Repeated(_) => ":",
        };
        (format!("{}{colon}", row.spelled(Dialect::Slash)), row.brief)
    })
}

fn slash_words(between: &str) -> String {
    let words: Vec<_> = slash().map(|(word, _)| word).collect();
    words.join(between)
}

/// The parameters that take one of a few values, with these.
fn choices() -> impl Iterator<Item = (&'static Parameter, &'static [&'static str])> {
    parameter::all().filter_map(|row| match row.value {
        Value::Choice(words) => Some((row, words)),
        _ => None,
    })
}

/// In bash `:` separates words, so a value is completed as a word after `:`.
pub(super) fn bash(script: &str, commands: &[&'static str]) -> String {
    let values = choices()
        .map(|(row, words)| {
            let name = row.slash.to_lowercase();
            format!("            /{name}) words=\"{}\" ;;\n", words.join(" "))
        })
        .collect::<Vec<_>>()
        .concat();
    let after = after(commands)
        .iter()
        .map(|(command, words)| format!("        {command}) words=\"{}\" ;;\n", words.join(" ")))
        .collect::<Vec<_>>()
        .concat();
    let own = format!(
        r#"
_azring_matching() {{
    local word
    COMPREPLY=()
    for word in $2; do
        [[ ${{word,,}} == "${{1,,}}"* ]] && COMPREPLY+=("$word")
    done
    [[ ${{#COMPREPLY[@]}} -eq 1 && ${{COMPREPLY[0]}} == *: ]] && compopt -o nospace
    return 0
}}

_azring_all() {{
    local cur="${{COMP_WORDS[COMP_CWORD]}}" prev="${{COMP_WORDS[COMP_CWORD-1]}}" words=""
    local before="${{COMP_WORDS[COMP_CWORD-2]}}"
    if [[ $cur == ":" ]]; then before="$prev"; prev=":"; cur=""; fi
    if [[ $prev == ":" && $before == /* ]]; then
        case "${{before,,}}" in
{values}        esac
        _azring_matching "$cur" "$words"
        return 0
    fi
    if [[ ${{COMP_WORDS[1]}} == jobs && ${{COMP_WORDS[2]}} == @(show|clean) && $cur != [-/]* ]]; then
        _azring_matching "$cur" "$({JOBS})"
        return 0
    fi
    if [[ $COMP_CWORD -eq 2 && $cur != [-/]* ]]; then
        case "${{COMP_WORDS[1]}}" in
{after}        esac
        if [[ -n $words ]]; then _azring_matching "$cur" "$words"; return 0; fi
    fi
    if [[ $cur == /* ]]; then
        _azring_matching "$cur" "{slash}"
        return 0
    fi
    _azring "$@"
}}
"#,
        slash = slash_words(" ")
    );
    let (functions, registration) = cut(script, "\nif [[ \"${BASH_VERSINFO[0]}\"");
    format!(
        "{functions}{own}{}",
        registration.replace("complete -F _azring ", "complete -F _azring_all ")
    )
}

pub(super) fn zsh(script: &str, commands: &[&'static str]) -> String {
    let values = choices()
        .map(|(row, words)| {
            let name = row.slash.to_lowercase();
            format!("            /{name}) found=({}) ;;\n", words.join(" "))
        })
        .collect::<Vec<_>>()
        .concat();
    let after = after(commands)
        .iter()
        .map(|(command, words)| format!("            {command}) found=({}) ;;\n", words.join(" ")))
        .collect::<Vec<_>>()
        .concat();
    let own = format!(
        r#"
_azring_all() {{
    local cur="$PREFIX" command="$words[2]" second="$words[3]"
    local -a found
    if [[ $cur == /*:* ]]; then
        local name="${{cur%%:*}}"
        case "${{(L)name}}" in
{values}        esac
        if (( $#found )); then compset -P '*:'; compadd -a found; return; fi
    fi
    if [[ $command == jobs && $second == (show|clean) && $cur != [-/]* ]]; then
        found=(${{(f)"$({JOBS})"}})
        compadd -a found
        return
    fi
    if (( CURRENT == 3 )) && [[ $cur != [-/]* ]]; then
        case "$command" in
{after}        esac
        if (( $#found )); then compadd -a found; return; fi
    fi
    if [[ $cur == /* && $cur != *:* ]]; then
        found=({slash})
        compadd -M 'm:{{a-zA-Z}}={{A-Za-z}}' -S '' -a found
        return
    fi
    return 1
}}

_azring() {{
    _azring_all || _azring_clap "$@"
}}
"#,
        slash = slash_words(" ")
    );
    let (functions, registration) = cut(script, "\nif [ \"$funcstack[1]\"");
    // zsh knows the script by the name `_azring`, also after the first call.
    let functions = functions.replacen("\n_azring() {", "\n_azring_clap() {", 1);
    format!("{functions}{own}{registration}")
}

pub(super) fn fish(script: &str, commands: &[&'static str]) -> String {
    let mut script = script.to_owned();
    for (word, brief) in slash() {
        let brief = brief.replace('\'', "\\'");
        let _ = writeln!(
            script,
            "complete -c azring -n 'string match -q -- \"/*\" (commandline -ct)' -a '{word}' -d '{brief}'"
        );
    }
    // clap's condition for them does not hold while the value is missing.
    for (row, words) in choices() {
        let (slash, dash) = (row.slash, row.dash[0]);
        let values = words.join(" ");
        let _ = writeln!(
            script,
            "complete -c azring -n 'test (commandline -opc)[-1] = --{dash}' -f -a '{values}'"
        );
        let values = words.iter().map(|word| format!("/{slash}:{word}"));
        let values = values.collect::<Vec<_>>().join(" ");
        let _ = writeln!(
            script,
            "complete -c azring -n 'string match -qi -- \"/{slash}:*\" (commandline -ct)' -f -a '{values}'"
        );
    }
    for (command, words) in after(commands) {
        let words = words.join(" ");
        let _ = writeln!(
            script,
            "complete -c azring -n '__fish_seen_subcommand_from {command}; and test (count (commandline -opc)) -eq 2' -f -a '{words}'"
        );
    }
    let jobs = JOBS.replace('\\', "\\\\").replace('\'', "\\'");
    let _ = writeln!(
        script,
        "complete -c azring -n '__fish_seen_subcommand_from jobs; and __fish_seen_subcommand_from show clean' -f -a '({jobs})'"
    );
    script
}

pub(super) fn powershell(script: &str, commands: &[&'static str]) -> String {
    let result = |word: &str, kind: &str, brief: &str| {
        let brief = brief.replace('\'', "''");
        format!(
            "            [CompletionResult]::new('{word}', '{word}', [CompletionResultType]::{kind}, '{brief}')\n"
        )
    };
    let own = slash()
        .map(|(word, brief)| result(&word, "ParameterName", brief))
        .collect::<Vec<_>>()
        .concat();
    let cases = commands.iter().map(|command| format!("azring;{command}"));
    let mut script = script.replace(
        "$element.Value.StartsWith('-') -or",
        "$element.Value.StartsWith('-') -or\n                $element.Value.StartsWith('/') -or",
    );
    for case in cases.chain(["azring".to_owned()]) {
        let begin = format!("        '{case}' {{\n");
        let command = case.trim_start_matches("azring").trim_start_matches(';');
        let words = after(commands)
            .iter()
            .filter(|(name, _)| *name == command)
            .flat_map(|(_, words)| words)
            .map(|word| result(word, "ParameterValue", word))
            .collect::<Vec<_>>()
            .concat();
        script = script.replacen(&begin, &format!("{begin}{own}{words}"), 1);
    }
    let jobs = "            azring jobs list 2>$null | Select-String -Pattern '^[0-9a-f]{16}' | \
                ForEach-Object { $job = $_.Matches[0].Value; [CompletionResult]::new($job, $job, \
                [CompletionResultType]::ParameterValue, $job) }\n            break\n        }\n";
    let cases =
        format!("        'azring;jobs;show' {{\n{jobs}        'azring;jobs;clean' {{\n{jobs}");
    script.replacen(
        "        'azring;jobs' {\n",
        &format!("{cases}        'azring;jobs' {{\n"),
        1,
    )
}

/// The script before a text, and from it on.
fn cut<'a>(script: &'a str, text: &str) -> (&'a str, &'a str) {
    script
        .find(text)
        .map_or((script, ""), |at| script.split_at(at))
}

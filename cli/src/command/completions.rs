//! `azring completions SHELL`: the completion script of a shell.
//!
//! clap makes the script for commands and words of the dash dialect; [`slash_words`] adds the rest.

mod slash_words;

use std::ffi::OsString;
use std::sync::Arc;

use clap_complete::{Shell, generate};

use super::definition::Command;
use super::generate::{clap_description, command_names};
use crate::console::Console;
use crate::ending::Ending;
use crate::help::CommandHelp;
use crate::mask::shown;
use crate::usage_error::UsageError;

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "completions",
        usage: "bash|zsh|fish|powershell",
        brief: "Print a script that completes parameters in a shell",
    },
    taken: &[],
    has_own_help: false,
    run,
};

fn run(list: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    let name = match list {
        [name] => name.to_string_lossy().to_lowercase(),
        _ => {
            return Err(UsageError::meaning(
                "`completions` needs the name of a shell: `bash`, `zsh`, `fish` or `powershell`",
            ));
        }
    };
    let Some(shell) = shell(&name) else {
        return Err(UsageError::meaning(format!(
            "`{}` has no completions: the shells with completions are `bash`, `zsh`, `fish` and `powershell`",
            shown(&name)
        )));
    };
    console.result(script(shell).trim_end());
    Ok(Ending::Success)
}

fn shell(name: &str) -> Option<Shell> {
    Some(match name {
        "bash" => Shell::Bash,
        "zsh" => Shell::Zsh,
        "fish" => Shell::Fish,
        "powershell" | "pwsh" => Shell::PowerShell,
        _ => return None,
    })
}

fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    generate(shell, &mut clap_description(), "azring", &mut script);
    let script = String::from_utf8_lossy(&script);
    let commands = command_names();
    match shell {
        Shell::Bash => slash_words::bash(&script, &commands),
        Shell::Zsh => slash_words::zsh(&script, &commands),
        Shell::Fish => slash_words::fish(&script, &commands),
        Shell::PowerShell => slash_words::powershell(&script, &commands),
        // `azring completions` offers no other.
        _ => script.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter;

    #[test]
    fn every_shell_learns_every_parameter_and_every_command() {
        for name in ["bash", "zsh", "fish", "powershell"] {
            let script = script(shell(name).unwrap());
            for row in parameter::all() {
                assert!(script.contains(row.dash[0]), "{name}: {}", row.dash[0]);
            }
            for command in command_names() {
                assert!(script.contains(command), "{name}: {command}");
            }
            // clap_complete's script for PowerShell completes names only.
            for word in ["/SourceKey:", "/IO:", "jobs list", "exitcodes", "download"] {
                assert!(script.contains(word), "{name}: {word}");
            }
            let knows_choices = script.contains("threads");
            assert!(knows_choices || name == "powershell", "{name}");
        }
    }
}

//! What shells complete with the scripts of `azring completions`. The shells are started; nothing is copied but for a job to name.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::service::Service;
use super::terminal::Terminal;
use super::{azring, run};

/// A folder with the script of a shell, a job, and the environment in which the shell finds azring.
struct Stage {
    service: Service,
    job: String,
}

impl Stage {
    /// The script is in the file `name`.
    fn new(shell: &str, name: &str) -> Self {
        let service = Service::with_files(&[("a", 1), ("b", 1)]);
        fs::write(service.path(name), run(&["completions", shell]).results).unwrap();
        service.set_faults(
            r#"{"rules": [{"when": {"method": "PUT", "path": "*/b"},
                 "then": {"answer": {"status": 403, "code": "AuthorizationFailure"}}}]}"#,
        );
        let failed = azring(&service.upload(&["/Y"]))
            .env("XDG_STATE_HOME", service.path("state"))
            .output()
            .unwrap();
        assert_eq!(failed.status.code(), Some(1), "a job that can be resumed");
        let mut stage = Self {
            service,
            job: String::new(),
        };
        let program = env!("CARGO_BIN_EXE_azring");
        let listed = stage.shell(program, &["jobs", "list"]);
        let job = listed.split_whitespace().find(|word| word.len() == 16);
        job.unwrap_or_else(|| panic!("no job: {listed}"))
            .clone_into(&mut stage.job);
        stage
    }

    /// A command that finds azring and its jobs, and nothing of the user.
    fn command(&self, program: &str, words: &[&str]) -> Command {
        let folder = Path::new(env!("CARGO_BIN_EXE_azring")).parent().unwrap();
        let mut command = Command::new(program);
        command
            .args(words)
            .current_dir(self.service.folder())
            .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
            .env("HOME", self.service.folder())
            .env("XDG_STATE_HOME", self.service.path("state"))
            .env("XDG_CONFIG_HOME", self.service.path("config"))
            .env("XDG_DATA_HOME", self.service.path("data"))
            .env("AZRING_CONFIG", "");
        command
    }

    /// What a shell prints.
    fn shell(&self, program: &str, words: &[&str]) -> String {
        let output = self.command(program, words).output();
        let output = output.unwrap_or_else(|error| panic!("Debian's package {program}: {error}"));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && errors.is_empty(), "{errors}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// What is typed, and the words that come of it; `JOB` is the job.
const TYPED: [(&str, &str); 8] = [
    ("azring /SourceK", "/SourceKey:"),
    ("azring /sourcek", "/SourceKey:"),
    ("azring /IO:th", "threads"),
    ("azring --io th", "threads"),
    ("azring sync --delete-e", "--delete-empty-folders"),
    ("azring jobs sh", "show"),
    ("azring jobs show ", "JOB"),
    ("azring help exitc", "exitcodes"),
];

#[test]
fn fish_completes_slash_words_values_and_jobs() {
    let stage = Stage::new("fish", "azring.fish");
    for (typed, expected) in TYPED {
        let asked = format!("source azring.fish; complete -C '{typed}'");
        let offered = stage.shell("fish", &["--no-config", "-c", &asked]);
        let words: Vec<_> = offered
            .lines()
            .filter_map(|line| line.split('\t').next())
            .collect();
        let expected = expected.replace("JOB", &stage.job);
        let whole = format!("/IO:{expected}");
        assert!(
            words == [expected.as_str()] || words == [whole.as_str()],
            "`{typed}`: {offered}"
        );
    }
}

#[test]
fn bash_completes_slash_words_values_and_jobs() {
    let stage = Stage::new("bash", "azring.bash");
    for (typed, expected) in TYPED {
        // As readline cuts a line into words: a colon is one.
        let words = typed.replace(':', " : ");
        let script = format!(
            "compopt() {{ :; }}; source azring.bash; words='{words}'; read -ra COMP_WORDS <<<\"$words\"
             [[ $words != *' ' ]] || COMP_WORDS+=('')
             COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMP_LINE=$words
             _azring_all azring \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"
             echo \"${{COMPREPLY[*]}}\""
        );
        let offered = stage.shell("bash", &["--norc", "-c", &script]);
        let expected = expected.replace("JOB", &stage.job);
        assert_eq!(offered.trim_end(), expected, "`{typed}`");
    }
}

#[test]
fn zsh_completes_slash_words_values_and_jobs() {
    let stage = Stage::new("zsh", "_azring");
    let mut command = stage.command("zsh", &["-f", "-i"]);
    command.env("PS1", "");
    let mut terminal = Terminal::start(&command, "xterm-256color", 120);
    terminal.type_in("fpath=($PWD $fpath); autoload -U compinit; compinit -u -D; echo rea''dy\n");
    terminal.wait_for("ready", 1);
    for (typed, expected) in TYPED {
        let expected = expected.replace("JOB", &stage.job);
        // The last word is replaced, or what stands after its colon.
        let (before, last) = typed.rsplit_once(' ').unwrap();
        let kept = last.split_once(':').map_or("", |(name, _)| name);
        let colon = if kept.is_empty() { "" } else { ":" };
        let whole = format!("{before} {kept}{colon}{expected}");
        terminal.type_in(&format!("{typed}\t"));
        let screen = terminal.wait_for_screen(|screen| screen.contains(&whole));
        assert!(screen.contains(&whole), "{screen}");
        // An empty line and a clear screen.
        terminal.type_in("\x15\x0c");
        terminal.wait_for_screen(|screen| !screen.contains("azring"));
    }
    terminal.type_in("exit\n");
    terminal.end();
}

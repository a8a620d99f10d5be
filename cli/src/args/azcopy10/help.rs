//! The help page of a command of AzCopy 10: its flags, and what azring does with each.

use super::Verb;
use super::flag::{Flag, Verdict, set_of};
use super::flags::FLAGS;
use crate::parameter::Dialect;

/// The page about a command.
pub(crate) fn page(verb: Verb) -> String {
    let places = match verb {
        Verb::Copy | Verb::Sync => "<source> <destination> ",
        Verb::Remove | Verb::Make | Verb::List | Verb::SetProperties | Verb::Bench => "<url> ",
        Verb::JobsShow | Verb::JobsResume | Verb::JobsRemove => "<job> ",
        Verb::JobsList
        | Verb::JobsClean
        | Verb::Login
        | Verb::LoginStatus
        | Verb::Logout
        | Verb::Env => "",
    };
    let mut text = format!(
        "Usage: azring {} {places}[flags]\n\n\
         The command of AzCopy 10, with its flags. Each with azring's own parameter or remark:\n",
        verb.name()
    );
    for flag in FLAGS {
        if flag.verbs & set_of(verb) != 0 && flag.name != "help" {
            text.push('\n');
            text.push_str(&line(flag));
        }
    }
    text
}

fn line(flag: &Flag) -> String {
    let value = if flag.is_switch {
        "[=true|false]"
    } else {
        "=<value>"
    };
    let remark = match flag.verdict {
        Verdict::Row(parameter)
        | Verdict::RowUnless(parameter, _)
        | Verdict::Words(parameter, _) => parameter.spelled(Dialect::Dash),
        Verdict::Composed => "supported".to_owned(),
        Verdict::Idle(why) => format!("accepted: {why}"),
        Verdict::Noted(why) => format!("accepted without effect: {why}"),
        Verdict::Refused { unless, why } => match unless.iter().find(|word| !word.is_empty()) {
            Some(word) => format!("refused unless `{word}`: {why}"),
            None => format!("refused: {why}"),
        },
    };
    format!("  --{}{value}\n      {remark}", flag.name)
}

"""./lab completion: prints a script that completes ./lab's commands, options and their values in your shell.

It is made from the commands' own parsers. In bash: source <(./lab completion bash). In zsh, after compinit: the same with
zsh in it. To have it in every new shell, write the script to a file and source that in ~/.bashrc or ~/.zshrc."""
from lab.services.terminal import say

SUMMARY = "print a script that completes ./lab's words in bash or zsh"
EXAMPLE = "./lab completion bash"
ASKS_FOR_PARSERS = True
HEAD = "# Completes RadixLab's ./lab. Made by: ./lab completion {shell}"
BASH = """{head}
_radixlab() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} words
  if ((COMP_CWORD == 1)); then before=; fi
  case "$((COMP_CWORD > 1)) ${{COMP_WORDS[1]}} $before" in
{arms}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _radixlab lab"""
ZSH = """{head}
_radixlab() {{
  local before=${{words[CURRENT - 1]}}
  case "$((CURRENT > 2)) ${{words[2]}} $before" in
{arms}
  esac
}}
compdef _radixlab lab"""
SHELLS = {"bash": (BASH, 'words="{}"'), "zsh": (ZSH, "compadd -- {}")}


def add_arguments(parser):
    parser.add_argument("shell", nargs="?", choices=SHELLS, default="bash", help="the shell that reads it (default: bash)")


def run(arguments):
    say(script(arguments.shell, arguments.parsers))
    return 0


def script(shell, parsers):
    """`parsers`: {command: parser}. Each arm of the case is one thing to complete, the narrower first."""
    frame, give = SHELLS[shell]
    arms = [f'    "0 "*) {give.format(" ".join(parsers))} ;;']
    for name, parser in parsers.items():
        words = []
        for action in parser._actions:
            values = [*(action.choices or ()), *getattr(action, "completes", ())]
            words += action.option_strings or values
            if action.option_strings and action.nargs != 0:
                before = "|".join(f'"1 {name} {option}"' for option in action.option_strings)
                arms.append(f"    {before}) {give.format(' '.join(values)) if values else ':'} ;;")
        arms.append(f'    "1 {name} "*) {give.format(" ".join(words))} ;;')
    return frame.format(head=HEAD.format(shell=shell), arms="\n".join(arms))

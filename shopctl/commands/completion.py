"""Print the scripts that let a shell complete command lines."""

from __future__ import annotations

from typing import Annotated, Final

from shopctl.commands.call import Call
from shopctl.commands.declaring import noun
from shopctl.commands.options import Choice, argument

app = noun("", "Completion")


class Shell(Choice):
    """Shells that can be taught."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


_BASH: Final = r"""# bash completion of shopctl: eval "$(shopctl completion bash)"
_shopctl() {
    local line="${COMP_LINE:0:COMP_POINT}" word
    local typed="${line##*[[:space:]]}"
    # readline keeps what stands before its last separator, such as the @ of a saved search
    local kept="${typed%"${typed##*["$COMP_WORDBREAKS"]}"}"
    COMPREPLY=()
    while IFS= read -r word; do
        if [[ -z $kept ]]; then
            COMPREPLY+=("$(printf %q "$word")")
        elif [[ ${word:0:${#kept}} == "$kept" ]]; then
            COMPREPLY+=("${word:${#kept}}")
        fi
    done < <(shopctl __complete "$line" 2>/dev/null)
}
complete -o bashdefault -o default -F _shopctl shopctl
"""

_ZSH: Final = r"""#compdef shopctl
# zsh completion of shopctl: eval "$(shopctl completion zsh)" after compinit, or a file _shopctl in a directory of fpath
_shopctl() {
    local -a found
    found=("${(@f)$(shopctl __complete "${(j: :)words[1,CURRENT]}" 2>/dev/null)}")
    if [[ -n ${found[1]} ]]; then
        compadd -U -a found
    else
        _files
    fi
}
if [[ ${funcstack[1]} == _shopctl ]]; then
    _shopctl "$@"
else
    compdef _shopctl shopctl
fi
"""

_FISH: Final = r"""# fish completion of shopctl: shopctl completion fish | source
complete -c shopctl -a '(shopctl __complete (commandline -cp | string collect) 2>/dev/null)'
"""

SCRIPTS: Final = {Shell.BASH: _BASH, Shell.ZSH: _ZSH, Shell.FISH: _FISH}


@app.command(
    "completion",
    examples=[
        ('eval "$(shopctl completion bash)"', "in ~/.bashrc"),
        ("shopctl completion zsh >~/.zfunc/_shopctl", "in a directory of fpath"),
        ("shopctl completion fish | source", "in ~/.config/fish/config.fish"),
    ],
    exits="0 done · 2 no such shell",
)
def completion(call: Call, shell: Annotated[Shell, argument("SHELL", "bash, zsh or fish")]) -> None:
    """Print the completion script of a shell.

    With it, words, options, document numbers, customer codes, SKUs and saved searches are completed.
    """
    call.out.raw(SCRIPTS[shell])

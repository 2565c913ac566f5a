/** What a shell is told once: that it asks `connects complete` for whatever may come next. */

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Printed alone: the shell is to list files itself. */
export const FILES_LINE = ':files';

export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# Tab behind "connects", for bash
_connects() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = '${FILES_LINE}' ]; then
      compopt -o default 2>/dev/null
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <("$1" complete bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _connects connects`,
  zsh: `#compdef connects
_connects() {
  local line
  local -a found
  while IFS= read -r line; do
    if [[ $line == '${FILES_LINE}' ]]; then
      _files
      return
    fi
    found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <("\${words[1]}" complete zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe -V 'connects' found
}
if [[ $funcstack[1] == _connects ]]; then
  _connects "$@"
else
  compdef _connects connects
fi`,
  fish: `# Tab behind "connects", for fish
function __connects_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    for line in ($typed[1] complete fish -- $typed[2..-1] "$current" 2>/dev/null)
        if test "$line" = '${FILES_LINE}'
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c connects -f -a '(__connects_complete)'`,
};

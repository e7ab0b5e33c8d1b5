import type { SHELLS } from './shells.ts'

// Words are split at blanks only: bash would break app:release and --cluster=staging at : and =, so what stands before
// the last of these is taken off again from what is offered.
const BASH = `_flight() {
  local line="\${COMP_LINE:0:COMP_POINT}" current first prefix
  local -a words=() answer=()
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  current="\${words[\${#words[@]}-1]}"
  mapfile -t answer < <("\${words[0]}" complete -- "\${words[@]:1}" 2>/dev/null)
  first="\${answer[0]:-}"
  COMPREPLY=()
  case $first in
    :files) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "\${current##*=}"); return ;;
    :folders) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "\${current##*=}"); return ;;
  esac
  prefix="\${current%"\${current##*[:=]}"}"
  local candidate
  for candidate in "\${answer[@]}"; do
    candidate="\${candidate%%$'\\t'*}"
    COMPREPLY+=("\${candidate#"$prefix"}")
  done
}
complete -F _flight flight
`

const ZSH = `#compdef flight
_flight() {
  local -a answer described
  local line word about
  answer=("\${(@f)$("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  case "\${answer[1]:-}" in
    :files) compset -P '*='; _files; return ;;
    :folders) compset -P '*='; _files -/; return ;;
  esac
  for line in $answer; do
    [[ -z $line ]] && continue
    word="\${line%%$'\\t'*}"
    about="\${line#$word}"
    described+=("\${word//:/\\\\:}\${about:+:\${about#$'\\t'}}")
  done
  (( $#described )) && _describe -V flight described
}
compdef _flight flight
`

const FISH = `function __flight_candidates
  set -l words (commandline -opc) (commandline -ct)
  set -l answer ($words[1] complete -- $words[2..-1] 2>/dev/null)
  set -l current (commandline -ct)
  switch "$answer[1]"
    case :files
      __fish_complete_path (string replace -r '^--[a-z-]+=' '' -- $current)
    case :folders
      __fish_complete_directories (string replace -r '^--[a-z-]+=' '' -- $current)
    case '*'
      printf '%s\\n' $answer
  end
end
complete -c flight -f -a '(__flight_candidates)'
`

export function scriptFor(shell: (typeof SHELLS)[number]): string {
  switch (shell) {
    case 'bash':
      return BASH
    case 'zsh':
      return ZSH
    case 'fish':
      return FISH
  }
}

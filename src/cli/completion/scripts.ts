import type { SHELLS } from './shells.ts'

// Words are split at blanks only: bash would break app:release and --cluster=staging at : and =, so what stands before
// the last of these is taken off again from what is offered.
const BASH =
  `_flight() {
  local line="\${COMP_LINE:0:COMP_POINT}" current first prefix each
  local -a words=() answer=()
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  current="\${words[\${#words[@]}-1]}"
  while IFS= read -r each; do answer+=("$each"); done < <("\${words[0]}" complete -- "\${words[@]:1}" 2>/dev/null)
  first="\${answer[0]:-}"
  COMPREPLY=()
  case $first in
    :files) compopt -o filenames 2>/dev/null; while IFS= read -r each; do COMPREPLY+=("$each"); done < <(compgen -f ` +
  `-- "\${current##*=}"); return ;;
    :folders) compopt -o filenames 2>/dev/null; while IFS= read -r each; do COMPREPLY+=("$each"); done < <(compgen ` +
  `-d -- "\${current##*=}"); return ;;
  esac
  prefix="\${current%"\${current##*[:=]}"}"
  for each in "\${answer[@]}"; do
    each="\${each%%$'\\t'*}"
    COMPREPLY+=("\${each#"$prefix"}")
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
  set -l flag (string match -r '^--[a-z-]+=' -- $current; or echo '')
  set -l path (string replace -r '^--[a-z-]+=' '' -- $current)
  switch "$answer[1]"
    case :files
      for each in (__fish_complete_path $path)
        printf '%s\\n' $flag$each
      end
    case :folders
      for each in (__fish_complete_directories $path)
        printf '%s\\n' $flag$each
      end
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

/**
 * Completion scripts. Each script calls `hm __complete -- WORDS... CURRENT`, so that none becomes
 * outdated. The output has one candidate per line, with a tab before a description. A line `:files`
 * or `:directories` delegates to the shell's own completion.
 */
export const scripts = {
  bash: `# bash completion of hm
_hm() {
  local line value
  COMPREPLY=()
  # bash splits at = and :, which belong to our words.
  local words cword cur
  if declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref -n =: cur words cword
  else
    words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD cur=\${COMP_WORDS[COMP_CWORD]}
  fi
  while IFS= read -r line; do
    value=\${line%%$'\\t'*}
    case $value in
      :files) compopt -o default ;;
      :directories) compopt -o dirnames ;;
      *) COMPREPLY+=("$value") ;;
    esac
  done < <(hm __complete -- "\${words[@]:1:cword}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
  if declare -F __ltrim_colon_completions >/dev/null; then __ltrim_colon_completions "$cur"; fi
}
complete -F _hm hm`,
  zsh: `#compdef hm
_hm() {
  local line value about
  local -a found
  while IFS= read -r line; do
    value=\${line%%$'\\t'*}
    about=\${line#*$'\\t'}
    case $value in
      :files) _files; return ;;
      :directories) _files -/; return ;;
    esac
    if [[ $about == $line ]]; then found+=("\${value//:/\\\\:}"); else found+=("\${value//:/\\\\:}:$about"); fi
  done < <(hm __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe -V 'hm' found
}
if [[ $funcstack[1] == _hm ]]; then _hm "$@"; else compdef _hm hm; fi`,
  fish: `# fish completion of hm
function __hm_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in (hm __complete -- $words[2..-1] 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path (commandline -ct)
            case ':directories'
                __fish_complete_directories (commandline -ct)
            case '*'
                echo $line
        end
    end
end
complete -c hm -f -a '(__hm_complete)'`,
  powershell: `# PowerShell completion of hm
Register-ArgumentCompleter -Native -CommandName hm -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
    $words += $wordToComplete
    hm __complete -- @words 2>$null | ForEach-Object {
        $value, $about = $_ -split "\`t", 2
        if ($value -notlike ':*') {
            if (-not $about) { $about = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
        }
    }
}`,
} as const

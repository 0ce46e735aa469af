/* skald completion: a script for the shell, made from the command table. */
import type {Command} from './command.ts'
import {EXIT_OK, UsageError} from './command.ts'

export function completionCommand(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    summary: 'print a completion script for bash, zsh or fish',
    usage: 'bash|zsh|fish',
    examples: [
      'source <(skald completion bash)',
      'skald completion zsh > "${fpath[1]}/_skald"',
      'skald completion fish > ~/.config/fish/completions/skald.fish',
    ],
    flags: {},
    run: (_values, [shell], io) => {
      const script = SHELLS[shell ?? '']
      if (script === undefined) return Promise.reject(new UsageError('give bash, zsh or fish'))
      io.out.write(script(commands()))
      return Promise.resolve(EXIT_OK)
    },
  }
}

function flagsOf(command: Command): string[] {
  return [...Object.keys(command.flags), ...(command.extraFlags?.() ?? []), 'help'].map(name => `--${name}`)
}

/** Of flags with choices: the ways to write the flag, and the choices. */
function choicesOf(command: Command): {names: string[]; choices: readonly string[]}[] {
  return Object.entries(command.flags).flatMap(([name, {short, choices}]) =>
    choices === undefined ? [] : [{names: [`--${name}`, ...(short === undefined ? [] : [`-${short}`])], choices}],
  )
}

function bash(commands: readonly Command[]): string {
  const names = commands.map(c => c.name).join(' ')
  const cases = commands.map(c => `    ${c.name}) words="${flagsOf(c).join(' ')}" ;;`).join('\n')
  const values = commands.flatMap(c =>
    choicesOf(c).map(({names, choices}) => `    ${names.map(name => `"${c.name} ${name}"`).join('|')}) values="${choices.join(' ')}" ;;`),
  )
  values.push(`    "help help") values="${names}" ;;`, `    "completion completion") values="${Object.keys(SHELLS).join(' ')}" ;;`)
  return `# bash completion of skald
_skald() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words values=
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names} help --help --version" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases}
  esac
  case "\${COMP_WORDS[1]} \${COMP_WORDS[COMP_CWORD-1]}" in
${values.join('\n')}
  esac
  if [ -n "$values" ]; then COMPREPLY=($(compgen -W "$values" -- "$current"))
  elif [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "$words" -- "$current"))
  else COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -F _skald skald
`
}

const shellQuote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

function zsh(commands: readonly Command[]): string {
  const names = commands.map(c => `    ${shellQuote(`${c.name}:${c.summary}`)}`).join('\n')
  const cases = commands.map(c => `    ${c.name}) compadd -- ${flagsOf(c).join(' ')}; _files ;;`).join('\n')
  return `#compdef skald
_skald() {
  local -a commands
  commands=(
${names}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case "$words[2]" in
${cases}
  esac
}
# As a file of $fpath this is read when it is first asked for, and must answer then.
if [ "$funcstack[1]" = _skald ]; then _skald "$@"; else compdef _skald skald; fi
`
}

function fish(commands: readonly Command[]): string {
  const lines = ['# fish completion of skald', 'complete -c skald -n __fish_use_subcommand -f']
  for (const c of commands) {
    lines.push(`complete -c skald -n __fish_use_subcommand -f -a ${c.name} -d ${shellQuote(c.summary)}`)
    for (const {names, choices} of choicesOf(c)) {
      const short = names[1] === undefined ? '' : ` -s ${names[1].slice(1)}`
      lines.push(
        `complete -c skald -n '__fish_seen_subcommand_from ${c.name}' -l ${names[0]!.slice(2)}${short} -x -a '${choices.join(' ')}'`,
      )
    }
    for (const flag of flagsOf(c)) lines.push(`complete -c skald -n '__fish_seen_subcommand_from ${c.name}' -l ${flag.slice(2)}`)
  }
  return `${lines.join('\n')}\n`
}

const SHELLS: Readonly<Record<string, (commands: readonly Command[]) => string>> = {bash, zsh, fish}

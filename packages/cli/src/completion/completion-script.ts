import type { Command } from 'commander'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** A script that completes the commands and options that this version has. */
export function completionScript(program: Command, shell: Shell): string {
  const commands = program.commands
    .filter((command) => !(command as Command & { _hidden?: boolean })._hidden)
    .map((command) => ({
      name: command.name(),
      summary: command.summary() || command.description(),
      subcommands: command.commands.map((one) => one.name()),
      options: [...new Set([command, ...command.commands].flatMap(optionsOf))],
    }))
  return { bash, zsh, fish }[shell](commands)
}

function optionsOf({ options }: Command): readonly string[] {
  return options.flatMap(({ long }) => (long == null ? [] : [long]))
}

/** What may follow the name of a command. */
function wordsOf({ subcommands, options }: Completed): string {
  return [...subcommands, ...options, '--help'].join(' ')
}

interface Completed {
  readonly name: string
  readonly summary: string
  readonly subcommands: readonly string[]
  /** Its own, and those of its subcommands. */
  readonly options: readonly string[]
}

function bash(commands: readonly Completed[]): string {
  const cases = commands.map(
    (command) =>
      `    ${command.name}) COMPREPLY=($(compgen -W "${wordsOf(command)}" -- "$word")) ;;`,
  )
  return `# disredis completion bash > /etc/bash_completion.d/disredis
_disredis() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} help --help --version" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
}
complete -o default -F _disredis disredis`
}

function zsh(commands: readonly Completed[]): string {
  const quote = (text: string) => text.replace(/'/gu, "'\\''").replace(/:/gu, '\\:')
  const cases = commands.map(
    (command) => `    ${command.name}) compadd -- ${wordsOf(command)}; _files ;;`,
  )
  return `#compdef disredis
# disredis completion zsh > "\${fpath[1]}/_disredis"
_disredis() {
  if (( CURRENT == 2 )); then
    local -a commands
    commands=(
${commands.map(({ name, summary }) => `      '${name}:${quote(summary)}'`).join('\n')}
    )
    _describe command commands
    return
  fi
  case "$words[2]" in
${cases.join('\n')}
  esac
}
compdef _disredis disredis`
}

function fish(commands: readonly Completed[]): string {
  const quote = (text: string) => text.replace(/[\\']/gu, '\\$&')
  return [
    '# disredis completion fish > ~/.config/fish/completions/disredis.fish',
    ...commands.map(
      ({ name, summary }) =>
        `complete -c disredis -n __fish_use_subcommand -f -a ${name} -d '${quote(summary)}'`,
    ),
    ...commands.flatMap(({ name, subcommands }) =>
      subcommands.map(
        (word) => `complete -c disredis -n '__fish_seen_subcommand_from ${name}' -f -a ${word}`,
      ),
    ),
    ...commands.flatMap(({ name, options }) =>
      options.map(
        (option) =>
          `complete -c disredis -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`,
      ),
    ),
  ].join('\n')
}

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
      options: command.options.flatMap(({ long }) => (long == null ? [] : [long])),
    }))
  return { bash, zsh, fish }[shell](commands)
}

interface Completed {
  readonly name: string
  readonly summary: string
  readonly options: readonly string[]
}

function bash(commands: readonly Completed[]): string {
  const cases = commands.map(
    ({ name, options }) =>
      `    ${name}) COMPREPLY=($(compgen -W "${[...options, '--help'].join(' ')}" -- "$word")) ;;`,
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
    ({ name, options }) => `    ${name}) compadd -- ${[...options, '--help'].join(' ')}; _files ;;`,
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
    ...commands.flatMap(({ name, options }) =>
      options.map(
        (option) =>
          `complete -c disredis -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`,
      ),
    ),
  ].join('\n')
}

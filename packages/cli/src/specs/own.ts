import type { CommandSpec } from './spec.ts'

/** Commands about `hm` itself. */
export const ownSpecs = {
  'config list': { summary: 'List every setting with its value and source', query: true },
  'config get': {
    summary: 'Print one setting',
    args: { key: { required: true, summary: 'name of the setting', complete: 'config-key' } },
    query: true,
  },
  'config set': {
    summary: "Write one setting to your file, or to the project's with --project",
    args: {
      key: { required: true, summary: 'name of the setting', complete: 'config-key' },
      value: { required: true, summary: 'its value' },
    },
    flags: { project: { kind: 'boolean', summary: 'write .hm/config.toml instead of your own file' } },
    about: ['Other settings and comments in the file stay unchanged.'],
  },
  'config path': { summary: 'Print the paths of configuration files', query: true },
  completion: {
    summary: 'Print the completion script of a shell',
    args: { shell: { required: true, choices: ['bash', 'zsh', 'fish', 'powershell'], summary: 'your shell' } },
    examples: [
      ['hm completion bash > ~/.local/share/bash-completion/completions/hm', 'bash'],
      ['hm completion zsh > ~/.zfunc/_hm', 'zsh, with ~/.zfunc in fpath'],
      ['hm completion fish > ~/.config/fish/completions/hm.fish', 'fish'],
    ],
  },
  version: { summary: 'Print the version', query: true },
  'plugin list': { summary: 'List plugins (none: everything is built in)', query: true },
  help: {
    summary: 'Show help for a command',
    args: { command: { multiple: true, summary: 'the command', complete: 'command' } },
    hidden: true,
  },
  __complete: {
    summary: 'List completions of a command line, for completion scripts',
    args: { words: { multiple: true, summary: 'the line so far' } },
    hidden: true,
  },
} as const satisfies Readonly<Record<string, CommandSpec>>

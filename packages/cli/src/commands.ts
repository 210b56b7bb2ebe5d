import type { Handler } from './command.ts'
import type { CommandSpec } from './spec.ts'
import { type CommandName, specs } from './specs/index.ts'

export interface Command {
  readonly name: CommandName
  readonly spec: CommandSpec
  /** Loads the command's module, and with it everything that only this command needs. */
  readonly load: () => Promise<{ readonly run: Handler<never> }>
}

function command<Name extends CommandName>(name: Name, load: () => Promise<{ readonly run: Handler<Name> }>): Command {
  return { name, spec: specs[name], load }
}

/** The commands that there are, in the order of `hm help`. */
export const commands: readonly Command[] = [
  command('init', () => import('./init/init.ts')),
  command('run', () => import('./run/run.ts')),
  command('logs', () => import('./run/logs.ts')),
  command('retry', () => import('./run/retry.ts')),
  command('watch', () => import('./local/watch.ts')),
  command('render', () => import('./local/render.ts')),
  command('pipelines', () => import('./local/pipelines.ts')),
  command('cache ls', () => import('./local/cache-ls.ts')),
  command('cache du', () => import('./local/cache-du.ts')),
  command('cache explain', () => import('./local/cache-explain.ts')),
  command('cache clean', () => import('./local/cache-clean.ts')),
  command('image list', () => import('./local/image-list.ts')),
  command('image pull', () => import('./local/image-pull.ts')),
  command('image import', () => import('./local/image-import.ts')),
  command('image rm', () => import('./local/image-rm.ts')),
  command('config list', () => import('./own/config-list.ts')),
  command('config get', () => import('./own/config-get.ts')),
  command('config set', () => import('./own/config-set.ts')),
  command('config path', () => import('./own/config-path.ts')),
  command('completion', () => import('./own/completion.ts')),
  command('version', () => import('./own/version.ts')),
  command('plugin list', () => import('./own/plugin-list.ts')),
  command('help', () => import('./own/help.ts')),
  command('__complete', () => import('./own/complete.ts')),
]

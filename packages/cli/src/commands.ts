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
  command('doctor', () => import('./doctor/doctor.ts')),
  command('run', () => import('./run/run.ts')),
  command('status', () => import('./run/status.ts')),
  command('why', () => import('./run/why.ts')),
  command('logs', () => import('./run/logs.ts')),
  command('history', () => import('./local/history.ts')),
  command('retry', () => import('./run/retry.ts')),
  command('shell', () => import('./shell/shell.ts')),
  command('exec', () => import('./shell/exec.ts')),
  command('watch', () => import('./local/watch.ts')),
  command('validate', () => import('./local/validate.ts')),
  command('graph', () => import('./local/graph.ts')),
  command('render', () => import('./local/render.ts')),
  command('pipelines', () => import('./local/pipelines.ts')),
  command('cache ls', () => import('./local/cache-ls.ts')),
  command('cache du', () => import('./local/cache-du.ts')),
  command('cache explain', () => import('./local/cache-explain.ts')),
  command('cache clean', () => import('./local/cache-clean.ts')),
  command('cache save', () => import('./local/cache-save.ts')),
  command('cache restore', () => import('./local/cache-restore.ts')),
  command('image list', () => import('./local/image-list.ts')),
  command('image pull', () => import('./local/image-pull.ts')),
  command('image import', () => import('./local/image-import.ts')),
  command('image rm', () => import('./local/image-rm.ts')),
  command('login', () => import('./cloud/login.ts')),
  command('logout', () => import('./cloud/logout.ts')),
  command('whoami', () => import('./cloud/whoami.ts')),
  command('org list', () => import('./cloud/org-list.ts')),
  command('org switch', () => import('./cloud/org-switch.ts')),
  command('pipeline list', () => import('./cloud/pipeline-list.ts')),
  command('pipeline show', () => import('./cloud/pipeline-show.ts')),
  command('pipeline create', () => import('./cloud/pipeline-create.ts')),
  command('pipeline set', () => import('./cloud/pipeline-set.ts')),
  command('build list', () => import('./cloud/build-list.ts')),
  command('build show', () => import('./cloud/build-show.ts')),
  command('build watch', () => import('./cloud/build-watch.ts')),
  command('build create', () => import('./cloud/build-create.ts')),
  command('build open', () => import('./cloud/build-open.ts')),
  command('job list', () => import('./cloud/job-list.ts')),
  command('job show', () => import('./cloud/job-show.ts')),
  command('job log', () => import('./cloud/job-log.ts')),
  command('cancel', () => import('./run/cancel.ts')),
  command('rebuild', () => import('./cloud/rebuild.ts')),
  command('secret set', () => import('./cloud/secret-set.ts')),
  command('secret list', () => import('./cloud/secret-list.ts')),
  command('secret rm', () => import('./cloud/secret-rm.ts')),
  command('token create', () => import('./cloud/token-create.ts')),
  command('token list', () => import('./cloud/token-list.ts')),
  command('token revoke', () => import('./cloud/token-revoke.ts')),
  command('artifact list', () => import('./own/no-artifacts.ts')),
  command('artifact get', () => import('./own/no-artifacts.ts')),
  command('billing balance', () => import('./cloud/billing-balance.ts')),
  command('billing transactions', () => import('./cloud/billing-transactions.ts')),
  command('billing usage', () => import('./cloud/billing-usage.ts')),
  command('billing topup', () => import('./cloud/billing-topup.ts')),
  command('billing redeem', () => import('./cloud/billing-redeem.ts')),
  command('cloud run', () => import('./cloud/cloud-run.ts')),
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

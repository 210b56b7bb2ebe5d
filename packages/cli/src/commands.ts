import type { Handler } from './context.ts'
import { type CommandName, specs } from './specs/index.ts'
import type { CommandSpec } from './specs/spec.ts'

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
  command('run', () => import('./commands/run.ts')),
  command('status', () => import('./commands/status.ts')),
  command('why', () => import('./commands/why.ts')),
  command('logs', () => import('./commands/logs.ts')),
  command('history', () => import('./inspect/history.ts')),
  command('retry', () => import('./commands/retry.ts')),
  command('shell', () => import('./commands/shell.ts')),
  command('exec', () => import('./commands/exec.ts')),
  command('watch', () => import('./runs/watch.ts')),
  command('validate', () => import('./project/validate.ts')),
  command('graph', () => import('./project/graph.ts')),
  command('render', () => import('./project/render.ts')),
  command('pipelines', () => import('./project/pipelines.ts')),
  command('cache ls', () => import('./sandboxes/cache-ls.ts')),
  command('cache du', () => import('./sandboxes/cache-du.ts')),
  command('cache explain', () => import('./inspect/cache-explain.ts')),
  command('cache clean', () => import('./sandboxes/cache-clean.ts')),
  command('cache save', () => import('./sandboxes/cache-save.ts')),
  command('cache restore', () => import('./sandboxes/cache-restore.ts')),
  command('image list', () => import('./sandboxes/image-list.ts')),
  command('image pull', () => import('./sandboxes/image-pull.ts')),
  command('image import', () => import('./sandboxes/image-import.ts')),
  command('image rm', () => import('./sandboxes/image-rm.ts')),
  command('login', () => import('./account/login.ts')),
  command('logout', () => import('./account/logout.ts')),
  command('whoami', () => import('./account/whoami.ts')),
  command('org list', () => import('./account/org-list.ts')),
  command('org switch', () => import('./account/org-switch.ts')),
  command('pipeline list', () => import('./builds/pipeline-list.ts')),
  command('pipeline show', () => import('./builds/pipeline-show.ts')),
  command('pipeline create', () => import('./builds/pipeline-create.ts')),
  command('pipeline set', () => import('./builds/pipeline-set.ts')),
  command('build list', () => import('./builds/build-list.ts')),
  command('build show', () => import('./builds/build-show.ts')),
  command('build watch', () => import('./builds/build-watch.ts')),
  command('build create', () => import('./builds/build-create.ts')),
  command('build open', () => import('./builds/build-open.ts')),
  command('job list', () => import('./builds/job-list.ts')),
  command('job show', () => import('./builds/job-show.ts')),
  command('job log', () => import('./builds/job-log.ts')),
  command('cancel', () => import('./commands/cancel.ts')),
  command('rebuild', () => import('./builds/rebuild.ts')),
  command('secret set', () => import('./account/secret-set.ts')),
  command('secret list', () => import('./account/secret-list.ts')),
  command('secret rm', () => import('./account/secret-rm.ts')),
  command('token create', () => import('./account/token-create.ts')),
  command('token list', () => import('./account/token-list.ts')),
  command('token revoke', () => import('./account/token-revoke.ts')),
  command('artifact list', () => import('./commands/no-artifacts.ts')),
  command('artifact get', () => import('./commands/no-artifacts.ts')),
  command('billing balance', () => import('./account/billing-balance.ts')),
  command('billing transactions', () => import('./account/billing-transactions.ts')),
  command('billing usage', () => import('./account/billing-usage.ts')),
  command('billing topup', () => import('./account/billing-topup.ts')),
  command('billing redeem', () => import('./account/billing-redeem.ts')),
  command('cloud run', () => import('./builds/cloud-run.ts')),
  command('config list', () => import('./config/config-list.ts')),
  command('config get', () => import('./config/config-get.ts')),
  command('config set', () => import('./config/config-set.ts')),
  command('config path', () => import('./config/config-path.ts')),
  command('completion', () => import('./completion/completion.ts')),
  command('version', () => import('./commands/version.ts')),
  command('plugin list', () => import('./commands/plugin-list.ts')),
  command('help', () => import('./command-line/show-help.ts')),
  command('__complete', () => import('./completion/complete.ts')),
]

/**
 * The operator's commands. Each command loads its own modules, so that `config` needs no database.
 */
import process from 'node:process'
import type { Environment } from '../platform/settings/read-settings.ts'

type Run = (args: readonly string[], environment: Environment) => Promise<void>

interface Command {
  /** The syntax of the arguments. */
  readonly usage: string
  readonly load: () => Promise<Run>
}

export const commands: Readonly<Record<string, Command>> = {
  config: { usage: '', load: async () => config },
  backup: { usage: 'FILE', load: async () => (await import('./backup.ts')).backup },
  restore: { usage: 'FILE', load: async () => (await import('./backup.ts')).restore },
  blobs: { usage: 'copy s3://BUCKET/PREFIX|file:/DIRECTORY', load: async () => (await import('./blobs.ts')).blobs },
  'setup-link': { usage: '[EMAIL]', load: async () => (await import('./setup-link.ts')).printSetupLink },
  grant: { usage: 'ORGANIZATION DOLLARS [NOTE]', load: async () => (await import('./money.ts')).grant },
  limits: {
    usage: '[ORGANIZATION[/PIPELINE] NUMBER|none | ORGANIZATION artifacts SIZE|none]',
    load: async () => (await import('./limits.ts')).limits,
  },
  coupon: {
    usage: 'create CODE DOLLARS [--uses N] [--expires DATE] | list',
    load: async () => (await import('./coupon.ts')).coupon,
  },
  'runner-key': {
    usage:
      'create --pool POOL [--organizations A,B] [--labels A,B] [--no-secrets] [--uses N] [--expires DATE] | list | revoke ID',
    load: async () => (await import('./runner-key.ts')).runnerKey,
  },
  runner: {
    usage: 'list | drain RUNNER | resume RUNNER | revoke RUNNER | rotate-key',
    load: async () => (await import('./runner.ts')).runner,
  },
  drain: { usage: '', load: async () => (await import('./drain.ts')).drain },
  'forget-lost': { usage: '', load: async () => (await import('./lost-key/forget-lost.ts')).forgetLost },
  refund: { usage: 'CHECKOUT', load: async () => (await import('./money.ts')).refund },
}

async function config(_args: readonly string[], environment: Environment): Promise<void> {
  const { describeSettings, printSettings } = await import('../platform/settings/describe-settings.ts')
  process.stdout.write(`${printSettings(describeSettings(environment))}\n`)
}

/** What an operator can have done beside serving. Each loads its own parts, so that `config` needs no database. */
import process from 'node:process'
import type { Environment } from '../platform/settings/read-settings.ts'

interface Command {
  /** The arguments, as the user would type them. */
  readonly usage: string
  run(args: readonly string[], environment: Environment): Promise<void>
}

export const commands: Readonly<Record<string, Command>> = {
  config: {
    usage: '',
    async run(_args, environment) {
      const { describeSettings, printSettings } = await import('../platform/settings/describe-settings.ts')
      process.stdout.write(`${printSettings(describeSettings(environment))}\n`)
    },
  },
  backup: {
    usage: 'FILE',
    async run(args, environment) {
      const { backup } = await import('./backup.ts')
      await backup(args, environment)
    },
  },
  restore: {
    usage: 'FILE',
    async run(args, environment) {
      const { restore } = await import('./restore.ts')
      await restore(args, environment)
    },
  },
  'setup-link': {
    usage: '[EMAIL]',
    async run(args, environment) {
      const { printSetupLink } = await import('./setup-link.ts')
      await printSetupLink(args, environment)
    },
  },
  grant: {
    usage: 'ORGANIZATION DOLLARS [NOTE]',
    async run(args, environment) {
      const { grant } = await import('./grant.ts')
      await grant(args, environment)
    },
  },
  limits: {
    usage: '[ORGANIZATION[/PIPELINE] NUMBER|none]',
    async run(args, environment) {
      const { limits } = await import('./limits.ts')
      await limits(args, environment)
    },
  },
  coupon: {
    usage: 'create CODE DOLLARS [--uses N] [--expires DATE] | list',
    async run(args, environment) {
      const { coupon } = await import('./coupon.ts')
      await coupon(args, environment)
    },
  },
  'forget-lost': {
    usage: '',
    async run(args, environment) {
      const { forgetLost } = await import('./lost-key/forget-lost.ts')
      await forgetLost(args, environment)
    },
  },
  refund: {
    usage: 'CHECKOUT',
    async run(args, environment) {
      const { refund } = await import('./refund.ts')
      await refund(args, environment)
    },
  },
}

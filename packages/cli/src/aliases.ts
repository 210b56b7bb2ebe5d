import type { CommandName } from './specs/index.ts'

const sameBelowCloud = [
  'login',
  'logout',
  'whoami',
  'org switch',
  'pipeline list',
  'pipeline show',
  'build list',
  'build show',
  'build watch',
  'job list',
  'job show',
  'job log',
  'billing balance',
  'billing transactions',
  'billing usage',
  'billing topup',
  'billing redeem',
] as const satisfies readonly CommandName[]

/** Words that the released client knows for a command that has other words here. */
export const aliases: ReadonlyMap<string, CommandName> = new Map<string, CommandName>([
  ...sameBelowCloud.map((name): [string, CommandName] => [`cloud ${name}`, name]),
  ['cloud build cancel', 'cancel'],
])

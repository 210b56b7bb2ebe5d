import type { CommandName } from './index.ts'

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

/** Alternative words that people often try first. */
const firstGuesses = {
  history: ['ls', 'list', 'runs'],
  status: ['ps'],
  why: ['explain'],
  graph: ['plan', 'tree'],
  validate: ['check', 'lint'],
  cancel: ['build cancel', 'stop'],
  'build list': ['builds', 'build ls'],
  'build open': ['open'],
  'job list': ['jobs', 'job ls'],
  'pipeline list': ['pipeline ls'],
  'org list': ['orgs', 'org ls'],
  'secret list': ['secrets', 'secret ls'],
  'secret set': ['secret add', 'secret create'],
  'secret rm': ['secret remove', 'secret delete'],
  'registry list': ['registries', 'registry ls'],
  'registry set': ['registry add', 'registry login'],
  'registry rm': ['registry remove', 'registry delete'],
  'token list': ['tokens', 'token ls'],
  'image list': ['images', 'image ls'],
  'image rm': ['image remove', 'image delete'],
  'cache ls': ['cache list'],
  'config list': ['config ls'],
} as const satisfies Partial<Record<CommandName, readonly string[]>>

/** Aliases of commands: common first guesses, and names of the released client. */
export const aliases: ReadonlyMap<string, CommandName> = new Map<string, CommandName>([
  ...sameBelowCloud.map((name): [string, CommandName] => [`cloud ${name}`, name]),
  ['cloud build cancel', 'cancel'],
  ...Object.entries(firstGuesses).flatMap(([name, words]) =>
    words.map((word): [string, CommandName] => [word, name as CommandName]),
  ),
])

/** Returns the common first guesses for a command. */
export function otherWords(name: CommandName): readonly string[] {
  return Object.hasOwn(firstGuesses, name) ? firstGuesses[name as keyof typeof firstGuesses] : []
}

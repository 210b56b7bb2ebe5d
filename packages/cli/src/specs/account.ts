import type { CommandSpec } from '../spec.ts'
import { limit, yesOrNo } from './flags.ts'

const pipeline = {
  kind: 'string',
  value: 'SLUG',
  complete: 'pipeline',
  summary: 'only of this pipeline, by its slug here or on the server',
} as const
const noBrowser = { kind: 'boolean', summary: 'print the address and open nothing' } as const
const from = { kind: 'string', value: 'DATE', summary: 'first day, YYYY-MM-DD' } as const
const to = { kind: 'string', value: 'DATE', summary: 'last day, YYYY-MM-DD' } as const

export const accountSpecs = {
  login: {
    summary: 'Sign in to a server',
    piped: 'hm login --token < FILE',
    flags: {
      paste: { kind: 'boolean', summary: 'sign in elsewhere and paste the code' },
      token: { kind: 'boolean', summary: 'read a token from stdin' },
    },
    examples: [
      ['hm login', 'with the browser'],
      ['hm login --token < token.txt', 'with a key made by hm token create'],
    ],
  },
  logout: {
    summary: 'Sign out, and forget the token',
    flags: { localOnly: { kind: 'boolean', summary: 'only forget the token; ask no server' } },
  },
  whoami: { summary: 'Show who is signed in, and where', query: true },
  'org list': { summary: 'List your organizations', query: true },
  'org switch': {
    summary: 'Choose the organization that commands are for',
    args: { slug: { required: true, summary: 'slug of the organization' } },
  },
  'secret set': {
    summary: 'Store a secret; its value comes from stdin or a hidden prompt',
    piped: `printf %s "$VALUE" | hm secret set NAME`,
    args: { name: { required: true, summary: 'name of the variable' } },
    flags: {
      pipeline,
      branches: {
        kind: 'string',
        value: 'GLOB',
        multiple: true,
        summary: 'only for builds of such branches',
      },
      events: {
        kind: 'string',
        value: 'EVENT',
        multiple: true,
        summary: 'only for builds by such events, as push',
      },
      noLimits: { kind: 'boolean', summary: 'for all builds, but for the limits named beside this' },
      uploads: {
        ...yesOrNo,
        summary: 'uploads may read it in spite of limits',
      },
    },
    about: ['Limits that are not named stay as they are.'],
    examples: [['hm secret set DEPLOY_KEY --branches main --events push < key', 'for pushes to main alone']],
  },
  'secret list': { summary: 'List secrets, without their values', flags: { pipeline }, query: true },
  'secret rm': {
    summary: 'Remove a secret',
    args: { name: { required: true, summary: 'name of the variable' } },
    flags: { pipeline },
  },
  'token create': {
    summary: 'Make an API key; it is shown once',
    args: { name: { required: true, summary: 'what it is for' } },
    query: true,
  },
  'token list': { summary: 'List your API keys', query: true },
  'token revoke': {
    summary: 'End an API key',
    args: { id: { required: true, summary: 'id of the key, as in hm token list' } },
  },
  'billing balance': { summary: "Show the organization's balance", query: true },
  'billing transactions': { summary: 'List credits and debits', flags: { from, to, limit }, query: true },
  'billing usage': { summary: 'Show what was used (default: the last 30 days)', flags: { from, to }, query: true },
  'billing topup': {
    summary: 'Buy credit in the browser',
    args: { amount: { required: true, summary: 'in US dollars' } },
    flags: { noBrowser },
  },
  'billing redeem': { summary: 'Redeem a code', args: { code: { required: true, summary: 'the code' } } },
} as const satisfies Readonly<Record<string, CommandSpec>>

import { limit, yesOrNo } from './flags.ts'
import type { CommandSpec } from './spec.ts'

const pipeline = {
  kind: 'string',
  value: 'SLUG',
  complete: 'pipeline',
  summary: 'only for this pipeline, by its slug here or on the server',
} as const
const noBrowser = { kind: 'boolean', summary: 'print the URL instead of opening it' } as const
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
      ['hm login --token < token.txt', 'with a key from hm token create'],
    ],
  },
  logout: {
    summary: 'Sign out and remove the stored token',
    flags: { localOnly: { kind: 'boolean', summary: 'only remove the stored token; do not contact the server' } },
  },
  whoami: { summary: 'Show who is signed in, and where', query: true },
  'org list': { summary: 'List your organizations', query: true },
  'org switch': {
    summary: 'Switch to another organization',
    args: { slug: { required: true, summary: 'slug of the organization' } },
  },
  'org show': { summary: 'Show an organization, and the hosts that its steps may reach', query: true },
  'org set': {
    summary: 'Change the hosts that steps may reach',
    flags: {
      egress: {
        kind: 'string',
        value: 'HOST',
        multiple: true,
        summary: 'steps of new builds reach only these, such as *.example.com or github.com:22',
      },
      noEgress: { kind: 'boolean', summary: 'steps of new builds reach no host, except those given with this flag' },
      anyEgress: { kind: 'boolean', summary: 'steps reach every host, as far as their own lists and runners allow' },
    },
    about: ['Replaces the previous hosts. The egress of a step can only narrow them.'],
    examples: [
      ['hm org set --egress registry.npmjs.org --egress github.com:22', 'allow two hosts'],
      ['hm org set --any-egress', 'lift the limit'],
    ],
    query: true,
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
        summary: 'only for builds of these branches',
      },
      events: {
        kind: 'string',
        value: 'EVENT',
        multiple: true,
        summary: 'only for builds of these events, such as push',
      },
      noLimits: { kind: 'boolean', summary: 'for all builds, except for limits given with this flag' },
      uploads: {
        ...yesOrNo,
        summary: 'whether uploads may read it despite the limits',
      },
    },
    about: ['Limits without a flag stay unchanged.'],
    examples: [['hm secret set DEPLOY_KEY --branches main --events push < key', 'only for pushes to main']],
  },
  'secret list': { summary: 'List secrets, without their values', flags: { pipeline }, query: true },
  'secret rm': {
    summary: 'Remove a secret',
    args: { name: { required: true, summary: 'name of the variable' } },
    flags: { pipeline },
  },
  'notification list': { summary: 'List notifications about builds', flags: { pipeline }, query: true },
  'notification add': {
    summary: 'Notify a webhook, a Slack channel or a member about builds',
    piped: 'printf %s "$URL" | hm notification add slack',
    args: {
      kind: { required: true, choices: ['webhook', 'slack', 'email'], summary: 'what it is' },
      to: { summary: 'its URL, or the address of a member (default: from stdin or a hidden prompt)' },
    },
    flags: {
      pipeline,
      events: {
        kind: 'string',
        value: 'EVENT',
        multiple: true,
        choices: ['broke', 'fixed', 'finished', 'approval', 'flaky'],
        summary: 'events to send (default: broke and fixed)',
      },
      branches: { kind: 'string', value: 'GLOB', multiple: true, summary: 'only for builds of these branches' },
    },
    about: ['Prints the secret that signs the messages to a webhook; it is shown once.'],
    examples: [
      ['hm notification add slack --branches main < url', 'when main breaks or is fixed'],
      ['hm notification add webhook https://example.com/hook --events finished', 'when any build ends'],
    ],
    query: true,
  },
  'notification test': {
    summary: 'Send a test message',
    args: { id: { required: true, summary: 'id of the notification, as in hm notification list' } },
  },
  'notification rm': {
    summary: 'Delete a notification with its log',
    args: { id: { required: true, summary: 'id of the notification, as in hm notification list' } },
  },
  'notification deliveries': {
    summary: 'List the deliveries of a notification and their results',
    args: { id: { required: true, summary: 'id of the notification, as in hm notification list' } },
    flags: { limit },
    query: true,
  },
  'notification replay': {
    summary: 'Send a delivery again, with the same id',
    args: {
      id: { required: true, summary: 'id of the notification' },
      delivery: { required: true, summary: 'id of the delivery, as in hm notification deliveries' },
    },
  },
  'registry set': {
    summary: 'Log runners in to a registry of images; the secret comes from stdin or a hidden prompt',
    piped: `printf %s "$TOKEN" | hm registry set HOST --username NAME`,
    args: { host: { required: true, summary: 'registry, such as ghcr.io; docker.io for Docker Hub' } },
    flags: {
      username: { kind: 'string', value: 'NAME', summary: 'user to log in as' },
      forks: { ...yesOrNo, summary: 'whether builds of forks pull with it' },
    },
    about: ['Only runners receive it, to pull images. Steps do not.'],
    examples: [['hm registry set ghcr.io --username bot < token', 'for private images of ghcr.io']],
  },
  'registry list': { summary: 'List the registries that runners log in to', query: true },
  'registry rm': {
    summary: 'Remove the login of a registry',
    args: { host: { required: true, summary: 'the registry' } },
  },
  'token create': {
    summary: 'Create an API key (shown once)',
    args: { name: { required: true, summary: 'what it is for' } },
    query: true,
  },
  'token list': { summary: 'List your API keys', query: true },
  'token revoke': {
    summary: 'Revoke an API key',
    args: { id: { required: true, summary: 'id of the key, as in hm token list' } },
  },
  'billing balance': { summary: "Show the organization's balance", query: true },
  'billing transactions': { summary: 'List credits and debits', flags: { from, to, limit }, query: true },
  'billing usage': { summary: 'Show usage (default: the last 30 days)', flags: { from, to }, query: true },
  'billing topup': {
    summary: 'Buy credit in the browser',
    args: { amount: { required: true, summary: 'in US dollars' } },
    flags: { noBrowser },
  },
  'billing redeem': { summary: 'Redeem a code', args: { code: { required: true, summary: 'the code' } } },
} as const satisfies Readonly<Record<string, CommandSpec>>

import type { Schema } from '../api/schemas.ts'
import { formatDuration } from '../text/duration.ts'
import { formatCents } from '../text/money.ts'

type Event = Pick<Schema<'AuditEvent'>, 'action' | 'actor' | 'subject' | 'details'>

/** The page of a subject that an event names. */
export type NamedPage =
  | { readonly kind: 'members' | 'settings' | 'runners' | 'notifications' }
  | { readonly kind: 'pipeline'; readonly slug: string }
  | { readonly kind: 'build'; readonly slug: string; readonly number: string; readonly job?: string }

/** A part of a sentence: the app's own words, or an external name that may link to its page. */
type AuditPart = string | { readonly name: string; readonly page?: NamedPage }

/** Names the actor: a member, a deleted account, or the server itself. */
export function actorName({ actor }: Pick<Event, 'actor'>): string {
  if (actor == null) return 'Harmont'
  return actor.name || actor.email || 'A deleted account'
}

/**
 * Describes an event without its actor (`removed ada@example.com, an admin`). An unknown action of
 * a newer server keeps its own name.
 */
export function auditSentence(event: Event): readonly AuditPart[] {
  const { action, subject } = event
  const noun = action.split('.')[0] ?? ''
  if (Object.hasOwn(sentences, action)) return sentences[action]?.(factsOf(event)) ?? []
  if (Object.hasOwn(nouns, noun)) return nouns[noun]?.(factsOf(event), action) ?? []
  const words = action.replaceAll('_', ' ').replaceAll('.', ': ')
  return subject === null ? [words] : [`${words} `, { name: subject }]
}

interface Facts {
  readonly subject: string
  /** Returns a detail as text; empty if the event has none. */
  readonly text: (name: string) => string
  readonly details: Readonly<Record<string, unknown>>
}

function factsOf({ subject, details }: Event): Facts {
  const all = details ?? {}
  return { subject: subject ?? '', details: all, text: (name) => textOf(all[name]) }
}

type Sentences = Readonly<Record<string, (facts: Facts) => readonly AuditPart[]>>

const sentences: Sentences = {
  'member.role_changed': ({ subject, text }) => [
    'changed the role of ',
    person(text('email') || subject),
    ` from ${text('from')} to ${text('to')}`,
  ],
  'member.removed': ({ subject, text }) => ['removed ', person(text('email') || subject), role(text('from'))],
  'member.left': ({ text, details }) => [
    `left the organization${details.account_deleted === true ? ' by deleting their account' : ''}${role(text('from'))}`,
  ],
  'invite.created': ({ subject, text }) => ['invited ', person(text('email') || subject), suffix(' as ', text('role'))],
  'invite.accepted': ({ text }) => [`joined by invitation${suffix(' as ', text('role'))}`],
  'invite.revoked': ({ subject, text }) => ['revoked the invitation of ', person(text('email') || subject)],
  'organization.created': ({ subject, text }) => ['created the organization ', { name: text('name') || subject }],
  'organization.changed': ({ subject, details }) => [
    'changed the organization ',
    { name: subject, page: { kind: 'settings' } },
    ...changes(details),
  ],
  'organization.deleted': ({ subject }) => ['deleted the organization ', { name: subject }],
  'pipeline.updated': ({ subject, details }) => ['changed pipeline ', pipeline(subject), ...changes(details)],
  'test.quarantined': ({ text, ...facts }) => [
    ...testOf('put', { text, ...facts }),
    ' into quarantine',
    suffix(': proved flaky in build #', text('build')),
  ],
  'test.released': (facts) => testOf('lifted the quarantine of', facts),
  'build.approved': ({ subject, text }) => [
    'approved ',
    build(subject),
    suffix(' at commit ', text('commit').slice(0, 7)),
  ],
  'check_action.refused': ({ subject, text }) => [
    `refused “${text('action')}” on `,
    build(subject),
    ' to ',
    { name: text('login') },
    ', who is not known as a member',
  ],
  'shell.opened': (facts) => ['opened a shell in ', shellOf(facts)],
  'shell.ended': (facts) => ['left the shell in ', shellOf(facts), suffix(' after ', seconds(facts.details.seconds))],
  'runner.joined': ({ subject, text }) => [
    'let runner ',
    { name: text('name') || subject, page: { kind: 'runners' } },
    suffix(' join with the key ', text('key').slice(0, 8)),
  ],
  'runner.key_rotated': ({ subject, text }) => [
    'replaced the key pair of runner ',
    { name: text('name') || subject, page: { kind: 'runners' } },
  ],
  'runner.secrets_read': ({ subject, details }) => [
    'gave the secrets ',
    { name: Array.isArray(details.secrets) ? details.secrets.join(', ') : '' },
    ' to runner ',
    { name: subject.slice(0, 8), page: { kind: 'runners' } },
  ],
  'id_token.issued': ({ subject, details, text }) => [
    'issued identity tokens for ',
    { name: audiencesOf(details.tokens) },
    ' to step ',
    { name: text('step') },
    ' of ',
    build(`${text('pipeline')}/${text('build')}`, text('job')),
    ' as ',
    { name: subject },
  ],
  'notification.secret_rotated': ({ subject }) => ['replaced the secret of the notification to ', receiver(subject)],
  'notification.replayed': ({ subject }) => ['sent a notification again to ', receiver(subject)],
  'notification.unsubscribed': ({ subject }) => ['ended the notifications to ', receiver(subject)],
  'runner.login_read': ({ subject, text }) => [
    'gave the login of registry ',
    { name: text('registry') },
    ' to runner ',
    { name: subject.slice(0, 8), page: { kind: 'runners' } },
  ],
  'coupon.redeemed': ({ text, details }) => [
    'redeemed coupon ',
    { name: text('code') },
    suffix(' for ', money(details.amount_cents)),
  ],
  'balance.granted': ({ details }) => [`granted ${money(details.amount_cents)} of credit`],
  'payment.refunded': ({ details }) => [`booked a refund of ${money(details.amount_cents)}`],
  'payment.refund_failed': ({ details }) => [`took back a failed refund of ${money(details.amount_cents)}`],
  'payment.disputed': ({ details }) => [`booked a payment dispute of ${money(details.amount_cents)}`],
  'payment.dispute_given_back': ({ details }) => [`booked a returned dispute of ${money(details.amount_cents)}`],
  'github_installation.ended': ({ subject, text }) => [
    'disconnected GitHub account ',
    { name: text('account') || subject },
    ', where the app was uninstalled',
  ],
}

/** Nouns whose events differ only in their verb. */
const nouns: Readonly<Record<string, (facts: Facts, action: string) => readonly AuditPart[]>> = {
  pipeline: ({ subject, text }, action) => [
    `${verbOf(action)} pipeline `,
    pipeline(subject),
    ...(text('repository') === '' ? [] : [' for repository ', { name: text('repository') }]),
  ],
  secret: ({ subject, text }, action) => [
    `${verbOf(action)} secret `,
    { name: subject },
    ...(text('pipeline') === '' ? [] : [' of pipeline ', pipeline(text('pipeline'))]),
  ],
  registry: ({ subject, text }, action) => [
    `${verbOf(action)} the login of registry `,
    { name: subject, page: { kind: 'settings' } },
    suffix(' as ', text('username')),
  ],
  github_installation: ({ subject, text }, action) => [
    `${verbOf(action)} GitHub account `,
    { name: text('account') || subject },
  ],
  notification: ({ subject }, action) => [`${verbOf(action)} the notification to `, receiver(subject)],
  runner: ({ subject, text }, action) => [
    `${verbOf(action)} runner `,
    { name: text('name') || subject, page: { kind: 'runners' } },
  ],
  runner_key: ({ subject, text }, action) => [
    `${verbOf(action)} a key for runners of the pool `,
    { name: text('pool') || subject, page: { kind: 'runners' } },
  ],
  bitbucket_workspace: ({ subject }, action) => [`${verbOf(action)} Bitbucket workspace `, { name: subject }],
}

const verbOf = (action: string) => (action.split('.')[1] ?? '').replaceAll('_', ' ')

const person = (name: string): AuditPart => ({ name, page: { kind: 'members' } })

const receiver = (name: string): AuditPart => ({ name, page: { kind: 'notifications' } })

const pipeline = (slug: string): AuditPart => ({ name: slug, page: { kind: 'pipeline', slug } })

/** Parses a build in the server's notation: `ci/12`. */
function build(subject: string, job?: string): AuditPart {
  const [slug = '', number = ''] = subject.split('/')
  return { name: `${slug} #${number}`, page: { kind: 'build', slug, number, ...(job === undefined ? {} : { job }) } }
}

const testOf = (verb: string, { subject, text }: Facts): readonly AuditPart[] => [
  `${verb} test `,
  { name: subject },
  ' of pipeline ',
  pipeline(text('pipeline')),
]

const shellOf = ({ subject, text }: Facts) => build(`${text('pipeline')}/${text('build')}`, subject)

/** Returns the audiences of issued tokens, separated by commas. */
function audiencesOf(tokens: unknown): string {
  if (!Array.isArray(tokens)) return ''
  return tokens.map((token: { readonly audience?: unknown } | null) => textOf(token?.audience)).join(', ')
}

/** Returns `: default branch main, manual builds off`. */
function changes(details: Readonly<Record<string, unknown>>): readonly AuditPart[] {
  return Object.entries(details).flatMap(([name, value], index): AuditPart[] => {
    const setting = `${index === 0 ? ': ' : ', '}${settingName(name)} `
    if (value === null || value === '') return [`${setting}cleared`]
    if (typeof value === 'boolean') return [`${setting}${value ? 'on' : 'off'}`]
    return [setting, { name: textOf(value) }]
  })
}

/** Returns `members can create pipelines` for both notations of the server. */
const settingName = (name: string) => name.replace(/([a-z])([A-Z])|_/g, '$1 $2').toLowerCase()

const suffix = (before: string, text: string) => (text === '' ? '' : `${before}${text}`)

const role = (name: string) => (name === '' ? '' : ` (${name})`)

const money = (cents: unknown) => formatCents(typeof cents === 'number' ? Math.abs(cents) : null)

const seconds = (value: unknown) => (typeof value === 'number' ? formatDuration(value * 1000) : '')

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}

import { allPages, type Schemas } from '@harmont/cloud'
import type { Context } from '../context.ts'
import { exits } from '../errors.ts'
import { namedPipeline } from '../server/pipeline-address.ts'
import { signedIn } from '../server/session.ts'
import { minute, printTable } from '../terminal/table.ts'
import { readHidden } from './read-hidden.ts'

/**
 * `hm notification list`: lists the notifications of the organization and all its pipelines, or of
 * one pipeline.
 */
export const list = signedIn<'notification list'>(async (context, { client, org }) => {
  const { output, flags, global, signal } = context
  const address = { org: await org() }
  const ofPipeline =
    flags.pipeline === undefined ? {} : { pipeline: await namedPipeline(context, client, address.org, flags.pipeline) }
  const { data } = await client.listNotifications({ ...address, ...ofPipeline }, { signal })
  if (global.json) await output.json({ data })
  else
    await printTable(
      output,
      ['ID', 'KIND', 'STATE', 'PIPELINE', 'EVENTS', 'BRANCHES', 'TO'],
      data.map((one) => [
        one.id,
        one.kind,
        stateOf(one),
        one.pipeline ?? 'all',
        one.events.join(' '),
        one.branches?.join(' ') ?? 'all',
        one.target,
      ]),
    )
  return exits.ok
})

function stateOf({ enabled, failing_since }: Schemas['Notification']): string {
  if (!enabled) return 'off'
  return (failing_since ?? null) === null ? 'on' : 'failing'
}

/**
 * `hm notification add`: accepts the address of a Slack channel on stdin, because it is a secret.
 */
export const add = signedIn<'notification add'>(async (context, { client, org }) => {
  const { args, flags, output, global, signal } = context
  const address = { org: await org() }
  const { events, branches } = flags
  const pipeline =
    flags.pipeline === undefined ? null : await namedPipeline(context, client, address.org, flags.pipeline)
  const to = args.to ?? (await readAddress(context))
  const body = {
    kind: args.kind,
    events: events.length === 0 ? ['broke', 'fixed'] : [...events],
    ...(branches.length === 0 ? {} : { branches: [...branches] }),
    ...(pipeline === null ? {} : { pipeline }),
    ...(args.kind === 'email' ? { email: to } : { url: to }),
  }
  const made = await client.createNotification({ ...address, body }, { signal })
  if (global.json) {
    await output.json(made)
    return exits.ok
  }
  output.say(`${made.notification.target} is notified of ${body.events.join(', ')}`)
  const secret = made.secret ?? null
  if (secret !== null) {
    output.say('this secret, which signs the messages, is shown once:')
    await output.print(secret)
  }
  return exits.ok
})

async function readAddress(context: Context<'notification add'>): Promise<string> {
  const fix = `hm notification add ${context.args.kind} < FILE`
  return readHidden(context, { message: 'Address', what: 'the address', fix })
}

/** `hm notification test`. */
export const test = signedIn<'notification test'>(async ({ output, args, global, signal }, { client, org }) => {
  const sent = await client.testNotification({ org: await org(), notification_id: args.id }, { signal })
  if (global.json) await output.json(sent)
  else output.say(`sent a test as ${sent.id}; hm notification deliveries ${args.id} shows what came of it`)
  return exits.ok
})

/** `hm notification rm`. */
export const remove = signedIn<'notification rm'>(async ({ output, args, global, signal }, { client, org }) => {
  await client.deleteNotification({ org: await org(), notification_id: args.id }, { signal })
  if (global.json) await output.json({ id: args.id })
  else output.say(`removed notification ${args.id}`)
  return exits.ok
})

const usualLimit = 20

/** `hm notification deliveries`: prints the delivery log, newest first. */
export const deliveries = signedIn<'notification deliveries'>(async (context, { client, org }) => {
  const { output, args, flags, global, signal } = context
  const address = { org: await org(), notification_id: args.id }
  const data: Schemas['NotificationDelivery'][] = []
  for await (const one of allPages((page) => client.listNotificationDeliveries({ ...address, ...page }, { signal }))) {
    data.push(one)
    if (data.length === (flags.limit ?? usualLimit)) break
  }
  if (global.json) await output.json({ data })
  else
    await printTable(
      output,
      ['ID', 'WHEN', 'EVENT', 'STATE', 'TRIES', 'NEXT', 'LAST ANSWER'],
      data.map((one) => [
        one.id,
        minute(one.created_at),
        one.type,
        one.state,
        String(one.attempts),
        minute(one.next_attempt_at),
        [one.last_status ?? '', one.last_answer ?? ''].join(' ').trim().slice(0, 120),
      ]),
    )
  return exits.ok
})

/** `hm notification replay`. */
export const replay = signedIn<'notification replay'>(async ({ output, args, global, signal }, { client, org }) => {
  const address = { org: await org(), notification_id: args.id, delivery_id: args.delivery }
  const sent = await client.replayNotificationDelivery(address, { signal })
  if (global.json) await output.json(sent)
  else output.say(`delivery ${args.delivery} is sent again`)
  return exits.ok
})

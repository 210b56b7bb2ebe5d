import { requirePipeline } from '../organizations/index.ts'
import { actorOf } from '../platform/audit/record-audit.ts'
import {
  apiError,
  type Cursors,
  type Handlers,
  type Membership,
  operation,
  scopedOperation,
  uuidOrNone,
} from '../platform/http/index.ts'
import { ageKeyOf, readAgeKey, toPage } from '../platform/pagination/page.ts'
import type { Settings } from '../platform/settings/read-settings.ts'
import {
  type ChangeServices,
  createNotification,
  deleteNotification,
  requireNotification,
  rotateSecret,
  updateNotification,
} from './change.ts'
import { type AgainServices, replayDelivery, sendTest } from './deliveries/send-again.ts'
import { unsubscribe } from './notices.ts'
import { presentDelivery, presentNotification } from './present.ts'
import { readWish } from './read-wish.ts'
import { listDeliveries, listNotifications } from './store.ts'

export interface NotificationServices extends ChangeServices, AgainServices {
  readonly cursors: Cursors
  readonly settings: Pick<Settings, 'notificationAllow'>
}

type NotificationIds =
  | 'listNotifications'
  | 'createNotification'
  | 'updateNotification'
  | 'deleteNotification'
  | 'rotateNotificationSecret'
  | 'testNotification'
  | 'listNotificationDeliveries'
  | 'replayNotificationDelivery'
  | 'showUnsubscribe'
  | 'unsubscribe'

/** Notifications of an organization and its pipelines, and the log of their deliveries. */
export function notificationRoutes(services: NotificationServices): Pick<Handlers, NotificationIds> {
  const { pool } = services
  const resolve = ({ membership, params }: NamedContext) =>
    requireNotification(pool, membership.organizationId, uuidOrNone(params.notification_id))
  return {
    ...changeRoutes(services),
    testNotification: scopedOperation('testNotification', {
      resolve,
      handle: async ({ scope, membership }) => ({
        status: 202,
        body: presentDelivery(await sendTest(services, membership, scope), scope),
      }),
    }),
    listNotificationDeliveries: operation('listNotificationDeliveries', async (context) => {
      const { membership, query } = context
      const row = await resolve(context)
      const filters = { notification: row.id }
      const list = { operationId: 'listNotificationDeliveries', owner: membership.organizationId, filters }
      const before = readAgeKey(services.cursors.decode(list, query.cursor))
      const rows = await listDeliveries(pool, row.id, before, query.limit + 1)
      const present = (each: (typeof rows)[number]) => presentDelivery(each, row)
      return { status: 200, body: toPage(rows, query.limit, services.cursors, list, { keyOf: ageKeyOf, present }) }
    }),
    replayNotificationDelivery: scopedOperation('replayNotificationDelivery', {
      resolve,
      handle: async (context) => {
        const { scope, membership, params } = context
        const id = uuidOrNone(params.delivery_id)
        const sent = await replayDelivery(services, membership, actorOf(context), scope, id)
        return { status: 202, body: presentDelivery(sent, { retry_at: null }) }
      },
    }),
    // Link scanners must not unsubscribe anybody by following a link, so the page has a button.
    showUnsubscribe: operation('showUnsubscribe', async ({ query }) => ({
      status: 302,
      headers: { location: `${services.publicUrl}/unsubscribe?token=${encodeURIComponent(query.token)}` },
    })),
    unsubscribe: operation('unsubscribe', async (context) => {
      if (!(await unsubscribe(services, actorOf(context), context.query.token)))
        throw apiError('notification_not_found', 'This link is not one of this server; copy it whole from the mail.')
      return { status: 204 }
    }),
  }
}

interface NamedContext {
  readonly membership: Membership
  readonly params: { readonly notification_id: string }
}

type ChangeIds =
  | 'listNotifications'
  | 'createNotification'
  | 'updateNotification'
  | 'deleteNotification'
  | 'rotateNotificationSecret'

function changeRoutes(services: NotificationServices): Pick<Handlers, ChangeIds> {
  const { pool, settings } = services
  const resolve = ({ membership, params }: NamedContext) =>
    requireNotification(pool, membership.organizationId, uuidOrNone(params.notification_id))
  const pipelineOf = async (organizationId: string, slug: string | null | undefined) =>
    slug == null ? null : (await requirePipeline(pool, organizationId, slug)).id
  return {
    listNotifications: operation('listNotifications', async ({ membership: { organizationId }, query }) => {
      const rows = await listNotifications(pool, organizationId, await pipelineOf(organizationId, query.pipeline))
      return { status: 200, body: { data: rows.map(presentNotification) } }
    }),
    createNotification: operation('createNotification', async (context) => {
      const { body } = context
      const { organizationId } = context.membership
      const pipelineId = await pipelineOf(organizationId, body.pipeline)
      const wish = await readWish({ pool, allowedHosts: settings.notificationAllow }, organizationId, body)
      const made = await createNotification(services, { organizationId, pipelineId }, actorOf(context), wish)
      return { status: 201, body: { notification: presentNotification(made.row), secret: made.secret } }
    }),
    updateNotification: scopedOperation('updateNotification', {
      resolve,
      handle: async (context) => {
        const { scope, membership, body } = context
        const row = await updateNotification(services, membership.organizationId, actorOf(context), scope, body)
        return { status: 200, body: presentNotification(row) }
      },
    }),
    deleteNotification: operation('deleteNotification', async (context) => {
      const row = await resolve(context)
      await deleteNotification(services, context.membership.organizationId, actorOf(context), row)
      return { status: 204 }
    }),
    rotateNotificationSecret: operation('rotateNotificationSecret', async (context) => {
      const row = await resolve(context)
      const secret = await rotateSecret(services, context.membership.organizationId, actorOf(context), row)
      return { status: 200, body: { secret } }
    }),
  }
}

import { infiniteQueryOptions, type QueryClient, queryOptions } from '@tanstack/react-query'
import { answer, client } from '../../api/client.ts'
import { completePage, listOf } from '../../api/complete.ts'
import type { Schema } from '../../api/schemas.ts'

const notifications = '/api/v0/organizations/{org}/notifications'
const one = `${notifications}/{notification_id}` as const

export type Notification = Schema<'Notification'>
export type Delivery = Schema<'NotificationDelivery'>

/** Notifications of an organization, or of one pipeline. */
export interface NotificationScope {
  readonly org: string
  /** null selects those of the organization and all its pipelines. */
  readonly slug: string | null
}

export const notificationsQuery = ({ org, slug }: NotificationScope) =>
  queryOptions({
    queryKey: ['notifications', org, slug],
    queryFn: async ({ signal }) => {
      const query = slug === null ? {} : { pipeline: slug }
      const { data } = await answer(client.GET(notifications, { params: { path: { org }, query }, signal }))
      return listOf(data).map((each) => ({ ...each, events: listOf(each.events) }))
    },
  })

/** Reads the log of a notification, newest first, page by page. */
export const deliveriesQuery = (org: string, id: string) =>
  infiniteQueryOptions({
    queryKey: ['deliveries', org, id],
    queryFn: async ({ pageParam, signal }) => {
      const query = { limit: 20, ...(pageParam === null ? {} : { cursor: pageParam }) }
      const asked = { params: { path: { org, notification_id: id }, query }, signal }
      return completePage(await answer(client.GET(`${one}/deliveries`, asked)))
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? null,
    // No event reports the retry of a waiting delivery.
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ data }) => data.some(({ state }) => state === 'waiting')) ? 3000 : false,
  })

/** Changes notifications. Each change refreshes the lists. */
export function notificationChanges(queries: QueryClient, org: string) {
  const renew = async (name: 'notifications' | 'deliveries') => {
    const filters = { queryKey: [name, org] }
    // A first read under way may have begun before the change, and is not repeated otherwise.
    await queries.cancelQueries(filters)
    await queries.invalidateQueries(filters)
  }
  const of = (notification_id: string) => ({ params: { path: { org, notification_id } } })
  return {
    create: async (body: Schema<'CreateNotificationRequest'>) => {
      const made = await answer(client.POST(notifications, { params: { path: { org } }, body }))
      await renew('notifications')
      return made
    },
    update: async (id: string, body: Schema<'UpdateNotificationRequest'>) => {
      await answer(client.PATCH(one, { ...of(id), body }))
      await renew('notifications')
    },
    remove: async (id: string) => {
      await answer(client.DELETE(one, of(id)))
      await renew('notifications')
    },
    rotate: async (id: string) => (await answer(client.POST(`${one}/secret`, of(id)))).secret,
    test: async (id: string) => {
      await answer(client.POST(`${one}/test`, of(id)))
      await renew('deliveries')
    },
    replay: async (notification_id: string, delivery_id: string) => {
      await answer(
        client.POST(`${one}/deliveries/{delivery_id}/replay`, {
          params: { path: { org, notification_id, delivery_id } },
        }),
      )
      await renew('deliveries')
    },
  }
}

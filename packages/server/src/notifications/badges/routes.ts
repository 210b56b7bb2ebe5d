import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { requirePipeline } from '../../organizations/index.ts'
import { actorOf } from '../../platform/audit/record-audit.ts'
import { apiError, type Handlers, operation, scopedOperation } from '../../platform/http/index.ts'
import { isNotModified } from '../../platform/input/byte-range.ts'
import { type BadgeServices, drawBadge, readBadge, setBadge } from './badges.ts'

/** Badges of pipelines. */
export function badgeRoutes(
  services: BadgeServices,
): Pick<Handlers, 'getBadge' | 'getBadgeSettings' | 'updateBadgeSettings'> {
  const { pool } = services
  return {
    getBadge: operation('getBadge', async ({ params, query, header }) => {
      const { branch = null, token = null } = query
      const svg = await drawBadge(services, { organization: params.org, pipeline: params.pipeline, branch, token })
      // All three cases get the same response, so that a stranger cannot probe for pipelines.
      if (svg === null)
        throw apiError('badge_not_found', 'There is no such badge, it is switched off, or the token is not its own.')
      const etag = `"${createHash('sha256').update(svg).digest('base64url')}"`
      // The time is short because the image proxies of forges cache the badge for that long.
      const facts = { etag, 'cache-control': 'max-age=60', 'content-security-policy': pictureOnly }
      if (isNotModified(header('if-none-match'), etag)) return { status: 304, headers: facts }
      return { status: 200, headers: facts, mediaType: 'image/svg+xml', open: () => Readable.from([svg]) }
    }),
    getBadgeSettings: operation('getBadgeSettings', async ({ membership, params }) => {
      const pipeline = await requirePipeline(pool, membership.organizationId, params.pipeline)
      return { status: 200, body: await readBadge(services, membership, pipeline) }
    }),
    updateBadgeSettings: scopedOperation('updateBadgeSettings', {
      resolve: ({ membership, params }) => requirePipeline(pool, membership.organizationId, params.pipeline),
      handle: async (context) => {
        const { scope: pipeline, membership, body } = context
        await setBadge(services, membership, actorOf(context), pipeline, body.access)
        return { status: 200, body: await readBadge(services, membership, pipeline) }
      },
    }),
  }
}

/** Keeps an SVG that is opened as a page from running scripts and loading resources. */
const pictureOnly = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

/** Badges of pipelines: their access and their SVG. */
import type pg from 'pg'
import type { PipelineRow } from '../../organizations/index.ts'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { openOrNull, type Sealer } from '../../platform/encryption/seal.ts'
import { isSameToken, newToken } from '../../platform/encryption/token.ts'
import { type BadgeAccess, type BadgeRow, findBadge, setBadgeRow } from './store.ts'

export interface BadgeServices {
  readonly pool: pg.Pool
  readonly sealer: Sealer
  readonly publicUrl: string
}

const placeOf = (pipelineId: string) => `badge/${pipelineId}`

export interface BadgeSettings {
  readonly access: BadgeAccess
  /** The URL of the SVG; null while the badge is off. */
  readonly url: string | null
  readonly markdown: string | null
}

type Place = { readonly organizationId: string; readonly organizationSlug: string }

/** Returns the access of a badge, with its URL and Markdown. */
export async function readBadge(
  services: BadgeServices,
  { organizationSlug }: Place,
  { slug, name }: PipelineRow,
): Promise<BadgeSettings> {
  const row = await findBadge(services.pool, organizationSlug, slug, null)
  const access = row?.badge ?? 'off'
  const token = row === undefined || access !== 'token' ? null : tokenOf(services.sealer, row)
  // A token that a lost key encrypted cannot be shown. Setting the access again replaces it.
  if (access === 'off' || (access === 'token' && token === null)) return { access, url: null, markdown: null }
  const page = `${services.publicUrl}/${organizationSlug}/pipelines/${slug}`
  const url = `${services.publicUrl}/badges/${organizationSlug}/${slug}.svg${token === null ? '' : `?token=${token}`}`
  return { access, url, markdown: `[![${name.replaceAll(/[\\[\]]/g, '\\$&')}](${url})](${page})` }
}

function tokenOf(sealer: Sealer, { pipeline_id: id, sealed_badge_token: sealed }: BadgeRow): string | null {
  return sealed && openOrNull(sealer, placeOf(id), sealed)
}

/** Sets the access of a badge. Each call replaces its token. */
export async function setBadge(
  { pool, sealer }: BadgeServices,
  { organizationId }: Place,
  actor: Actor,
  { id, slug }: PipelineRow,
  access: BadgeAccess,
): Promise<void> {
  await transaction(pool, async (client) => {
    await setBadgeRow(client, id, access, access === 'token' ? sealer.seal(placeOf(id), newToken()) : null)
    await recordAudit(client, actor, {
      organizationId,
      action: 'pipeline.updated',
      subject: slug,
      details: { badge: access },
    })
  })
}

interface Asked {
  readonly organization: string
  readonly pipeline: string
  readonly branch: string | null
  readonly token: string | null
}

/** Returns a badge as SVG. Returns null if it does not exist, is off, or requires another token. */
export async function drawBadge({ pool, sealer }: BadgeServices, asked: Asked): Promise<string | null> {
  const row = await findBadge(pool, asked.organization, asked.pipeline, asked.branch)
  if (row === undefined || !maySee(sealer, row, asked.token)) return null
  // Loaded at the first badge, because the library contains the width of every character.
  const { makeBadge } = await import('badge-maker')
  const label = [...(asked.branch ?? asked.pipeline)].slice(0, mostCharacters).join('')
  return makeBadge({ label, ...looks[row.state ?? 'none'] })
}

const mostCharacters = 60

const looks = {
  passed: { message: 'passing', color: 'brightgreen' },
  failed: { message: 'failing', color: 'red' },
  none: { message: 'no builds', color: 'lightgrey' },
} as const

function maySee(sealer: Sealer, row: BadgeRow, token: string | null): boolean {
  if (row.badge !== 'token') return row.badge === 'public'
  const right = tokenOf(sealer, row)
  return right !== null && token !== null && isSameToken(token, right)
}

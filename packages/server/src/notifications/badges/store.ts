import type { Database } from '../../platform/database/transaction.ts'

export type BadgeAccess = 'off' | 'public' | 'token'

export interface BadgeRow {
  readonly pipeline_id: string
  readonly badge: BadgeAccess
  readonly sealed_badge_token: Buffer | null
  /** The state of the branch's newest build that passed or failed; null: there is none. */
  readonly state: 'passed' | 'failed' | null
}

/**
 * Finds the badge of a branch, or of the default branch. Returns undefined if there is no such
 * pipeline.
 */
export async function findBadge(
  database: Database,
  organization: string,
  pipeline: string,
  branch: string | null,
): Promise<BadgeRow | undefined> {
  const { rows } = await database.query<BadgeRow>({
    name: 'find-badge',
    text: `select p.id as pipeline_id, p.badge, p.sealed_badge_token, b.state
             from organizations o join pipelines p on p.organization_id = o.id and p.slug = $2
             left join branch_results b on b.pipeline_id = p.id and b.ref = 'refs/heads/' || coalesce($3, p.default_branch)
            where o.slug = $1 and o.deleted_at is null`,
    values: [organization, pipeline, branch],
  })
  return rows[0]
}

export async function setBadgeRow(
  database: Database,
  pipelineId: string,
  badge: BadgeAccess,
  sealedToken: Buffer | null,
): Promise<void> {
  await database.query('update pipelines set badge = $2, sealed_badge_token = $3 where id = $1', [
    pipelineId,
    badge,
    sealedToken,
  ])
}

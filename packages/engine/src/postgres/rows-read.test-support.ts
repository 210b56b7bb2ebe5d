import type pg from 'pg'
import { storePool } from './pool.ts'

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly PlanNode[]
}

/**
 * Reports the rows of the engine's tables that a statement reads, and the kind of scan, for tests.
 * Runs the statement on connections like the store's.
 */
export async function rowsRead(
  config: pg.PoolConfig,
  text: string,
  values: readonly unknown[],
): Promise<{ rows: number; scans: string[] }> {
  const asStore = storePool(config, () => {})
  await asStore.query('analyze')
  const { rows } = await asStore.query<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
    `explain (analyze, format json) ${text}`,
    [...values],
  )
  await asStore.end()
  const read = { rows: 0, scans: [] as string[] }
  const visit = (node: PlanNode): void => {
    if (node['Relation Name'] !== undefined) {
      read.rows += (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
      read.scans.push(`${node['Node Type']} ${node['Relation Name']}`)
    }
    for (const child of node.Plans ?? []) visit(child)
  }
  for (const { Plan } of rows[0]?.['QUERY PLAN'] ?? []) visit(Plan)
  return read
}

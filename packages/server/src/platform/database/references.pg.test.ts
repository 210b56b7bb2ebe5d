/** Checks that the schema lets accounts and organizations be deleted. */
import { expect, test } from 'vitest'
import { testServer } from '../../testing/server.ts'

const it = testServer()

interface Reference {
  readonly reference: string
  readonly on_delete: string
  readonly is_indexed: boolean
}

async function referencesTo(table: string): Promise<readonly Reference[]> {
  const { rows } = await it.server.pool.query<Reference>(
    `select c.conrelid::regclass || '.' || a.attname as reference, c.confdeltype as on_delete,
            exists (select 1 from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = a.attnum) as is_indexed
       from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
      where c.contype = 'f' and c.confrelid = $1::regclass order by 1`,
    [table],
  )
  return rows
}

test.for(['users', 'organizations'])(
  'every reference to %s cascades or is set to null, and has an index',
  async (table) => {
    const references = await referencesTo(table)
    expect(references.length).toBeGreaterThan(5)
    // With the actions `a` and `r`, PostgreSQL would refuse the deletion.
    expect(references.filter(({ on_delete }) => on_delete !== 'c' && on_delete !== 'n')).toEqual([])
    expect(references.filter(({ is_indexed }) => !is_indexed).map(({ reference }) => reference)).toEqual([])
  },
)

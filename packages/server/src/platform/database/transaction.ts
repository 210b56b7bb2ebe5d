import type pg from 'pg'

export { transaction } from '@harmont/engine/transaction'

/** Runs statements: the pool, or a connection within a transaction. */
export type Database = Pick<pg.ClientBase, 'query'>

/** Returns PostgreSQL's code of its error; undefined for any other error. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Returns the violated unique constraint or index; undefined for any other error. */
export function violatedConstraint(error: unknown): string | undefined {
  return sqlStateOf(error) === '23505' ? constraintOf(error) : undefined
}

/** Returns the foreign key whose row is missing; undefined for any other error. */
export function danglingReference(error: unknown): string | undefined {
  return sqlStateOf(error) === '23503' ? constraintOf(error) : undefined
}

function constraintOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('constraint' in error)) return undefined
  return typeof error.constraint === 'string' ? error.constraint : undefined
}

import type { Author } from '../../builds/submit/build-facts.ts'
import type { Database } from '../../platform/database/transaction.ts'
import type { ForgeUser } from '../forge/events.ts'
import type { ConnectedRepository } from '../repositories/connected-repository.ts'
import { findMember } from '../triggers/store.ts'

/** A member by the account that they have linked; anybody else by their name at the forge. */
export async function authorOf(
  database: Database,
  { organizationId, forge }: ConnectedRepository,
  user: ForgeUser,
): Promise<Author> {
  const userId = await findMember(database, organizationId, forge, user.id)
  return { userId, name: userId === null ? user.login : null }
}

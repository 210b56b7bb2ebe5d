import process from 'node:process'
import { readEmailAddress } from '../accounts/email-address.ts'
import { createLog } from '../create-log.ts'
import { visitDatabase } from '../database/visit-database.ts'
import { findUserId } from '../recovery/store.ts'
import { type Environment, readSettings, SettingsError } from '../settings/read-settings.ts'
import { makeSetupLink } from '../setup/setup-link.ts'

/** `harmont setup-link [EMAIL]`: prints a one-time link that signs in as that user; without an address as the oldest owner, or makes the first one. */
export async function printSetupLink(args: readonly string[], environment: Environment): Promise<void> {
  const [text, ...more] = args
  const email = text === undefined ? null : readEmailAddress(text)
  if (email === undefined || more.length > 0)
    throw new SettingsError(`setup-link: expected one e-mail address or nothing, got \`${args.join(' ')}\`.`)
  const settings = readSettings(environment)
  const link = await visitDatabase(settings, createLog('error'), async (pool) => {
    const userId = email === null ? null : await findUserId(pool, email)
    if (userId === undefined) throw new SettingsError(`setup-link: expected the address of a user, got \`${email}\`.`)
    return makeSetupLink(pool, settings.publicUrl, userId)
  })
  process.stdout.write(`${link}\n`)
}

import { sections } from '../navigation/sections.ts'
import type { PaletteItem } from './items.ts'

/** Pages that the palette leads to; those of an organization only where one is open. */
export function pageItems(org: string | undefined): readonly PaletteItem[] {
  const own = [
    ['account', 'Account'],
    ['account/passkeys', 'Passkeys'],
    ['account/keys', 'API keys'],
    ['account/sessions', 'Sessions'],
    ['account/appearance', 'Appearance'],
  ] as const
  const account = own.map(([path, title]) => ({
    id: `page:${path}`,
    title,
    href: `/${path}`,
    ...(path === 'account' ? { keys: 'g a' } : { hint: 'Account' }),
  }))
  if (org === undefined) return account
  const parts = sections.map(({ id, name, keys }) => ({ id: `page:${id}`, title: name, keys, href: `/${org}/${id}` }))
  const below = (['members', 'integrations', 'audit'] as const).map((path) => ({
    id: `page:settings/${path}`,
    title: { members: 'Members', integrations: 'Integrations', audit: 'Audit log' }[path],
    hint: 'Settings',
    href: `/${org}/settings/${path}`,
  }))
  return [...parts, ...below, ...account]
}

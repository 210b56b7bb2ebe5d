import { errorCatalogue } from '@harmont/contract/errors'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useSession } from '../api/session.ts'
import { setAppearance, themes } from '../browser/appearance.ts'
import { readRecent } from '../browser/recent.ts'
import { lookOf } from '../design/state.ts'
import { openOverlay } from '../interaction/overlays.ts'
import { useOfferedActions } from '../interaction/palette-actions.ts'
import { sections } from '../navigation/sections.ts'
import { filled, localGroups, type PaletteGroup, type PaletteItem } from './items.ts'
import { searchQuery } from './queries.ts'

/**
 * Returns the palette's groups for a text. Local groups appear immediately; the server's groups
 * appear below them together and move nothing.
 */
export function usePaletteGroups(typed: string, asked: string): readonly PaletteGroup[] {
  const local = useLocalItems()
  // The order stays as it was when the palette opened.
  const [recent] = useState(() => readRecent('choices'))
  const found = useFound(asked)
  return useMemo(
    () => [
      ...localGroups(local, typed, recent),
      ...filled([{ title: 'Error codes', items: errorCodeItems(typed) }]),
      ...found,
    ],
    [local, typed, recent, found],
  )
}

function useLocalItems(): readonly PaletteGroup[] {
  const { org } = useParams({ strict: false })
  const { organizations } = useSession()
  const navigate = useNavigate()
  const actions = useOfferedActions()
  return useMemo(() => {
    const create = () => void navigate({ to: '.', search: (before) => ({ ...before, 'create-org': true as const }) })
    return [
      { title: 'Actions', items: actions.map((action) => ({ ...action, id: `action:${action.id}` })) },
      { title: 'Pages', items: pageItems(org) },
      {
        title: 'Organizations',
        items: [
          ...organizations
            .filter(({ slug }) => slug !== org)
            .map(({ slug, name, role }) => ({
              id: `org:${slug}`,
              title: name,
              hint: role,
              href: `/${slug}/pipelines`,
            })),
          { id: 'org+', title: 'Create an organization', run: create },
        ],
      },
      {
        title: 'Appearance and help',
        items: [
          ...themes.map(({ value, label }) => ({
            id: `theme:${value}`,
            title: `Theme: ${label.toLowerCase()}`,
            run: () => setAppearance({ theme: value }),
          })),
          { id: 'help', title: 'Keyboard shortcuts', keys: '?', run: () => openOverlay('help') },
          { id: 'docs', title: 'Documentation', href: '/docs' },
        ],
      },
    ]
  }, [org, organizations, actions, navigate])
}

const nothing: readonly PaletteGroup[] = []

function useFound(asked: string): readonly PaletteGroup[] {
  const { org } = useParams({ strict: false })
  const isAsked = org !== undefined && asked !== ''
  const { data } = useQuery({
    ...searchQuery(org ?? '', asked),
    enabled: isAsked,
    // Earlier results stay until the new answer arrives, so that nothing moves while typing.
    placeholderData: keepPreviousData,
  })
  return useMemo(() => {
    if (!isAsked || data === undefined) return nothing
    const pipelines = data.pipelines.map(
      ({ slug, name }): PaletteItem => ({
        ...{ id: `pipeline:${slug}`, title: name, href: `/${org}/pipelines/${slug}` },
        ...(name === slug ? {} : { hint: slug }),
      }),
    )
    const builds = data.builds.map(({ id, pipeline_slug, number, message, branch, commit, state }): PaletteItem => {
      const place = [branch, commit?.slice(0, 8)].filter((part) => part != null).join(' · ')
      return {
        id: `build:${id}`,
        title: `${pipeline_slug} #${number}${message == null ? '' : ` ${message.split('\n')[0]}`}`,
        hint: `${lookOf(state).word}${place === '' ? '' : ` · ${place}`}`,
        state,
        href: `/${org}/pipelines/${pipeline_slug}/builds/${number}`,
      }
    })
    return filled([
      { title: 'Pipelines', items: pipelines },
      { title: 'Builds', items: builds },
    ])
  }, [isAsked, data, org])
}

/** Returns the pages, including those of an organization only if one is open. */
function pageItems(org: string | undefined): readonly PaletteItem[] {
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
  const below = (['members', 'integrations', 'runners', 'audit'] as const).map((path) => ({
    id: `page:settings/${path}`,
    title: { members: 'Members', integrations: 'Integrations', runners: 'Runners', audit: 'Audit log' }[path],
    hint: 'Settings',
    href: `/${org}/settings/${path}`,
  }))
  return [...parts, ...below, ...account]
}

const all = Object.entries(errorCatalogue).map(([code, { meaning }]) => ({ code, meaning }))

/** Returns error codes that contain the text; none for fewer than three letters. */
function errorCodeItems(typed: string): readonly PaletteItem[] {
  const wanted = typed.trim().toLowerCase().replaceAll(' ', '_')
  if (wanted.length < 3) return []
  return all
    .filter(({ code }) => code.includes(wanted))
    .slice(0, 5)
    .map(({ code, meaning }) => ({ id: `error:${code}`, title: code, hint: meaning, href: `/docs/errors/${code}` }))
}

import { choiceParam, countParam, present, textParam } from '../../navigation/search-params.ts'

/** The route of a build's page, as the router names it. */
export const buildRouteId = '/signed-in/$org/pipelines/$slug/builds/$number'

export const buildViews = ['steps', 'graph', 'waterfall'] as const
export type BuildTab = (typeof buildViews)[number]

/** What of a build is shown (web R4): view, step, attempt, and what is searched in its log. The lines are the address's fragment. */
export function buildSearch(given: Readonly<Record<string, unknown>>) {
  return present({
    view: choiceParam(given, 'view', buildViews),
    job: textParam(given, 'job'),
    attempt: countParam(given, 'attempt'),
    find: textParam(given, 'find'),
  })
}

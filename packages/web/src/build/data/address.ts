import { choiceParam, countParam, present, textParam } from '../../navigation/search-params.ts'

/** The router's name for the route of a build page. */
export const buildRouteId = '/signed-in/$org/pipelines/$slug/builds/$number'

export const buildViews = ['steps', 'graph', 'waterfall', 'tests', 'artifacts'] as const
export type BuildTab = (typeof buildViews)[number]

/** Reads a build page's state from the address (web R4), except for the lines in its fragment. */
export function buildSearch(given: Readonly<Record<string, unknown>>) {
  return present({
    view: choiceParam(given, 'view', buildViews),
    job: textParam(given, 'job'),
    attempt: countParam(given, 'attempt'),
    fork: countParam(given, 'fork'),
    find: textParam(given, 'find'),
    tests: choiceParam(given, 'tests', ['failed', 'passed', 'skipped'] as const),
    q: textParam(given, 'q'),
  })
}

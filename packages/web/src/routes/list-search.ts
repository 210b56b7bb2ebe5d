import { choiceParam, present, textParam } from '../navigation/search-params.ts'

type Given = Readonly<Record<string, unknown>>

export const pipelineStates = ['failing', 'running', 'never'] as const
export const pipelineSorts = ['activity', 'name', 'failing'] as const

/** Filters of the list of pipelines, as they stand in its address. */
export function pipelinesSearch(given: Given) {
  return present({
    q: textParam(given, 'q'),
    state: choiceParam(given, 'state', pipelineStates),
    sort: choiceParam(given, 'sort', pipelineSorts),
  })
}

/** Filters of a list of builds, as they stand in its address (web P4); the server judges their values. */
export function buildsSearch(given: Given) {
  return present({
    pipeline: textParam(given, 'pipeline'),
    state: textParam(given, 'state'),
    branch: textParam(given, 'branch'),
    commit: textParam(given, 'commit'),
    author: textParam(given, 'author'),
    source: textParam(given, 'source'),
    q: textParam(given, 'q'),
    from: textParam(given, 'from'),
    to: textParam(given, 'to'),
  })
}

import { choiceParam, countParam, present, textParam } from '../navigation/search-params.ts'

export const usageRanges = ['7', '30', '90'] as const

/** Parses the days of usage (UTC, web U2) and the kind of ledger entries. */
export function usageSearch(given: Readonly<Record<string, unknown>>) {
  const range = countParam(given, 'range')
  return present({
    range: choiceParam({ range: range === undefined ? undefined : String(range) }, 'range', usageRanges),
    from: textParam(given, 'from'),
    to: textParam(given, 'to'),
    day: textParam(given, 'day'),
    source: textParam(given, 'source'),
  })
}

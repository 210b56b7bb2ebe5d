import { operationTable } from '@harmont/contract'
import { pathInVersion } from './api-version.ts'

/** Gives a look-up of the methods that a URL path takes; empty for an unknown path. */
export function allowedMethods(): (path: string) => readonly string[] {
  const byPath = new Map<string, string[]>()
  for (const { path, method } of operationTable.values()) {
    for (const version of ['v0', 'v1'] as const) {
      const versioned = pathInVersion(path, version)
      if (versioned === null) continue
      byPath.set(versioned, [...(byPath.get(versioned) ?? []), ...(method === 'GET' ? ['GET', 'HEAD'] : [method])])
    }
  }
  const patterns = [...byPath].map(([path, methods]) => ({ pattern: patternOf(path), methods }))
  return (path) => [...new Set(patterns.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))]
}

function patternOf(path: string): RegExp {
  const parts = path.split(/\{\w+\}/).map((part) => part.replace(/[.]/g, '\\.'))
  return new RegExp(`^${parts.join('[^/]+')}$`)
}

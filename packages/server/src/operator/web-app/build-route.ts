/** Identifies a build by the address of its page. */
export interface BuildPlace {
  readonly org: string
  readonly pipeline: string
  readonly number: string
}

const route = /^\/([a-z0-9-]+)\/pipelines\/([a-z0-9-]+)\/builds\/([1-9]\d{0,9})$/

/** Returns the build whose page is at a path; null for another page. */
export function buildOf(path: string): BuildPlace | null {
  const [, org, pipeline, number] = route.exec(path) ?? []
  return org === undefined || pipeline === undefined || number === undefined ? null : { org, pipeline, number }
}

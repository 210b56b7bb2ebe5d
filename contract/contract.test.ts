import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { OpenApiDocument } from './src/document.ts'
import { contract, type ErrorCode, errorCatalogue, errorTypeOf, operationTable } from './src/index.ts'

const givenBytes = readFileSync(new URL('given.json', import.meta.url))
const given = JSON.parse(givenBytes.toString()) as OpenApiDocument

/**
 * Paths at which the served document may have additional members. Everything else must be equal.
 */
const extensible = [
  '/paths',
  '/paths/*',
  '/components/schemas',
  '/components/schemas/*/properties',
  '/components/schemas/*/properties/*/properties',
]
const listBuilds = '/api/v0/organizations/{org}/pipelines/{pipeline}/builds'

function isExtensible(path: readonly string[]): boolean {
  return extensible.some((pattern) => {
    const parts = pattern.split('/').slice(1)
    return parts.length === path.length && parts.every((part, index) => part === '*' || part === path[index])
  })
}

/** Returns the paths at which the served document lacks or changes a part of the given document. */
function differences(givenPart: unknown, servedPart: unknown, path: readonly string[] = []): string[] {
  const here = path.join(' > ')
  if (Array.isArray(givenPart) && Array.isArray(servedPart)) {
    const added = servedPart.slice(givenPart.length)
    const isOptional = path.at(-1) === 'parameters' && added.every(({ required }) => required === undefined)
    const mayGrow = isOptional || here === 'tags'
    const changed = givenPart.flatMap((one, index) => differences(one, servedPart[index], [...path, `${index}`]))
    return added.length === 0 || mayGrow ? changed : [...changed, `${here} has grown`]
  }
  if (!isObject(givenPart) || !isObject(servedPart)) return givenPart === servedPart ? [] : [here]
  const allowed = path.at(-1) === 'responses' ? ['default'] : ['x-auth', 'x-permission']
  const added = Object.keys(servedPart).filter((name) => !(name in givenPart) && !allowed.includes(name))
  return [
    ...(isExtensible(path) ? [] : added.map((name) => `${here} > ${name} was added`)),
    ...Object.entries(givenPart).flatMap(([name, member]) => differences(member, servedPart[name], [...path, name])),
  ]
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

describe('the contract', () => {
  it('G51 keeps the given document as it was received', () => {
    const digest = createHash('sha256').update(givenBytes).digest('hex')
    expect(digest).toBe('f32b76bcf6bf117ec02aaf9f63447536a94e549d68c466becc6517b1ea092464')
  })

  it('G51 serves all of the given document, and adds only operations, schemas and optional members', () => {
    expect(differences(given, contract)).toEqual([])
  })

  it('G51 detects parts of the given document that are removed, changed or made mandatory', () => {
    // biome-ignore lint/suspicious/noExplicitAny: each row breaks the document in a different way
    const breakages: readonly ((document: any) => unknown)[] = [
      ({ paths }) => delete paths['/api/v0/user'].get,
      ({ paths }) => (paths['/api/v0/user'].get.operationId = 'whoAmI'),
      ({ paths }) => (paths['/api/v0/user'].get.responses[200].content = {}),
      ({ paths }) => paths[listBuilds].get.parameters.push({ name: 'x', in: 'query', required: true }),
      ({ paths }) => paths[listBuilds].get.parameters.shift(),
      ({ components }) => components.schemas.Build.required.push('tag'),
      ({ components }) => components.schemas.Build.properties.state.enum.push('paused'),
      ({ components }) => (components.schemas.CreateBuildRequest.additionalProperties = false),
      ({ components }) => delete components.schemas.Build.properties.number,
    ]
    for (const breakage of breakages) {
      const broken = structuredClone(contract)
      breakage(broken)
      expect(differences(given, broken), String(breakage)).not.toEqual([])
    }
  })

  it('has every operation in its table, each with its rights and a default error response', () => {
    const operations = Object.values(contract.paths).flatMap((item) => Object.values(item))
    expect(operationTable.size).toBe(operations.length)
    for (const item of Object.values(contract.paths)) {
      for (const operation of Object.values(item)) {
        const { 'x-auth': auth, 'x-permission': permission, responses } = operation
        expect(auth ?? permission).toMatch(/^[a-z.]+$/)
        if (auth !== undefined) expect(auth).toMatch(/^(none|bearer|runner|signature|log)$/)
        expect(responses).toHaveProperty('default')
      }
    }
  })

  it('lists under each status only error codes with that status', () => {
    for (const { operationId, responses } of Object.values(contract.paths).flatMap((item) => Object.values(item)))
      for (const [status, { description }] of Object.entries(responses))
        for (const code of description.match(/\b[a-z]+(_[a-z]+)+\b/g) ?? [])
          expect([operationId, code, errorCatalogue[code as ErrorCode]?.status]).toEqual([operationId, code, +status])
  })

  it('has every schema that it refers to', () => {
    const names = JSON.stringify(contract).matchAll(/"#\/components\/schemas\/(\w+)"/g)
    for (const [, name] of names) expect(contract.components.schemas).toHaveProperty(name ?? '')
  })
})

describe('the error catalogue', () => {
  it('has a type for every status and a sentence for every code', () => {
    for (const [code, { status, meaning }] of Object.entries(errorCatalogue)) {
      expect(errorTypeOf(status), code).toMatch(/^[a-z_]+$/)
      expect(meaning, code).toMatch(/^[A-Z].*\.$/)
    }
  })
})

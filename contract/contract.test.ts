import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { applyAdditions } from './additions/apply.ts'
import { addedOperations } from './additions/operations/index.ts'
import { addedParameters } from './additions/parameters.ts'
import { addedErrorMembers, addedMembers, addedSchemas, derivedSchemas } from './additions/schemas/index.ts'
import type { OpenApiDocument, OperationObject } from './src/document.ts'
import { contract, errorCatalogue, errorTypeOf, type JsonSchema, operationTable } from './src/index.ts'

const given = JSON.parse(readFileSync(new URL('given.json', import.meta.url), 'utf8')) as OpenApiDocument

/** The served document with every addition taken away by its name. */
function withoutAdditions(document: OpenApiDocument): OpenApiDocument {
  const addedIds = new Set(addedOperations.map(({ id }) => id))
  const addedTags = new Set(addedOperations.map(({ tag }) => tag))
  const paths = Object.entries(document.paths).map(([path, item]) => {
    const kept = Object.entries(item).filter(([, operation]) => !addedIds.has(operation.operationId))
    return [
      path,
      Object.fromEntries(
        kept.map(([verb, { 'x-auth': _auth, ...rest }]) => [verb, withoutParameters(withoutDefault(rest))]),
      ),
    ] as const
  })
  const schemas = Object.entries(document.components.schemas).filter(
    ([name]) => !(name in addedSchemas) && !(name in derivedSchemas),
  )
  const bare = schemas.map(([name, schema]) => {
    const error = schema.properties?.error
    const inner =
      name === 'Error' && error !== undefined ? { error: without(error, Object.keys(addedErrorMembers)) } : {}
    const { properties, ...rest } = without(schema, Object.keys(addedMembers[name] ?? {}))
    return [name, properties === undefined ? rest : { ...rest, properties: { ...properties, ...inner } }] as const
  })
  return {
    ...document,
    tags: document.tags.filter(({ name }) => !addedTags.has(name) || given.tags.some((tag) => tag.name === name)),
    paths: Object.fromEntries(paths.filter(([, item]) => Object.keys(item).length > 0)),
    components: { ...document.components, schemas: Object.fromEntries(bare) },
  }
}

function withoutDefault<T extends { responses: object }>(operation: T): T {
  const responses = Object.entries(operation.responses).filter(([status]) => status !== 'default')
  return { ...operation, responses: Object.fromEntries(responses) }
}

function withoutParameters(operation: OperationObject): OperationObject {
  const added = new Set(addedParameters[operation.operationId]?.map(({ name }) => name))
  if (added.size === 0) return operation
  return { ...operation, parameters: operation.parameters?.filter(({ name }) => !added.has(name)) ?? [] }
}

function without(schema: JsonSchema, names: readonly string[]): JsonSchema {
  if (schema.properties === undefined) return schema
  return {
    ...schema,
    properties: Object.fromEntries(Object.entries(schema.properties).filter(([name]) => !names.includes(name))),
  }
}

/** Every value of `enum` and of `required` below a document, by the path to it. */
function lists(value: unknown, path = ''): [string, readonly unknown[]][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]): [string, readonly unknown[]][] => {
    const here = `${path}/${name}`
    const isList = (name === 'enum' || name === 'required') && Array.isArray(member)
    return isList ? [[here, member]] : lists(member, here)
  })
}

describe('the contract', () => {
  it('G51 keeps the given document as it was received', () => {
    const digest = createHash('sha256')
      .update(readFileSync(new URL('given.json', import.meta.url)))
      .digest('hex')
    expect(digest).toBe('f32b76bcf6bf117ec02aaf9f63447536a94e549d68c466becc6517b1ea092464')
  })

  it('G51 is the given document once the additions are taken away', () => {
    expect(withoutAdditions(contract)).toEqual(given)
  })

  it('G51 lets no given enum and no given list of required members grow', () => {
    const served = new Map(lists(contract))
    const givenLists = lists(given)
    expect(givenLists.length).toBeGreaterThan(80)
    for (const [path, list] of givenLists) expect([path, served.get(path)]).toEqual([path, list])
  })

  it('G51 asks for no added member in a request or an answer that was given', () => {
    for (const [name, members] of Object.entries(addedMembers)) {
      const { required = [] } = contract.components.schemas[name] ?? {}
      for (const member of Object.keys(members)) expect(required).not.toContain(member)
    }
  })

  it('G51 asks for no added parameter of an operation that was given', () => {
    for (const [id, added] of Object.entries(addedParameters)) {
      const { parameters = [] } = [...operationTable.values()].find((operation) => operation.id === id) ?? {}
      const names = added.map(({ name }) => name)
      const served = parameters.filter(({ name }) => names.includes(name))
      expect([id, served.map(({ name, required }) => [name, required])]).toEqual([
        id,
        names.map((name) => [name, undefined]),
      ])
    }
  })

  it('has the 36 given operations and 80 of ours, each with who may call it and an answer for any error', () => {
    expect(operationTable.size).toBe(116)
    for (const item of Object.values(contract.paths)) {
      for (const operation of Object.values(item)) {
        expect(operation['x-auth']).toMatch(/^(none|bearer|member|admin|owner|runner|signature|log)$/)
        expect(operation.responses).toHaveProperty('default')
      }
    }
  })

  it('refuses an addition that is given already', () => {
    const twice = {
      ...given.paths,
      '/api/v0/ping': { get: given.paths['/api/v0/user']?.get },
    } as OpenApiDocument['paths']
    expect(() => applyAdditions({ ...given, paths: twice })).toThrow('GET /api/v0/ping is given already')
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

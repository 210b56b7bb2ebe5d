/** GitHub's own OpenAPI description of requests and answers. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import { isObject, type Json, objectAt } from './json.ts'

export interface MatchedOperation {
  /** Method and path template, such as `GET /repos/{owner}/{repo}`. */
  readonly route: string
  readonly params: Readonly<Record<string, string>>
}

export interface Definition {
  /** Undefined when GitHub has no such path or method. */
  match(method: string, path: string): MatchedOperation | undefined
  /** Returns what GitHub's description has against a request; empty for nothing. */
  checkRequest(operation: MatchedOperation, query: URLSearchParams, body: unknown): readonly string[]
  /** Returns what it has against an answer of the double. */
  checkResponse(operation: MatchedOperation, status: number, body: unknown): readonly string[]
  /** Returns an answer of the description, with the double's facts laid over it. */
  example(route: string, status: number): unknown
}

const require = createRequire(import.meta.url)
const file = require.resolve('@octokit/openapi/package.json').replace('package.json', 'generated/api.github.com.json')

let known: Definition | undefined

/**
 * Reads the description once per process: it takes about half a second, and so do its compiled
 * schemas.
 */
export function readDefinition(): Definition {
  known ??= read()
  return known
}

function read(): Definition {
  const document = objectAt(withNull(JSON.parse(readFileSync(file, 'utf8'))))
  const ajv = new Ajv({ strict: false, allErrors: true, inlineRefs: false, code: { optimize: false } })
  formats.default(ajv)
  ajv.addSchema(document, 'github')
  const routes = readRoutes(objectAt(document, 'paths'))
  const resolve = (value: unknown): Json => {
    const reference = isObject(value) ? value.$ref : undefined
    return typeof reference === 'string'
      ? objectAt(document, ...reference.slice(2).split('/').map(unescapePointer))
      : objectAt(value)
  }
  const compiled = new Map<string, ValidateFunction>()
  const check = (schema: unknown, pointer: string, value: unknown, where: string): string[] => {
    let validate = compiled.get(pointer)
    if (validate === undefined) {
      const reference = isObject(schema) ? schema.$ref : undefined
      validate = ajv.compile({ $ref: typeof reference === 'string' ? `github${reference}` : `github#${pointer}` })
      compiled.set(pointer, validate)
    }
    if (validate(value)) return []
    return (validate.errors ?? []).slice(0, 5).map((error) => `${where}${error.instancePath}: ${error.message}`)
  }
  const operationOf = ({ route }: Pick<MatchedOperation, 'route'>) => {
    const [method = '', template = ''] = route.split(' ')
    return {
      operation: objectAt(document, 'paths', template, method.toLowerCase()),
      pointer: `/paths/${escapePointer(template)}/${method.toLowerCase()}`,
    }
  }
  return {
    match(method, path) {
      for (const { route, pattern } of routes) {
        if (!route.startsWith(`${method} `)) continue
        const found = pattern.exec(path)
        if (found !== null)
          return {
            route,
            params: Object.fromEntries(Object.entries(found.groups ?? {}).map(([k, v]) => [k, decodeURIComponent(v)])),
          }
      }
      return undefined
    },
    checkRequest(matched, query, body) {
      const { operation, pointer } = operationOf(matched)
      const problems: string[] = []
      const given = Array.isArray(operation.parameters) ? operation.parameters : []
      const parameters = given.map((each, index) => ({
        ...readParameter(resolve(each)),
        pointer: isReference(each) ? `${each.$ref.slice(1)}/schema` : `${pointer}/parameters/${index}/schema`,
      }))
      for (const [name] of query)
        if (!parameters.some((each) => each.name === name && each.in === 'query'))
          problems.push(`query ${name}: unknown`)
      for (const parameter of parameters) {
        const text = parameter.in === 'path' ? matched.params[parameter.name] : query.get(parameter.name)
        if (text === undefined || text === null) {
          if (parameter.required && parameter.in !== 'header')
            problems.push(`${parameter.in} ${parameter.name}: missing`)
          continue
        }
        const schema = resolve(parameter.schema)
        const value = schema.type === 'integer' ? Number(text) : schema.type === 'boolean' ? text === 'true' : text
        problems.push(...check(parameter.schema, parameter.pointer, value, `${parameter.in} ${parameter.name}`))
      }
      return [...problems, ...checkBody(operation.requestBody, `${pointer}/requestBody`, body)]
    },
    checkResponse(matched, status, body) {
      const { operation, pointer } = operationOf(matched)
      const response = objectAt(operation, 'responses')[String(status)]
      if (response === undefined) return [`response ${status}: not in the description`]
      const content = resolve(response).content
      if (!isObject(content))
        return body === undefined ? [] : ['response: has a body that the description does not know']
      const at = isReference(response) ? response.$ref.slice(1) : `${pointer}/responses/${status}`
      return check(
        objectAt(content, 'application/json').schema,
        `${at}/content/application~1json/schema`,
        body,
        'response ',
      )
    },
    example(route, status) {
      const { operation } = operationOf({ route })
      const response = resolve(objectAt(operation, 'responses')[String(status)])
      const [first] = Object.values(objectAt(response, 'content', 'application/json', 'examples'))
      return structuredClone(resolve(first).value)
    },
  }
  function checkBody(requestBody: unknown, at: string, body: unknown): string[] {
    if (requestBody === undefined) return body === undefined ? [] : ['body: expected none']
    const described = resolve(requestBody)
    if (body === undefined) return described.required === true ? ['body: missing'] : []
    const schema = objectAt(described, 'content', 'application/json').schema
    return check(schema, `${at}/content/application~1json/schema`, body, 'body ')
  }
}

/**
 * OpenAPI 3.0 puts `nullable` beside `oneOf`, which JSON Schema does not know; and GitHub leaves
 * null out of its enumerations.
 */
function withNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNull)
  if (!isObject(value)) return value
  const copy = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withNull(each)]))
  if (value.nullable !== true) return copy
  if (typeof value.type === 'string') return Array.isArray(value.enum) ? { ...copy, enum: [...value.enum, null] } : copy
  const { nullable: _, ...rest } = copy
  return { anyOf: [rest, { type: 'null' }] }
}

function readParameter(parameter: Json) {
  const { name, in: place, required, schema } = parameter
  if (typeof name !== 'string' || typeof place !== 'string')
    throw new Error('expected a parameter with a name and a place')
  return { name, in: place, required: required === true, schema }
}

function isReference(value: unknown): value is { readonly $ref: string } {
  return isObject(value) && typeof value.$ref === 'string'
}

const escapePointer = (text: string) => text.replaceAll('~', '~0').replaceAll('/', '~1')
const unescapePointer = (text: string) => text.replaceAll('~1', '/').replaceAll('~0', '~')

/** Templates with fewer variables come first: `/user/emails` before `/user/{account_id}`. */
function readRoutes(paths: Json): readonly { readonly route: string; readonly pattern: RegExp }[] {
  const methods = ['get', 'post', 'put', 'patch', 'delete']
  return Object.entries(paths)
    .flatMap(([template, item]) =>
      methods
        .filter((method) => isObject(item) && method in item)
        .map((method) => ({
          route: `${method.toUpperCase()} ${template}`,
          variables: template.split('{').length,
          pattern: patternOf(template),
        })),
    )
    .sort((a, b) => a.variables - b.variables)
}

function patternOf(template: string): RegExp {
  const source = template
    .split(/(\{\w+\})/)
    .map((part) =>
      /^\{\w+\}$/.test(part) ? `(?<${part.slice(1, -1)}>[^/]+)` : part.replace(/[.*+?^$()|[\]\\]/g, '\\$&'),
    )
    .join('')
  return new RegExp(`^${source}$`)
}

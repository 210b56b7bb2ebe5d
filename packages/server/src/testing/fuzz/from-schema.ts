/** Generates values that match a schema of the contract, and values that almost match. */
import { type JsonSchema, resolveSchema } from '@harmont/contract'
import fc from 'fast-check'

/** Strings that are likely to reveal errors: unusual Unicode, special values, and long ones. */
export const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', ' ', '\0', '\ud800', '-1', '1e9', 'null', '__proto__', '../../..', 'https://[::1]/', "'; --"),
  fc.string({ minLength: 1, maxLength: 20 }).map((part) => part.repeat(400)),
)
const oddValue = fc.oneof(
  oddText,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constant(null),
  fc.constant([[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]),
  fc.constantFrom(0, -0, -1, 1.5, 1e308, 2 ** 53, true),
)

/**
 * Returns values of a schema, in which one of eight members has a non-matching value. `known`
 * contains values that name existing resources, by member name.
 */
export function fromSchema(
  schema: JsonSchema,
  known: Readonly<Record<string, readonly unknown[]>>,
  depth = 0,
): fc.Arbitrary<unknown> {
  const { type, nullable, ...rest } = resolveSchema(schema)
  const right = ofType(type, rest, known, depth)
  const also = nullable === true ? [{ weight: 1, arbitrary: fc.constant(null) }] : []
  return fc.oneof({ weight: 7, arbitrary: right }, { weight: 1, arbitrary: oddValue }, ...also)
}

function ofType(
  type: string | undefined,
  schema: JsonSchema,
  known: Readonly<Record<string, readonly unknown[]>>,
  depth: number,
): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  switch (type) {
    case 'string':
      return textOf(schema)
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? -5, max: schema.maximum ?? 100_000 })
    case 'boolean':
      return fc.boolean()
    case 'array':
      return fc.array(fromSchema(schema.items ?? {}, known, depth + 1), { maxLength: depth > 2 ? 1 : 4 })
    case 'object':
      return objectOf(schema, known, depth)
    default:
      return oddValue
  }
}

function textOf({ format }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid()
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString())
  return fc.oneof(
    fc.string({ minLength: 1, maxLength: 20 }),
    fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/),
    fc.emailAddress(),
    oddText,
  )
}

function objectOf(
  { properties = {}, required = [], additionalProperties }: JsonSchema,
  known: Readonly<Record<string, readonly unknown[]>>,
  depth: number,
): fc.Arbitrary<unknown> {
  const members = Object.entries(properties).map(([name, schema]): [string, fc.Arbitrary<unknown>] => {
    const made = fromSchema(schema, known, depth + 1)
    const values = known[name] ?? []
    return [name, values.length === 0 ? made : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, made)]
  })
  const record = fc.record(Object.fromEntries(members), { requiredKeys: required.filter((name) => name in properties) })
  const memberValue =
    typeof additionalProperties === 'object' ? fromSchema(additionalProperties, known, depth + 1) : oddValue
  const extra = fc.dictionary(
    fc.oneof(fc.constantFrom('A', '__proto__', 'x y'), fc.string({ maxLength: 8 })),
    memberValue,
    {
      maxKeys: 2,
    },
  )
  // Inputs may also lack a required member.
  return fc.tuple(record, extra, fc.nat(9)).map(([made, more, luck]) => {
    const entries = Object.entries({ ...more, ...(made as Record<string, unknown>) })
    return Object.fromEntries(luck === 0 ? entries.slice(1) : entries)
  })
}

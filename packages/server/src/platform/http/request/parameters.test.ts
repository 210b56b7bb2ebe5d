import { operationTable } from '@harmont/contract'
import { describe, expect, it } from 'vitest'
import { readParams, readQuery, uuidOrNone } from './parameters.ts'

const parameters = operationTable.get('getJob')?.parameters ?? []

describe('path parameters', () => {
  it('have the names and types of the contract', () => {
    const sent = { org: 'acme', pipeline: 'ci', number: '12', job_id: 'x', other: 'y' }
    expect(readParams(parameters, sent)).toEqual({ org: 'acme', pipeline: 'ci', number: 12, job_id: 'x' })
  })

  it('become values that match nothing if the database could not compare them', () => {
    const params = readParams(parameters, { org: 'a\0', pipeline: '\0', number: '2147483648', job_id: '' })
    expect(params).toEqual({ org: 'a\ufffd', pipeline: '\ufffd', number: 0, job_id: '' })
  })

  it('become the nil uuid if they are malformed', () => {
    expect(uuidOrNone('00000000-0000-4000-8000-00000000C1C1')).toBe('00000000-0000-4000-8000-00000000c1c1')
    for (const text of [
      '',
      'x',
      '00000000-0000-4000-8000-00000000c1c',
      '{00000000-0000-4000-8000-00000000c1c1}',
      '0'.repeat(32),
    ]) {
      expect(uuidOrNone(text)).toBe('00000000-0000-0000-0000-000000000000')
    }
  })
})

describe('parameters', () => {
  it('of a header are neither in the path nor in the query', () => {
    const withHeader = operationTable.get('createBuild')?.parameters ?? []
    expect(withHeader.map(({ name }) => name)).toEqual(['org', 'pipeline', 'Idempotency-Key'])
    const sent = { org: 'acme', pipeline: 'ci', 'Idempotency-Key': 'x' }
    expect(readParams(withHeader, sent)).toEqual({ org: 'acme', pipeline: 'ci' })
    expect(readQuery('createBuild', 'Idempotency-Key=x')).toEqual({})
  })

  it('have a default limit of 5,000 for the usage by build, and 50 for other lists', () => {
    expect(readQuery('getBillingUsageBreakdown', '')).toEqual({ limit: 5000 })
    expect(readQuery('getBillingUsageBreakdown', 'limit=6000&pipeline=ci')).toEqual({ limit: 5000, pipeline: 'ci' })
    expect(readQuery('listBuilds', '')).toEqual({ limit: 50 })
    expect(readQuery('listBuilds', 'limit=6000&branch=main')).toEqual({ limit: 100, branch: 'main' })
  })
})
